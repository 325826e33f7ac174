/** A cell a page, by route and state. Arrow keys move, Enter opens; a click does both. */

/** @import {Cell} from "../strip_cells.js" */

import { fill, html, setAttribute } from "../html.js";
import { t } from "../i18n.js";
import { cellsOf } from "../strip_cells.js";
import { Piece } from "./piece.js";
import { Roving } from "./roving.js";

export class PageStrip extends Piece {
  #total = 0;
  #opened = 0;
  /** @type {Cell[]} */
  #cells = [];
  #strip = document.createElement("div");
  #roving = new Roving(this.#strip, (at) => this.#open(at));

  build() {
    this.className = "page-strip";
    this.#strip.className = "strip";
    this.#strip.setAttribute("role", "listbox");
    this.#strip.setAttribute("aria-orientation", "horizontal");
    this.#strip.setAttribute("aria-label", t("ui.strip"));
    const key = document.createElement("p");
    key.className = "strip-key muted";
    fill(key, html`${["t", "o", "s", "f"].map((each) => html`<span><i class="cell" data-route="${each === "f" ? "t" : each}"
      data-state="${each === "f" ? "f" : "d"}"></i>${t(`ui.strip.key.${each}`)}</span>`)}`);
    this.append(this.#strip, key);
  }

  /**
   * @param {number} total
   * @param {Record<string, string>} pages
   * @param {number} opened the page that is shown
   */
  show(total, pages, opened) {
    const fresh = cellsOf(total, pages);
    if (total !== this.#total) this.#make(total, fresh);
    fresh.forEach((cell, at) => this.#paint(cell, at, opened));
    this.#cells = fresh;
    this.#opened = opened;
    this.hidden = total === 0;
  }

  /**
   * @param {number} total
   * @param {Cell[]} cells
   */
  #make(total, cells) {
    this.#total = total;
    this.#cells = [];
    fill(this.#strip, html`${cells.map(() => html`<div role="option" class="cell" tabindex="-1"><span class="cell-done"></span></div>`)}`);
    this.#roving.renewed();
  }

  /**
   * @param {Cell} cell
   * @param {number} at
   * @param {number} opened
   */
  #paint(cell, at, opened) {
    const element = this.#strip.children[at];
    if (!(element instanceof HTMLElement)) return;
    const chosen = opened >= cell.first && opened <= cell.last;
    setAttribute(element, "aria-selected", String(chosen));
    const before = this.#cells[at];
    if (before && before.route === cell.route && before.state === cell.state && before.done === cell.done) return;
    element.dataset["route"] = cell.route;
    element.dataset["state"] = cell.state;
    element.style.setProperty("--done", String(cell.done));
    setAttribute(element, "aria-label", labelOf(cell));
    element.title = labelOf(cell);
  }

  /** @param {number} at */
  #open(at) {
    const cell = this.#cells[at];
    if (!cell) return;
    const inside = this.#opened >= cell.first && this.#opened < cell.last;
    this.dispatchEvent(new CustomEvent("open-page", { detail: inside ? this.#opened + 1 : cell.first }));
  }
}

/** @param {Cell} cell */
function labelOf(cell) {
  const state = cell.state === "f" && cell.first !== cell.last
    ? t("ui.strip.failed_in", { count: cell.failed }) : t(`ui.strip.state.${cell.state}`);
  const params = { first: cell.first, last: cell.last, route: t(`ui.strip.route.${cell.route}`), state };
  return cell.first === cell.last ? t("ui.strip.page", params) : t("ui.strip.pages", params);
}

customElements.define("hw-page-strip", PageStrip);
