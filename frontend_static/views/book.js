/** What a document that becomes sentences has beside its pages: their table. One of the two is in sight. */

/** @import {JobValue} from "../types.js" */

import { fill, html, part, setAttribute } from "../html.js";
import { t } from "../i18n.js";
import { Piece, make } from "./piece.js";
import { Sentences } from "./sentences.js";

const TABS = ["sentences", "pages"];

/** @param {JobValue} job */
export function isBook(job) {
  return job.pipeline === "sentences" || Object.keys(job.chunks ?? {}).length > 0;
}

/** Holds what else the job's page shows under its tab `pages`. Tells by the event `export` that a file is wanted. */
export class Book extends Piece {
  #table = /** @type {Sentences | null} */ (null);
  #tab = "";
  /** A person has chosen: the tab stays. */
  #chosen = false;

  build() {
    this.className = "book";
    fill(this, html`<div class="tabs" role="tablist" aria-label="${t("ui.book.tabs")}">${TABS.map((each) => html`<button type="button" role="tab"
        id="tab-${each}" data-tab="${each}" aria-controls="panel-${each}">${t(`ui.book.${each}`)}</button>`)}</div>
      <div role="tabpanel" id="panel-sentences" aria-labelledby="tab-sentences" data-part="sentences"></div>
      <div role="tabpanel" id="panel-pages" aria-labelledby="tab-pages" data-part="pages"></div>`);
    this.#table = make(Sentences, this.app);
    part(this, "sentences", HTMLElement).append(this.#table);
    this.addEventListener("open-page", () => this.#pick("pages"));
    const tabs = /** @type {HTMLElement} */ (this.querySelector("[role=tablist]"));
    tabs.addEventListener("click", (event) => {
      const tab = event.target instanceof Element ? event.target.closest("[data-tab]") : null;
      if (tab instanceof HTMLElement) this.#pick(tab.dataset["tab"] ?? "");
    });
    tabs.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      this.#pick(TABS[(TABS.indexOf(this.#tab) + 1) % TABS.length] ?? "");
      /** @type {HTMLElement | null} */ (tabs.querySelector("[aria-selected=true]"))?.focus();
      event.preventDefault();
    });
  }

  /** Where the pages go. */
  get pages() {
    return part(this, "pages", HTMLElement);
  }

  /** @param {JobValue} job */
  show(job) {
    if (!this.#chosen) this.#choose(job.state === "staged" ? "pages" : "sentences");
    this.#table?.show(job);
  }

  /**
   * Shows the sentences of a chunk.
   * @param {number} chunk
   */
  openChunk(chunk) {
    this.#pick("sentences");
    this.#table?.openChunk(chunk);
  }

  /** @param {string} tab */
  #pick(tab) {
    this.#chosen = true;
    this.#choose(tab);
  }

  /** @param {string} tab */
  #choose(tab) {
    if (tab === this.#tab) return;
    this.#tab = tab;
    for (const each of this.querySelectorAll("[role=tab]")) {
      const chosen = each instanceof HTMLElement && each.dataset["tab"] === tab;
      setAttribute(each, "aria-selected", String(chosen));
      setAttribute(each, "tabindex", chosen ? "0" : "-1");
    }
    for (const each of TABS) part(this, each, HTMLElement).hidden = each !== tab;
    this.#table?.refresh();
  }
}

customElements.define("hw-book", Book);
