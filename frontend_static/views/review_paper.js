/** The page on which a value stands, with a box around it. */

import { addresses } from "../api.js";
import { fill, html, part, setText } from "../html.js";
import { t } from "../i18n.js";
import { icon } from "./icons.js";
import { Piece } from "./piece.js";

/** @typedef {{page: number, left: number, top: number, width: number, height: number}} Place */

const IMAGE_WIDTH = 1200;
/** Pixels around the value, so that the box touches no letter. */
const ROOM = 4;

export class ReviewPaper extends Piece {
  #documentId = "";
  #name = "";
  #pages = 1;
  #page = 0;
  /** @type {Place | null} */
  #place = null;
  #image = new Image();

  build() {
    this.className = "review-paper";
    fill(this, html`
      <div class="page-nav" data-part="nav" hidden>
        <button type="button" class="quiet icon-button" data-step="-1" data-part="back" aria-label="${t("ui.page.previous")}">${icon("left")}</button>
        <p data-part="title"></p>
        <button type="button" class="quiet icon-button" data-step="1" data-part="on" aria-label="${t("ui.page.next")}">${icon("right")}</button></div>
      <div class="page-image panel" data-part="scroll" tabindex="0" role="region" aria-label="${t("ui.review.page")}">
        <div class="page-paper" data-part="paper"><span class="box" data-part="box" hidden></span></div><p class="muted" data-part="note"></p></div>`);
    this.#image.decoding = "async";
    this.#image.draggable = false; // a dragged picture would look like a file on its way in
    this.#image.addEventListener("load", () => {
      setText(part(this, "note", HTMLElement), "");
      this.#drawBox();
    });
    this.#image.addEventListener("error", () => this.#failed());
    part(this, "paper", HTMLElement).prepend(this.#image);
    this.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("button") : null;
      if (button?.dataset["step"]) this.#open(Math.max(1, Math.min(this.#pages, this.#page + Number(button.dataset["step"]))));
      if (button?.dataset["do"] === "again") this.#load();
    });
  }

  /**
   * @param {string} documentId
   * @param {string} name of the document
   * @param {number} pages
   */
  show(documentId, name, pages) {
    if (documentId !== this.#documentId) this.#page = 0;
    [this.#documentId, this.#name, this.#pages] = [documentId, name, pages];
    this.#open(this.#page || 1);
  }

  /**
   * Turns to the page of a place and frames it; null frames nothing.
   * @param {Place | null} place
   */
  point(place) {
    this.#place = place;
    this.#open(place?.page ?? (this.#page || 1));
  }

  /** @param {number} page */
  #open(page) {
    const other = page !== this.#page;
    this.#page = page;
    if (other && this.#documentId) this.#load();
    part(this, "nav", HTMLElement).hidden = this.#pages < 2;
    setText(part(this, "title", HTMLElement), t("ui.page.title", { page, total: this.#pages }));
    part(this, "back", HTMLButtonElement).disabled = page <= 1;
    part(this, "on", HTMLButtonElement).disabled = page >= this.#pages;
    this.#drawBox();
  }

  #load() {
    setText(part(this, "note", HTMLElement), t("ui.page.image_coming"));
    this.#image.hidden = false;
    this.#image.alt = t("ui.page.image", { page: this.#page, name: this.#name });
    this.#image.src = addresses.pageImage(this.#documentId, this.#page, IMAGE_WIDTH);
  }

  #failed() {
    this.#image.hidden = true;
    this.#drawBox();
    fill(part(this, "note", HTMLElement), html`${t("ui.page.no_image")} <button type="button" data-do="again">${t("ui.action.again")}</button>`);
  }

  #drawBox() {
    const box = part(this, "box", HTMLElement);
    const place = this.#place;
    box.hidden = !place || place.page !== this.#page || this.#image.hidden || !this.#image.complete || this.#image.naturalWidth === 0;
    if (box.hidden || !place) return;
    const { left, top, width, height } = place;
    for (const [name, share, room] of /** @type {const} */ ([["left", left, -ROOM], ["top", top, -ROOM], ["width", width, 2 * ROOM], ["height", height, 2 * ROOM]])) {
      box.style.setProperty(name, `calc(${share * 100}% + ${room}px)`);
    }
    const scroll = part(this, "scroll", HTMLElement);
    const paper = part(this, "paper", HTMLElement);
    scroll.scrollTo({
      top: paper.offsetTop - scroll.offsetTop + (top + height / 2) * paper.offsetHeight - scroll.clientHeight / 2,
      left: paper.offsetLeft - scroll.offsetLeft + (left + width / 2) * paper.offsetWidth - scroll.clientWidth / 2,
    });
  }
}

/**
 * Has the picture of a page ready before it is asked for.
 * @param {string} documentId
 */
export function fetchAhead(documentId) {
  new Image().src = addresses.pageImage(documentId, 1, IMAGE_WIDTH);
}

customElements.define("hw-review-paper", ReviewPaper);
