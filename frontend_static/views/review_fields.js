/**
 * The fields of a certificate: one has the focus, Enter opens it for correction, Enter saves, Escape leaves it.
 * Says `point` when another is looked at, and `correct` with what is to be saved.
 */

/** @import {CertificateShown, Edit, ShipName} from "../types.js" */

import { fill, fragment, html, part, setAttribute, setText } from "../html.js";
import { percent, say, t } from "../i18n.js";
import { ROWS, correctedBy, isDate, shown, sureness, valueOf } from "../review_fields.js";
import { icon, setIcon } from "./icons.js";
import { Piece, make } from "./piece.js";
import { ShipChoice } from "./ship_choice.js";

/** The icon of each degree of being sure. */
const MARKS = /** @type {Record<string, string>} */ ({ high: "done", fair: "ask", low: "warn" });

export class ReviewFields extends Piece {
  /** The field that is looked at. */
  current = "";
  /** The field that is being corrected, if any. */
  editing = "";
  /** @type {CertificateShown | null} */
  #record = null;
  #pressedCurrent = false;

  build() {
    this.className = "review-fields";
    setAttribute(this, "role", "group");
    setAttribute(this, "aria-label", t("ui.review.fields"));
    fill(this, html`${ROWS.map((row) => html`<div class="review-row" data-row="${row}">
      <button type="button" class="row-value" tabindex="-1" aria-describedby="printed-${row} flaws-${row}"><span class="row-label">${t(`ui.column.${row}`)}</span>
        <span class="row-text" dir="auto"></span><span class="row-sure"><span class="state-icon"></span> <span class="row-how"></span></span>
        <span class="row-edit">${icon("pencil")}</span></button>
      <p class="row-printed" id="printed-${row}"></p>
      <p class="row-flaws" id="flaws-${row}"></p><div class="row-editor" hidden></div></div>`)}`);
    this.addEventListener("focusin", (event) => this.#look(rowOf(event)));
    this.addEventListener("pointerdown", (event) => (this.#pressedCurrent = rowOf(event) === this.current));
    this.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest(".row-value") : null;
      if (!(button instanceof HTMLElement)) return;
      button.focus();
      // The first press of a finger or mouse looks; what is looked at already is opened.
      if (event.detail === 0 || this.#pressedCurrent) this.edit(rowOf(event));
    });
    this.addEventListener("keydown", (event) => this.#key(event));
  }

  /**
   * @param {CertificateShown} record
   * @param {Edit[]} edits
   */
  show(record, edits) {
    this.#record = record;
    for (const row of ROWS) this.#paint(row, record, edits);
    this.#tabStop();
  }

  /**
   * @param {string} row
   * @param {CertificateShown} record
   * @param {Edit[]} edits
   */
  #paint(row, record, edits) {
    const place = this.#row(row);
    const value = valueOf(record, row);
    const text = /** @type {Element} */ (place.querySelector(".row-text"));
    setText(text, value === null ? t("ui.review.empty") : shown(row, value));
    text.classList.toggle("muted", value === null);
    const evidence = value === null ? undefined : record.evidence[row];
    const edit = correctedBy(row, value, edits);
    const sure = evidence && !edit ? sureness(evidence.confidence) : "";
    const printed = evidence && !edit && evidence.as_printed !== value ? t("ui.review.printed", { text: evidence.as_printed }) : "";
    const how = edit ? t("ui.review.corrected", { name: edit.by.name })
      : evidence ? t(`ui.review.sure.${sure}`, { percent: percent(evidence.confidence * 100) }) : "";
    place.dataset["sure"] = edit ? "person" : sure;
    const mark = /** @type {HTMLElement} */ (place.querySelector(".state-icon"));
    setIcon(mark, edit ? "person" : (MARKS[sure] ?? ""));
    mark.hidden = !how;
    setText(/** @type {Element} */ (place.querySelector(".row-how")), how);
    setText(/** @type {Element} */ (place.querySelector(".row-printed")), printed);
    const flaws = record.flaws.filter((each) => each.fields.includes(row));
    const flawed = /** @type {HTMLElement} */ (place.querySelector(".row-flaws"));
    const said = flaws.map((each) => say("failure", each)).join(" ");
    if (flawed.dataset["said"] !== said) {
      flawed.dataset["said"] = said;
      flawed.replaceChildren(...(said ? [fragment(html`${icon("warn")}<span>${said}</span>`)] : []));
    }
  }

  /** @param {string} row */
  #row(row) {
    return /** @type {HTMLElement} */ (this.querySelector(`[data-row="${row}"]`));
  }

  /** Only one of them is in the way of the Tab key. */
  #tabStop() {
    for (const each of this.querySelectorAll(".row-value")) {
      const row = /** @type {HTMLElement} */ (each.parentElement);
      const here = row.dataset["row"] === this.current;
      setAttribute(each, "tabindex", here ? "0" : "-1");
      row.classList.toggle("current", here);
    }
  }

  /** @param {string} row */
  #look(row) {
    if (!row || row === this.current) return;
    if (this.#unsaved) return this.complain(t("ui.review.unsaved"));
    this.leave(false);
    this.current = row;
    this.#tabStop();
    this.dispatchEvent(new CustomEvent("point", { detail: row }));
  }

  /**
   * Gives a field the focus.
   * @param {string} row
   */
  goTo(row) {
    const button = /** @type {HTMLElement} */ (this.#row(row).querySelector(".row-value"));
    button.focus({ preventScroll: true });
    button.scrollIntoView({ block: "nearest" });
    this.#look(row);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (this.editing) {
      if (event.key === "Enter" && event.target instanceof Element && event.target.closest(".row-input")) {
        event.preventDefault();
        this.#save();
      } else if (event.key === "Escape") {
        event.preventDefault();
        this.leave(true);
      }
      return;
    }
    const at = ROWS.indexOf(this.current);
    const to = { ArrowDown: ROWS[at + 1], ArrowUp: ROWS[at - 1], Home: ROWS[0], End: ROWS.at(-1) }[event.key];
    if (!["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
    event.preventDefault();
    if (to) this.goTo(to);
  }

  /**
   * Opens a field for correction.
   * @param {string} row
   */
  edit(row) {
    if (!this.#record || !row) return;
    this.leave(false);
    this.#look(row);
    this.editing = row;
    const place = this.#row(row);
    place.classList.add("editing");
    const editor = /** @type {HTMLElement} */ (place.querySelector(".row-editor"));
    editor.hidden = false;
    if (row === "ship") return this.#editShip(editor, this.#record.ship);
    const label = t(`ui.column.${row}`);
    fill(editor, html`<div class="editor-line">
      ${row === "note" ? html`<textarea class="row-input" rows="3" maxlength="2000" aria-label="${label}" aria-describedby="hint wrong"></textarea>`
      : html`<input class="row-input" maxlength="300" autocomplete="off" spellcheck="false" aria-label="${label}" aria-describedby="hint wrong">`}
      <button type="button" class="primary" data-part="save">${t("ui.save")}</button><button type="button" data-part="leave">${t("ui.review.leave")}</button></div>
      <p class="field-error" id="wrong" role="alert" data-part="wrong"></p>
      <p class="muted" id="hint">${isDate(row) ? t("ui.review.date_hint") : ""}</p>`);
    const input = this.#input;
    if (input) {
      input.value = valueOf(this.#record, row) ?? "";
      input.focus();
      input.select();
    }
    part(editor, "save", HTMLElement).addEventListener("click", () => this.#save());
    part(editor, "leave", HTMLElement).addEventListener("click", () => this.leave(true));
    this.dispatchEvent(new Event("begin"));
  }

  /**
   * @param {HTMLElement} editor
   * @param {ShipName} ship
   */
  #editShip(editor, ship) {
    const choice = make(ShipChoice, this.app);
    Object.assign(choice, { ship, optional: false });
    fill(editor, html`<div data-part="choice"></div><p class="field-error" role="alert" data-part="wrong"></p>`);
    part(editor, "choice", HTMLElement).append(choice);
    choice.addEventListener("chosen", () => {
      if (choice.ship) this.dispatchEvent(new CustomEvent("correct", { detail: { row: "ship", value: choice.ship.id } }));
    });
    choice.querySelector("input")?.focus();
    this.dispatchEvent(new Event("begin"));
  }

  /** @returns {HTMLInputElement | HTMLTextAreaElement | null} */
  get #input() {
    return this.querySelector(".row-input");
  }

  /** Whether something else than the record says stands in the field that is being corrected. */
  get #unsaved() {
    return this.#record !== null && this.#input !== null && this.#input.value.trim() !== (valueOf(this.#record, this.editing) ?? "");
  }

  #save() {
    const value = (this.#input?.value ?? "").trim();
    this.dispatchEvent(new CustomEvent("correct", { detail: { row: this.editing, value } }));
  }

  /**
   * Closes what is being corrected as it was.
   * @param {boolean} focus whether the field gets the focus back
   */
  leave(focus) {
    const row = this.editing;
    if (!row) return;
    this.editing = "";
    const place = this.#row(row);
    place.classList.remove("editing");
    const editor = /** @type {HTMLElement} */ (place.querySelector(".row-editor"));
    editor.hidden = true;
    if (focus) this.goTo(row);
    editor.replaceChildren();
    this.dispatchEvent(new Event("left"));
  }

  /**
   * Holds what is typed while it is on its way.
   * @param {boolean} busy
   */
  busy(busy) {
    for (const each of this.querySelectorAll(".row-editor :is(input, textarea)")) /** @type {HTMLInputElement} */ (each).readOnly = busy;
    for (const each of this.querySelectorAll(".row-editor button")) /** @type {HTMLButtonElement} */ (each).disabled = busy;
  }

  /**
   * Says beside the field why what is typed was not taken; it stays.
   * @param {string} text
   */
  complain(text) {
    if (!this.editing) return;
    setText(part(this, "wrong", HTMLElement), text);
    const input = this.#input;
    if (!input) return;
    setAttribute(input, "aria-invalid", text ? "true" : null);
    input.focus();
  }

  /**
   * Somebody else has changed this field meanwhile: says to what, and what Enter and Escape do now.
   * @param {string | null} theirs
   * @param {string} name of who did
   */
  conflict(theirs, name) {
    const value = theirs === null ? t("ui.review.empty") : shown(this.editing, theirs);
    this.complain(t("ui.review.conflict", { name, value }));
    const place = this.#row(this.editing);
    for (const [button, key] of [["save", "ui.review.save_mine"], ["leave", "ui.review.take_theirs"]]) {
      const found = place.querySelector(`[data-part="${button}"]`);
      if (found && key) setText(found, t(key));
    }
  }
}

/** @param {Event} event */
function rowOf(event) {
  const row = event.target instanceof Element ? event.target.closest("[data-row]") : null;
  return row instanceof HTMLElement ? (row.dataset["row"] ?? "") : "";
}

customElements.define("hw-review-fields", ReviewFields);
