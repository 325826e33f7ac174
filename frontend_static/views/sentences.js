/**
 * The table of sentences: it fills chunk by chunk while the rest is at work, and what is looked at stays where it is.
 * Only what is in sight is drawn and fetched. Arrow keys move, Enter changes a sentence.
 */

/** @import {JobValue, SentenceRow} from "../types.js" */

import { Refused, api, unreachable } from "../api.js";
import { chunkCells, partOf } from "../chunk_cells.js";
import { problemText } from "../describe.js";
import { fill, html, part, setText } from "../html.js";
import { t } from "../i18n.js";
import { ENDED } from "../items.js";
import { MOST_ROWS, SentenceRows } from "../sentence_rows.js";
import { Piece, make } from "./piece.js";
import { SentenceEditor } from "./sentence_editor.js";
import { SentenceScroll } from "./sentence_scroll.js";

const SEARCH_PAUSE = 250;
const TELL_PAUSE = 1500;
const RETRY_PAUSE = 3000;

export class Sentences extends Piece {
  /** @type {JobValue | null} */
  job = null;
  #all = new SentenceRows();
  #found = /** @type {SentenceRows | null} */ (null);
  #sought = "";
  #scroll = /** @type {SentenceScroll | null} */ (null);
  #editor = /** @type {SentenceEditor | null} */ (null);
  #seen = "";
  #busy = false;
  #trouble = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #telling;
  /** @type {number[]} */
  #news = [];

  build() {
    this.className = "sentences";
    fill(this, html`
      <div class="sentences-head"><h2>${t("ui.sentences")}</h2><p class="muted" data-part="count"></p>
        <label class="sentences-search"><span class="hidden">${t("ui.sentences.search")}</span>
          <input type="search" data-part="search" placeholder="${t("ui.sentences.search")}" autocomplete="off" spellcheck="false"></label>
        <button type="button" data-part="export" hidden>${t("ui.sentences.export")}</button></div>
      <div data-part="scroll"></div>
      <p class="sentences-keys muted" data-part="keys"><kbd>↑</kbd> <kbd>↓</kbd> ${t("ui.sentences.key.move")} · <kbd>Enter</kbd> ${t("ui.sentences.key.edit")} · <kbd>Esc</kbd> ${t("ui.sentences.key.leave")}</p>
      <p class="sentences-later muted" data-part="later" hidden></p>
      <p class="hidden" aria-live="polite" data-part="told"></p>`);
    this.#scroll = make(SentenceScroll, this.app);
    this.#editor = new SentenceEditor(this.app, this.#scroll, (text) => this.tell(text));
    this.#scroll.addEventListener("want", () => void this.#fetch());
    this.#scroll.addEventListener("edit", (event) => this.#edit(/** @type {CustomEvent} */ (event).detail));
    this.#scroll.addEventListener("take-back", (event) => void this.#takeBack(/** @type {CustomEvent} */ (event).detail));
    this.#editor.addEventListener("changed", (event) => this.#changed(/** @type {CustomEvent} */ (event).detail));
    part(this, "scroll", HTMLElement).append(this.#scroll);
    const search = part(this, "search", HTMLInputElement);
    search.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#search(search.value.trim()), SEARCH_PAUSE);
    });
    part(this, "export", HTMLElement).addEventListener("click", () => this.dispatchEvent(new Event("export", { bubbles: true })));
  }

  attached() {
    this.hold(() => clearTimeout(this.#timer));
    this.hold(() => clearTimeout(this.#telling));
  }

  /** The rows that are shown. */
  get #rows() {
    return this.#found ?? this.#all;
  }

  /** @param {JobValue} job */
  show(job) {
    this.job = job;
    const cells = chunkCells(job);
    const done = cells.filter((each) => each.state === "d").map((each) => each.number);
    const seen = JSON.stringify([done, job.state, job.edits ?? 0, job.counters?.["steps_done"]]);
    if (seen !== this.#seen) {
      const first = this.#seen === "";
      const before = new Set(first ? done : JSON.parse(this.#seen)[0]);
      this.#news.push(...done.filter((each) => !before.has(each)));
      this.#seen = seen;
      this.#all.stale();
      this.#found?.stale();
      if (!first && this.#news.length > 0) this.#tellSoon();
    }
    this.refresh();
  }

  draw() {
    const { job } = this;
    if (!job || !this.#scroll) return;
    const rows = this.#rows;
    const cells = chunkCells(job);
    const open = rows.whole;
    const most = job.options?.["max_words"] ?? 8;
    this.#scroll.show(rows, cells, { most: typeof most === "number" ? most : null, sought: this.#sought, open }, this.#emptyText());
    setText(part(this, "count", HTMLElement), this.#countText());
    part(this, "export", HTMLElement).hidden = this.#all.total === 0;
    part(this, "keys", HTMLElement).hidden = !open || rows.total === 0;
    part(this, "later", HTMLElement).hidden = open || rows.total === 0;
    setText(part(this, "later", HTMLElement), laterText(job));
    part(this, "search", HTMLInputElement).disabled = this.#all.total === 0 && this.#sought === "";
    void this.#fetch();
  }

  #countText() {
    if (this.#trouble) return this.#trouble;
    if (this.#found) return this.#found.known ? t("ui.sentences.found", { count: this.#found.total }) : "";
    if (!this.#all.known || this.#all.total === 0) return "";
    return t(this.#all.whole ? "ui.sentences.count" : "ui.sentences.count_so_far", { count: this.#all.total });
  }

  #emptyText() {
    if (this.#found?.known) return t("ui.sentences.none_found");
    if (this.job?.state === "staged") return t("ui.sentences.not_started");
    return this.job && ["failed", "cancelled"].includes(this.job.state) ? t("ui.sentences.none") : t("ui.sentences.coming");
  }

  /**
   * Asks for what is in sight and lacks, one request at a time.
   * @returns {Promise<void>}
   */
  async #fetch() {
    const { job } = this;
    const [rows, scroll] = [this.#rows, this.#scroll];
    if (!job || !scroll || this.#busy || !this.isConnected) return;
    if (!rows.known && !chunkCells(job).some((each) => each.state === "d")) return;
    const range = rows.wants(scroll.near);
    if (!range) return;
    this.#busy = true;
    const { version } = rows;
    try {
      const answer = await api.sentences(job.id, { ...range, q: rows.found ? this.#sought : "" });
      if (rows.turned(answer)) await this.#turn(job, rows, scroll, version);
      else if (job.id === this.job?.id) rows.take(answer, version);
      this.#trouble = "";
    } catch (error) {
      const problem = error instanceof Refused ? error.problem : unreachable();
      if (problem.status === 404 && !rows.known) this.#trouble = "";
      else this.#trouble = troubleText(problem);
      setTimeout(() => {
        this.#busy = false;
        this.refresh();
      }, RETRY_PAUSE);
      return;
    }
    this.#busy = false;
    this.refresh();
  }

  /**
   * Rows stand elsewhere now. Those around what is looked at are asked for, and it stays where it is; so does what
   * somebody is typing.
   * @param {JobValue} job
   * @param {SentenceRows} rows
   * @param {SentenceScroll} scroll
   * @param {number} version
   */
  async #turn(job, rows, scroll, version) {
    const near = scroll.reading()?.id ?? "";
    const answer = await api.sentences(job.id, { near, limit: MOST_ROWS, q: rows.found ? this.#sought : "" });
    if (job.id !== this.job?.id || rows !== this.#rows) return;
    const [reading, typed] = [scroll.reading(), this.#editor?.lift() ?? null];
    rows.take(answer, version);
    if (reading) scroll.keep(reading);
    this.draw();
    if (typed) this.#editor?.land(typed);
  }

  /** @param {string} sought */
  #search(sought) {
    if (sought === this.#sought) return;
    this.#sought = sought;
    this.#found = sought ? new SentenceRows({ found: true }) : null;
    this.#scroll?.toTop();
    this.refresh();
  }

  /**
   * Shows the sentences of a chunk, or where they will stand.
   * @param {number} chunk
   */
  openChunk(chunk) {
    if (this.#found) {
      part(this, "search", HTMLInputElement).value = "";
      this.#search("");
      this.draw();
    }
    this.#scroll?.toChunk(chunk);
  }

  /** @param {number} place */
  #edit(place) {
    const row = this.#rows.row(place);
    if (!row || !this.job) return;
    if (this.#rows.whole) this.#editor?.open(this.job, row);
    else this.tell(t("ui.sentences.not_yet"));
  }

  /** @param {number} place */
  async #takeBack(place) {
    const row = this.#rows.row(place);
    if (row && this.job) await this.#editor?.takeBack(this.job, row);
  }

  /** @param {SentenceRow} row */
  #changed(row) {
    this.#all.replace(row);
    this.#found?.replace(row);
    this.refresh();
  }

  /** Chunks that came are told of together. */
  #tellSoon() {
    clearTimeout(this.#telling);
    this.#telling = setTimeout(() => {
      const count = this.#news.splice(0).length;
      if (count > 0) this.tell(t("ui.sentences.came", { count, total: this.#all.total }));
    }, TELL_PAUSE);
  }

  /** @param {string} text */
  tell(text) {
    setText(part(this, "told", HTMLElement), text);
  }
}

/** What is wrong, and by what it is found in the log. @param {import("../types.js").Problem} problem */
function troubleText(problem) {
  const isOurs = problem.status >= 500 && problem.support_id;
  return isOurs ? `${problemText(problem)} ${t("ui.support_id")} ${problem.support_id}` : problemText(problem);
}

/** Why sentences cannot be changed yet, and what is to be had of a book that was stopped. @param {JobValue} job */
function laterText(job) {
  const some = ENDED.has(job.state) ? partOf(chunkCells(job)) : null;
  return some ? t("ui.sentences.stopped", some) : t("ui.sentences.not_yet");
}

customElements.define("hw-sentences", Sentences);
