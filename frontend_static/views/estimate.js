/** What a document that was not started would take. Asked for once; the answer comes with the job, as all else. */

/** @import {JobValue} from "../types.js" */

import { api } from "../api.js";
import { html, fill } from "../html.js";
import { roughly, say, t } from "../i18n.js";
import { Piece } from "./piece.js";

export class Estimate extends Piece {
  #asked = "";
  #shown = "";

  build() {
    this.className = "estimate muted";
  }

  /** @param {JobValue} job */
  show(job) {
    if (!job.estimate && this.#asked !== job.id) {
      this.#asked = job.id;
      void api.estimate(job.id).catch(() => {}); // No estimate is no harm: Start works without one.
    }
    if (job.estimate) this.#asked = ""; // other options take it away: then it is asked for anew
    this.tell(job);
  }

  /** @param {JobValue} job */
  tell(job) {
    const { pages, chunks, tokens, seconds, error } = job.estimate ?? {};
    const words = [
      typeof pages === "number" && t("ui.card.pages", { count: pages }),
      typeof chunks === "number" && t("ui.estimate.chunks", { count: chunks }),
      typeof tokens === "number" && t("ui.estimate.tokens", { tokens }),
      typeof seconds === "number" && t("ui.estimate.time", { time: roughly(seconds) }),
    ].filter(Boolean);
    const text = error ? say("failure", { code: error }) : words.length > 0 ? t("ui.estimate", { what: words.join(", ") }) : "";
    if (text === this.#shown) return;
    this.#shown = text;
    fill(this, html`${text}`);
  }
}

customElements.define("hw-estimate", Estimate);
