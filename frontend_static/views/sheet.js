/** What became of a book's sentences in Google Sheets: told wherever the book is, in every tab, and after a reload. */

/** @import {JobValue} from "../types.js" */

import { Refused, api, unreachable } from "../api.js";
import { perform } from "../commands.js";
import { barText, failureOf, isLateSheet, lookOf, phaseOf, placeOf, problemText, wayOf } from "../describe.js";
import { fill, html, part, setText } from "../html.js";
import { moment, t } from "../i18n.js";
import { ENDED } from "../items.js";
import { Bar } from "./bar.js";
import { copySupportId, failureMarkup, linkToSheet } from "./card.js";
import { Piece } from "./piece.js";

/**
 * Makes a sheet, says how far it is, and leads there. It is made also where nobody looks any more. In the dialog it is
 * there from the beginning, on the page (`inPanel`) once there is something to tell.
 */
export class SheetPiece extends Piece {
  bookId = "";
  inPanel = false;
  #sheetId = "";
  #release = () => {};
  #bar = new Bar();
  #asking = false;
  #shown = "";

  build() {
    this.className = `sheet-piece ${this.inPanel ? "panel" : ""}`;
    fill(this, html`${this.inPanel && html`<h2>${t("ui.export.form.sheet")}</h2>`}
      <div data-part="way"><div data-part="bar"></div><p class="card-line" data-part="line"></p></div>
      <div data-part="told"></div><p class="field-error" role="alert" data-part="trouble"></p>
      <p class="dialog-actions" data-part="actions"></p><p class="hidden" aria-live="polite" data-part="said"></p>`);
    part(this, "bar", HTMLElement).append(this.#bar);
    this.addEventListener("click", (event) => this.#clicked(event));
  }

  attached() {
    this.hold(this.app.watch(this.#bookTopic));
    this.hold(() => this.#follow(""));
    this.hold(this.app.store.listen((topic) => {
      if (topic === this.#bookTopic || topic === `job:${this.#sheetId}`) this.refresh();
    }));
    this.on(this.app, "tick", () => this.refresh());
  }

  get #bookTopic() {
    return `job:${this.bookId}`;
  }

  get #book() {
    return this.app.store.job(this.#bookTopic);
  }

  /** The job that sends, or has sent last. */
  get #sheet() {
    this.#follow(this.#book?.sheet_id ?? "");
    return this.#sheetId ? this.app.store.job(`job:${this.#sheetId}`) : undefined;
  }

  /** @param {string} sheetId */
  #follow(sheetId) {
    if (sheetId === this.#sheetId) return;
    this.#release();
    this.#sheetId = sheetId;
    this.#release = sheetId ? this.app.watch(`job:${sheetId}`) : () => {};
  }

  draw() {
    const job = this.#sheet;
    this.hidden = this.inPanel && !job;
    const atWork = job !== undefined && !ENDED.has(job.state);
    part(this, "way", HTMLElement).hidden = !atWork;
    const item = { key: "", group: "", job: job ?? null, upload: null };
    const way = job ? wayOf(item, this.app.now()) : "";
    setText(part(this, "line", HTMLElement), atWork ? way : "");
    setText(part(this, "said", HTMLElement), atWork ? phaseOf(job) : way);
    if (atWork) {
      const percent = job.percent ?? 0;
      this.#bar.set([percent / 100], percent, lookOf(item), t("ui.sheet.bar"), barText(item));
    }
    this.#drawLasting(job, atWork);
  }

  /**
   * What buttons live in is made anew only when what they offer changes, so that focus survives updates.
   * @param {JobValue | undefined} job
   * @param {boolean} atWork
   */
  #drawLasting(job, atWork) {
    const late = job && this.#book ? isLateSheet(job, this.#book) : false;
    const failure = job ? failureOf({ key: job.id, group: "", job, upload: null }) : null;
    const url = job ? placeOf(job) : null;
    const state = JSON.stringify([job?.id, job?.state, job?.ended_at, late, failure, url, this.#asking]);
    if (state === this.#shown) return;
    const had = this.#shown !== "" && document.activeElement instanceof HTMLElement && this.contains(document.activeElement);
    this.#shown = state;
    fill(part(this, "told", HTMLElement), this.#told(job, late, atWork));
    fill(part(this, "actions", HTMLElement), this.#actions(job, late, atWork));
    if (had) /** @type {HTMLElement | null} */ (this.querySelector("[data-part=actions] > *"))?.focus();
  }

  /**
   * @param {JobValue | undefined} job
   * @param {boolean} late
   * @param {boolean} atWork
   */
  #told(job, late, atWork) {
    if (!job) return html``;
    const url = job.options?.["before"];
    const before = typeof url === "string" && html`<p><a href="${url}" target="_blank" rel="noreferrer">${t("ui.sheet.open_before")}</a></p>`;
    if (atWork) return html`${!this.inPanel && html`<p class="muted">${t("ui.sheet.goes_on")}</p>`}${before}`;
    if (job.state === "failed") return html`${failureMarkup(failureOf({ key: job.id, group: "", job, upload: null }))}${before}`;
    if (job.state === "cancelled") return html`<p>${t("ui.sheet.cancelled")}</p>${before}`;
    return html`<p>${t("ui.sheet.made", { time: moment(job.ended_at ?? 0), count: job.result?.rows ?? 0 })}</p>
      <p class="muted">${t(late ? "ui.sheet.late" : "ui.sheet.up_to_date")}</p>`;
  }

  /**
   * The main thing comes last, where the eye ends.
   * @param {JobValue | undefined} job
   * @param {boolean} late
   * @param {boolean} atWork
   */
  #actions(job, late, atWork) {
    if (job && atWork) return html`<button type="button" data-do="cancel">${t("ui.action.cancel")}</button>`;
    const url = job ? placeOf(job) : null;
    const make = (/** @type {string} */ word, /** @type {string} */ look) => html`<button type="button" class="${look}" data-do="make"
      ${this.#asking && html`disabled`}>${t(word)}</button>`;
    if (!url) return make(job && job.state !== "completed" ? "ui.action.retry" : "ui.sheet.make", "primary");
    return late ? html`${linkToSheet(url)}${make("ui.sheet.make_new", "primary")}` : html`${make("ui.sheet.make_new", "")}${linkToSheet(url, true)}`;
  }

  /** @param {Event} event */
  #clicked(event) {
    const button = event.target instanceof Element ? event.target.closest("[data-do]") : null;
    if (!(button instanceof HTMLElement)) return;
    if (button.dataset["do"] === "copy_support_id") void copySupportId(button);
    else if (button.dataset["do"] === "cancel" && this.#sheet) void perform(this.app, this.#sheet, "cancel");
    else if (button.dataset["do"] === "make") void this.#make();
  }

  async #make() {
    if (this.#asking) return;
    this.#asking = true;
    setText(part(this, "trouble", HTMLElement), "");
    this.draw();
    try {
      await api.sheet(this.bookId);
    } catch (error) {
      setText(part(this, "trouble", HTMLElement), problemText(error instanceof Refused ? error.problem : unreachable()));
    }
    this.#asking = false;
    this.draw();
  }
}

customElements.define("hw-sheet", SheetPiece);
