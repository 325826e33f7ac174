/** One row of the table of sentences: what stands in it, and the field in which it is changed; and what stands for none. */

/** @import {SentenceRow} from "../types.js" */

import { fill, html, part, setAttribute } from "../html.js";
import { moment, number, t } from "../i18n.js";
import { hitsIn } from "../sentence_rows.js";
import { icon } from "./icons.js";

/**
 * How a row is shown: `most` words are asked for, `sought` is marked in it, `open` rows can be changed.
 * @typedef {{most: number | null, sought: string, open: boolean}} Looks
 */

/** Holds rows that are drawn together, or a gap. @param {string} key */
export function newBlock(key) {
  const block = document.createElement("div");
  block.className = "sentence-block";
  block.setAttribute("role", "rowgroup");
  block.dataset["key"] = key;
  return block;
}

/**
 * Says why chunks have no rows.
 * @param {HTMLElement} element
 * @param {{first: number, last: number, state: string}} gap
 */
export function paintGap(element, { first, last, state }) {
  element.dataset["state"] = state;
  const words = first === last ? t(`ui.sentences.gap.${state}`, { first }) : t(`ui.sentences.gaps.${state}`, { first, last });
  if (element.textContent !== words) fill(element, html`<div role="row" class="sentence-gap"><div role="gridcell">${words}</div></div>`);
}

/** @returns {HTMLElement} */
export function newRow() {
  const element = document.createElement("div");
  element.className = "sentence";
  element.setAttribute("role", "row");
  return element;
}

/**
 * Shows the row; nothing is touched where nothing changed, or while it is being changed by hand.
 * @param {HTMLElement} element
 * @param {SentenceRow | undefined} row
 * @param {number} place in the table
 * @param {Looks} looks
 */
export function paintRow(element, row, place, looks) {
  setAttribute(element, "aria-rowindex", String(place + 2));
  element.dataset["place"] = String(place);
  if (element.dataset["editing"]) return;
  const state = JSON.stringify([row, looks]);
  if (element.dataset["state"] === state) return;
  element.dataset["state"] = state;
  element.dataset["id"] = row?.id ?? "";
  element.classList.toggle("opens", Boolean(row?.opens));
  element.classList.toggle("edited", row?.original !== undefined);
  const had = document.activeElement instanceof HTMLElement && element.contains(document.activeElement)
    ? document.activeElement.dataset["do"] ?? "text" : "";
  fill(element, row ? rowMarkup(row, looks) : html`<div role="gridcell" class="sentence-text muted" aria-colindex="2" data-part="text">…</div>`);
  if (had) focusOn(element, had);
}

/**
 * @param {SentenceRow} row
 * @param {Looks} looks
 */
function rowMarkup(row, { most, sought, open }) {
  const over = most !== null && row.words > most;
  return html`<div role="gridcell" class="sentence-number muted" aria-colindex="1">${row.number === null ? "" : number(row.number)}</div>
    <div role="gridcell" class="sentence-text" aria-colindex="2" tabindex="-1" data-part="text" aria-readonly="${String(!open)}">
      <span dir="auto">${hitsIn(row.text, sought).map(({ text, hit }) => (hit ? html`<mark>${text}</mark>` : html`${text}`))}</span>
      ${row.original !== undefined && html`<p class="sentence-original muted">${icon("pencil")} ${t("ui.sentences.was")} <del dir="auto">${row.original}</del>
        ${row.edited_by && html`<span>${t("ui.sentences.by", { name: row.edited_by, time: row.edited_at ? moment(row.edited_at) : "" })}</span>`}
        ${open && html`<button type="button" class="quiet" tabindex="-1" data-do="take_back">${t("ui.sentences.take_back")}</button>`}</p>`}</div>
    <div role="gridcell" class="sentence-words" aria-colindex="3" ${over && html`data-over`} data-long="${t("ui.sentences.words", { count: row.words })}"><span>${number(row.words)}</span>${over && html`<span class="over" title="${t("ui.sentences.over", { most })}" aria-label="${t("ui.sentences.over", { most })}" role="img">${icon("warn")}</span>`}</div>
    <div role="gridcell" class="sentence-page" aria-colindex="4"><button type="button" class="quiet" tabindex="-1" data-do="page" data-page="${row.page}"
      aria-label="${t("ui.job.show_page", { page: row.page })}" title="${t("ui.job.show_page", { page: row.page })}" data-long="${t("ui.sentences.page", { page: row.page })}"><span>${number(row.page)}</span></button></div>
    <div role="gridcell" class="sentence-do" aria-colindex="5">${open && html`<button type="button" class="quiet icon-button" tabindex="-1" data-do="edit"
      aria-label="${t("ui.sentences.edit")}" title="${t("ui.sentences.edit")}">${icon("pencil")}</button>`}</div>`;
}

/** The place of the row that something stands in; -1: in none. @param {EventTarget | null} target */
export function placeOf(target) {
  const line = target instanceof Element ? target.closest("[data-place]") : null;
  return line instanceof HTMLElement ? Number(line.dataset["place"]) : -1;
}

/** Whether something stands in a row that is being changed. @param {EventTarget | null} target */
export function inField(target) {
  return target instanceof Element && target.closest("[data-editing]") !== null;
}

/**
 * Makes a row the one that Tab reaches, or not.
 * @param {HTMLElement} element
 * @param {boolean} current
 */
export function setCurrent(element, current) {
  for (const each of element.querySelectorAll("[tabindex]")) each.setAttribute("tabindex", current ? "0" : "-1");
}

/**
 * @param {HTMLElement} element
 * @param {string} what the action of a button, or "text"
 */
export function focusOn(element, what) {
  const target = element.querySelector(`[data-do="${CSS.escape(what)}"]`) ?? element.querySelector("textarea, [data-part=text]");
  if (target instanceof HTMLElement) target.focus({ preventScroll: true });
}

/**
 * Puts a field in place of the text.
 * @param {HTMLElement} element
 * @param {SentenceRow} row
 */
export function openField(element, row) {
  const cell = part(element, "text", HTMLElement);
  cell.removeAttribute("tabindex");
  fill(cell, html`<textarea data-part="field" rows="1" dir="auto" maxlength="2000" aria-label="${t("ui.sentences.field")}" aria-describedby="sentence-said"></textarea>
    <p class="field-error" id="sentence-said" role="alert" data-part="said"></p>
    <p class="sentence-keys"><button type="button" class="primary" data-do="save">${t("ui.save")}</button>
      <button type="button" data-do="leave">${t("ui.review.leave")}</button></p>`);
  element.dataset["editing"] = "true";
  const field = part(element, "field", HTMLTextAreaElement);
  field.value = row.text;
  const fit = () => {
    field.style.setProperty("height", "auto");
    field.style.setProperty("height", `${field.scrollHeight + 2}px`);
  };
  field.addEventListener("input", fit);
  fit();
  field.focus({ preventScroll: true });
  field.setSelectionRange(field.value.length, field.value.length);
  return field;
}

/** Takes the field away again; the row is painted anew. @param {HTMLElement} element */
export function closeField(element) {
  delete element.dataset["editing"];
  delete element.dataset["state"];
}
