/** What a document that was not started would take. Asked for once; while the service finds out, asked again only
 * when something of the job is heard. */

/** @import {JobValue} from "../types.js" */

import { api } from "../api.js";
import { html, fill } from "../html.js";
import { roughly, t } from "../i18n.js";
import { Piece } from "./piece.js";

export class Estimate extends Piece {
  /** @type {JobValue | null} */
  #job = null;
  /** @type {Record<string, any> | null} */
  #known = null;
  #asking = false;

  build() {
    this.className = "estimate muted";
  }

  /** @param {JobValue} job */
  show(job) {
    if (job === this.#job) return;
    this.#job = job;
    if (!this.#known && !this.#asking) void this.#ask(job);
  }

  /** @param {JobValue} job */
  async #ask(job) {
    this.#asking = true;
    try {
      this.#known = await api.estimate(job.id);
    } catch {
      this.#known = null; // No estimate is no harm: Start works without one.
    }
    this.#asking = false;
    this.refresh();
  }

  draw() {
    const estimate = this.#known;
    const words = [];
    if (typeof estimate?.["pages"] === "number") words.push(t("ui.card.pages", { count: estimate["pages"] }));
    if (typeof estimate?.["ocr_pages"] === "number" && estimate["ocr_pages"] > 0) {
      words.push(t("ui.estimate.ocr", { count: estimate["ocr_pages"] }));
    }
    if (typeof estimate?.["seconds"] === "number") words.push(t("ui.estimate.time", { time: roughly(estimate["seconds"]) }));
    fill(this, html`${words.length > 0 && t("ui.estimate", { what: words.join(", ") })}`);
  }
}

customElements.define("hw-estimate", Estimate);
