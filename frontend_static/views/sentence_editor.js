/** Changes a sentence in its row: Enter saves, Esc leaves. What somebody else made of it meanwhile is shown, and kept apart. */

/** @import {App} from "../app.js" */
/** @import {JobValue, Problem, SentenceRow} from "../types.js" */
/** @import {SentenceScroll} from "./sentence_scroll.js" */

import { Refused, api, unreachable } from "../api.js";
import { problemText } from "../describe.js";
import { part, setAttribute, setText } from "../html.js";
import { t } from "../i18n.js";
import { closeField, focusOn, openField } from "./sentence_row.js";

/** Tells of a changed row by the event `changed`. */
export class SentenceEditor extends EventTarget {
  #row = /** @type {SentenceRow | null} */ (null);
  #jobId = "";
  #busy = false;

  /**
   * @param {App} app
   * @param {SentenceScroll} scroll
   * @param {(text: string) => void} tell says something to those who listen
   */
  constructor(app, scroll, tell) {
    super();
    this.app = app;
    this.scroll = scroll;
    this.tell = tell;
    scroll.addEventListener("keydown", (event) => this.#pressed(event));
    scroll.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("[data-do]") : null;
      if (!(button instanceof HTMLElement) || !this.#row) return;
      if (button.dataset["do"] === "save") void this.#save();
      if (button.dataset["do"] === "leave") this.#close();
    });
    scroll.addEventListener("focusout", (event) => {
      const line = this.#line;
      const to = /** @type {FocusEvent} */ (event).relatedTarget;
      if (line && !(to instanceof Node && line.contains(to)) && this.#text === this.#row?.text) this.#close(false);
    });
  }

  get #line() {
    return this.#row ? this.scroll.lineOf(this.#row.id) : null;
  }

  /** What stands in the field. */
  get #text() {
    const line = this.#line;
    return line?.dataset["editing"] ? part(line, "field", HTMLTextAreaElement).value.replace(/\s+/g, " ").trim() : null;
  }

  /**
   * @param {JobValue} job
   * @param {SentenceRow} row
   */
  open(job, row) {
    if (this.#busy) return;
    if (this.#row && this.#line?.dataset["editing"]) {
      const line = this.#line;
      if (this.#row.id === row.id) return focusOn(line, "text");
      if (this.#text !== this.#row.text) {
        this.#say(t("ui.review.unsaved"));
        return focusOn(line, "text");
      }
      this.#close(false);
    }
    this.#jobId = job.id;
    this.#row = row;
    const line = this.#line;
    if (!line) return;
    openField(line, row);
    this.scroll.draw();
  }

  /**
   * Takes what is typed out of its row, which is about to stand elsewhere.
   * @returns {{row: SentenceRow, text: string} | null}
   */
  lift() {
    const [row, line] = [this.#row, this.#line];
    if (!row || !line?.dataset["editing"]) return null;
    const text = part(line, "field", HTMLTextAreaElement).value;
    this.#close(false);
    return { row, text };
  }

  /**
   * Puts it into its row again; where that has become part of another, it is shown, so that it is not lost.
   * @param {{row: SentenceRow, text: string}} typed
   */
  land({ row, text }) {
    const line = this.scroll.lineOf(row.id);
    if (!line) return this.app.notice("failed", t("ui.sentences.gone"), text);
    this.#row = row;
    openField(line, row).value = text;
    this.scroll.draw();
  }

  /**
   * @param {JobValue} job
   * @param {SentenceRow} row
   */
  async takeBack(job, row) {
    this.#jobId = job.id;
    this.#row = row;
    await this.#send(null);
  }

  /** @param {Event} event */
  #pressed(event) {
    const { key, isComposing, shiftKey } = /** @type {KeyboardEvent} */ (event);
    if (!(event.target instanceof HTMLTextAreaElement) || isComposing) return;
    if (key === "Enter" && !shiftKey) void this.#save();
    else if (key === "Escape") this.#close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  async #save() {
    const [row, text] = [this.#row, this.#text];
    if (!row || text === null) return;
    if (text === row.text) return this.#close();
    if (text === "") return this.#say(t("ui.sentences.empty"));
    await this.#send(text === row.original ? null : text);
  }

  /** @param {string | null} text null takes back what was changed */
  async #send(text) {
    const row = this.#row;
    if (!row || this.#busy) return;
    this.#busy = true;
    try {
      const fresh = await api.changeSentence(this.#jobId, row.id, { text, was: row.text });
      this.#row = fresh;
      this.#close();
      this.dispatchEvent(new CustomEvent("changed", { detail: fresh }));
      this.tell(t(text === null ? "ui.sentences.taken_back" : "ui.sentences.saved", { text: fresh.text }));
    } catch (error) {
      this.#refused(row, error instanceof Refused ? error.problem : unreachable());
    } finally {
      this.#busy = false;
    }
  }

  /**
   * @param {SentenceRow} row
   * @param {Problem} problem
   */
  #refused(row, problem) {
    const theirs = problem.sentence;
    if (problem.status === 401) this.app.signedOut();
    if (!theirs || theirs.id !== row.id) return this.#say(problemText(problem));
    // What stands there now is what a second save changes; what was typed stays in the field.
    this.#row = theirs;
    this.#say(theirs.edited_by ? t("ui.sentences.conflict", { name: theirs.edited_by, text: theirs.text })
      : t("ui.sentences.conflict_back", { text: theirs.text }));
    this.dispatchEvent(new CustomEvent("changed", { detail: theirs }));
  }

  /** @param {string} text */
  #say(text) {
    const line = this.#line;
    if (!line?.dataset["editing"]) return this.app.notice("failed", t("ui.sentences"), text);
    setText(part(line, "said", HTMLElement), text);
    setAttribute(part(line, "field", HTMLElement), "aria-invalid", "true");
    this.scroll.draw();
  }

  /** @param {boolean} [focus] whether the row gets the focus back */
  #close(focus = true) {
    const line = this.#line;
    this.#row = null;
    if (!line?.dataset["editing"]) return;
    closeField(line);
    this.scroll.draw();
    if (focus) focusOn(line, "text");
  }
}
