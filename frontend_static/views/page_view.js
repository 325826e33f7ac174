/** One page: its picture beside its text. Fetched when it is opened, and its text again when it has been read. */

/** @import {JobValue, PageModel} from "../types.js" */

import { Refused, addresses, api, unreachable } from "../api.js";
import { problemText } from "../describe.js";
import { fill, html, part, setText } from "../html.js";
import { percent, t } from "../i18n.js";
import { ENDED } from "../items.js";
import { icon } from "./icons.js";
import { Piece } from "./piece.js";

const IMAGE_WIDTH = 1000;

export class PageView extends Piece {
  #page = 0;
  #total = 0;
  #state = "";
  #handedOver = "";
  /** The page is said to be read, but its step has not handed its words over: they come when a step ends. */
  #early = false;
  /** @type {JobValue | null} */
  #job = null;
  #image = new Image();

  build() {
    this.className = "page-view";
    fill(this, html`
      <div class="page-nav">
        <button type="button" class="quiet icon-button" data-step="-1" data-part="back" aria-label="${t("ui.page.previous")}">${icon("left")}</button>
        <h2 data-part="title" aria-live="off"></h2>
        <button type="button" class="quiet icon-button" data-step="1" data-part="on" aria-label="${t("ui.page.next")}">${icon("right")}</button>
        <span class="muted page-how" data-part="how"></span>
      </div>
      <div class="page-sides">
        <div class="page-image panel" data-part="image"><div class="page-paper" data-part="paper"></div><p class="muted" data-part="image-note"></p></div>
        <div class="page-text panel" data-part="text" tabindex="0" role="region" aria-label="${t("ui.page.text")}"></div>
      </div>`);
    this.#image.decoding = "async";
    this.#image.draggable = false; // a dragged picture would look like a file on its way in
    this.#image.addEventListener("load", () => this.#imageNote(""));
    this.#image.addEventListener("error", () => this.#imageFailed());
    part(this, "paper", HTMLElement).append(this.#image);
    this.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("[data-step]") : null;
      if (button instanceof HTMLElement) this.#step(Number(button.dataset["step"]));
      if (event.target instanceof Element && event.target.closest("[data-do=image-again]")) this.#showImage();
    });
    part(this, "text", HTMLElement).addEventListener("pointerover", (event) => this.#point(event));
  }

  /**
   * @param {JobValue} job
   * @param {number} page
   * @param {number} total
   */
  show(job, page, total) {
    const state = job.pages?.[String(page)] ?? "up";
    const other = page !== this.#page || job.id !== this.#job?.id;
    this.#job = job;
    this.#total = total;
    this.hidden = total === 0;
    if (total === 0) return;
    if (other) {
      this.#page = page;
      setText(part(this, "title", HTMLElement), t("ui.page.title", { page, total }));
      part(this, "back", HTMLButtonElement).disabled = page <= 1;
      part(this, "on", HTMLButtonElement).disabled = page >= total;
      this.#showImage();
    }
    const handedOver = `${job.state} ${job.counters?.["steps_done"]}`;
    const more = this.#early && handedOver !== this.#handedOver;
    this.#handedOver = handedOver;
    if (other || more || state[1] !== this.#state[1]) void this.#showText(state);
    this.#state = state;
  }

  /** @param {number} by */
  #step(by) {
    const to = Math.max(1, Math.min(this.#total, this.#page + by));
    this.dispatchEvent(new CustomEvent("open-page", { detail: to }));
  }

  #showImage() {
    const job = this.#job;
    if (!job?.document_id) return;
    this.#imageNote(t("ui.page.image_coming"));
    this.#image.alt = t("ui.page.image", { page: this.#page, name: job.name });
    this.#image.hidden = false;
    this.#image.removeAttribute("src");
    this.#image.src = addresses.pageImage(job.document_id, this.#page, IMAGE_WIDTH);
    part(this, "paper", HTMLElement).querySelectorAll(".box").forEach((each) => each.remove());
  }

  #imageFailed() {
    this.#image.hidden = true;
    fill(part(this, "image-note", HTMLElement), html`${t("ui.page.no_image")}
      <button type="button" data-do="image-again">${t("ui.action.again")}</button>`);
  }

  /** @param {string} text */
  #imageNote(text) {
    setText(part(this, "image-note", HTMLElement), text);
  }

  /**
   * @param {string} state
   * @returns {Promise<void>}
   */
  async #showText(state) {
    const [job, page, handedOver] = [this.#job, this.#page, this.#handedOver];
    const place = part(this, "text", HTMLElement);
    if (!job) return;
    this.#early = false;
    setText(part(this, "how", HTMLElement), "");
    if (state[0] === "s") return fill(place, html`<p class="muted">${t("ui.page.skipped")}</p>`);
    if (state[1] === "p" || state[1] === "r") return fill(place, html`<p class="muted">${t("ui.page.not_read")}</p>`);
    if (state[1] === "f") {
      const warning = job.warnings?.[`page-${page}`];
      return fill(place, html`<p class="muted">${t("ui.page.failed")}</p><p>${warning?.text}</p><p>${warning?.advice}</p>`);
    }
    try {
      const model = await api.page(job.id, page);
      if (this.#page === page && this.#job?.id === job.id) this.#text(model);
    } catch (error) {
      const problem = error instanceof Refused ? error.problem : unreachable();
      if (this.#page !== page) return;
      this.#early = problem.code === "page_not_read";
      if (this.#early && handedOver !== this.#handedOver) return this.#showText(state);
      const coming = this.#early && !ENDED.has(job.state);
      fill(place, html`<p class="muted">${coming ? t("ui.page.not_read") : problemText(problem)}</p>`);
    }
  }

  /** @param {PageModel} model */
  #text(model) {
    const place = part(this, "text", HTMLElement);
    const lines = model.lines ?? [];
    const sure = lines.length > 0 ? lines.reduce((sum, each) => sum + each.confidence, 0) / lines.length : 1;
    const how = [model.engine ?? "", sure < 1 ? t("ui.page.sure", { percent: percent(Math.floor(sure * 100)) }) : ""];
    setText(part(this, "how", HTMLElement), how.filter(Boolean).join(" · "));
    place.scrollTop = 0;
    if (!model.text.trim()) fill(place, html`<p class="muted">${t("ui.page.empty")}</p>`);
    else if (lines.length === 0) fill(place, html`<p class="page-words">${model.text}</p>`);
    else {
      fill(place, html`${lines.map((each) => html`<p class="line" dir="auto" data-box="${each.box
        .map((side, at) => side / (at % 2 ? model.height : model.width)).join(" ")}">${each.text}</p>`)}`);
    }
  }

  /**
   * Shows on the picture where the line under the pointer stands.
   * @param {Event} event
   */
  #point(event) {
    const line = event.target instanceof Element ? event.target.closest("[data-box]") : null;
    const paper = part(this, "paper", HTMLElement);
    paper.querySelectorAll(".box").forEach((each) => each.remove());
    if (!(line instanceof HTMLElement) || this.#image.hidden) return;
    const [left = 0, top = 0, right = 0, bottom = 0] = (line.dataset["box"] ?? "").split(" ").map(Number);
    const box = document.createElement("span");
    box.className = "box";
    for (const [name, value] of Object.entries({ left, top, width: right - left, height: bottom - top })) {
      box.style.setProperty(name, `${value * 100}%`);
    }
    paper.append(box);
  }
}

customElements.define("hw-page-view", PageView);
