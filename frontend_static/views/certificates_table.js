/** Certificates as a table; on a phone each row is a block. A row keeps its element, and so its focus, while others change. */

/** @import {Certificate} from "../types.js" */

import { daysLeft, nearness } from "../expiry.js";
import { arrange, fill, fragment, html, part, setAttribute, setText } from "../html.js";
import { day, known, t } from "../i18n.js";
import { setIcon } from "./icons.js";
import { Piece } from "./piece.js";

const COLUMNS = ["ship", "certificate", "number", "issued", "until", "survey", "authority", "category"];
const ICONS = { overdue: "warn", soon: "clock", near: "clock", far: "", none: "" };

export class CertificatesTable extends Piece {
  /** @type {Certificate[]} */
  #certificates = [];
  /** What stands after the address of a certificate: the list that one came from. */
  #query = "";
  #day = 0;
  /** @type {Map<string, HTMLTableRowElement>} */
  #rows = new Map();

  build() {
    this.className = "certificates-table";
    // A table that is laid out as blocks is one for screen readers only where it says so.
    fill(this, html`<table role="table" aria-label="${t("ui.certificates.title")}"><thead role="rowgroup"><tr role="row">
      ${COLUMNS.map((each) => html`<th role="columnheader" scope="col" class="col-${each}">${t(`ui.certificates.col.${each}`)}</th>`)}
      </tr></thead><tbody role="rowgroup" data-part="rows"></tbody></table>`);
    this.addEventListener("click", (event) => this.#clicked(event));
    this.addEventListener("keydown", (event) => this.#key(event));
  }

  attached() {
    // "in 12 days" is another word at midnight.
    this.on(this.app, "tick", () => this.#day !== dayOf(this.app.now()) && this.refresh());
  }

  /**
   * @param {Certificate[]} certificates
   * @param {string} query
   */
  show(certificates, query) {
    this.#certificates = certificates;
    this.#query = query;
    if (this.isConnected) this.draw();
  }

  draw() {
    this.#day = dayOf(this.app.now());
    const body = part(this, "rows", HTMLElement);
    const focused = this.#focusedRow();
    arrange(body, this.#certificates.map((each) => each.id), this.#rows, rowOf);
    for (const each of this.#certificates) this.#paint(each);
    if (focused && !focused.row.isConnected) this.#focus(focused.at);
    else if (focused) focused.row.querySelector("a")?.focus({ preventScroll: true });
  }

  /** @param {Certificate} certificate */
  #paint(certificate) {
    const row = this.#rows.get(certificate.id);
    if (!row) return;
    const { fields, ship } = certificate;
    const days = daysLeft(fields["valid_until"], this.app.now());
    const near = nearness(days);
    row.dataset["due"] = near;
    setText(part(row, "ship", HTMLElement), ship.name);
    setText(part(row, "imo", HTMLElement), ship.imo ? t("ui.certificates.imo", { imo: ship.imo }) : "");
    const link = part(row, "link", HTMLAnchorElement);
    setAttribute(link, "href", `/certificates/${certificate.id}${this.#query && `?${this.#query}`}`);
    const { certificate_name: name, abbreviation, category } = fields;
    setText(link, name ?? abbreviation ?? t("ui.certificates.unnamed"));
    setText(part(row, "abbreviation", HTMLElement), name && abbreviation ? abbreviation : "");
    setText(part(row, "number", HTMLElement), fields["certificate_number"] ?? "");
    setText(part(row, "issued", HTMLElement), dateText(fields["issue_date"]));
    setText(part(row, "until", HTMLElement), dateText(fields["valid_until"]));
    setIcon(part(row, "due-icon", HTMLElement), ICONS[near]);
    setText(part(row, "due", HTMLElement), dueText(days));
    setText(part(row, "survey", HTMLElement), dateText(fields["next_survey"]));
    setText(part(row, "authority", HTMLElement), fields["issuing_authority"] ?? "");
    setText(part(row, "category", HTMLElement), categoryText(category));
  }

  /**
   * The whole row leads where its link does, unless somebody marks words in it.
   * @param {MouseEvent} event
   */
  #clicked(event) {
    const row = event.target instanceof Element && !event.target.closest("a") ? event.target.closest("tbody tr") : null;
    if (!row || getSelection()?.type === "Range") return;
    const { ctrlKey, metaKey, shiftKey } = event;
    row.querySelector("a")?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey }));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const focused = this.#focusedRow();
    const last = this.#certificates.length - 1;
    if (!focused || event.altKey || event.ctrlKey || event.metaKey) return;
    const to = { ArrowDown: focused.at + 1, ArrowUp: focused.at - 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    this.#focus(Math.max(0, Math.min(last, to)));
    event.preventDefault();
  }

  #focusedRow() {
    const row = document.activeElement?.closest("tr");
    const at = row && this.contains(row) ? [...part(this, "rows", HTMLElement).children].indexOf(row) : -1;
    return row && at >= 0 ? { row, at } : null;
  }

  /** @param {number} at */
  #focus(at) {
    const rows = part(this, "rows", HTMLElement).children;
    (rows[Math.min(at, rows.length - 1)]?.querySelector("a") ?? this.closest("main"))?.focus();
  }
}

/** @param {number} now seconds since 1970 */
function dayOf(now) {
  return Math.floor(now / 86_400);
}

/** @param {string | null | undefined} iso */
function dateText(iso) {
  return iso ? day(iso) : "";
}

/** @param {number | null} days */
export function dueText(days) {
  if (days === null || days > 90) return "";
  if (days === 0) return t("ui.certificates.due.today");
  return days < 0 ? t("ui.certificates.due.overdue", { count: -days }) : t("ui.certificates.due.in", { count: days });
}

/** The words of the categories that Headway knows; others are one's own. @param {string | null | undefined} category */
export function categoryText(category) {
  return category ? (known(`ui.option.certificate.category.${category}`) ?? category) : "";
}

/** @returns {HTMLTableRowElement} */
function rowOf() {
  const row = document.createElement("tr");
  row.setAttribute("role", "row");
  const cell = (/** @type {string} */ name, /** @type {unknown} */ content) => html`<td role="cell" class="col-${name}"
    data-label="${t(`ui.certificates.col.${name}`)}">${content}</td>`;
  const plain = (/** @type {string} */ name) => html`<td role="cell" class="col-${name}" data-part="${name}"
    data-label="${t(`ui.certificates.col.${name}`)}"></td>`;
  row.append(fragment(html`
    ${cell("ship", html`<span data-part="ship"></span> <span class="cell-more" data-part="imo"></span>`)}
    ${cell("certificate", html`<a data-part="link"></a> <span class="cell-more" data-part="abbreviation"></span>`)}
    ${plain("number")}${plain("issued")}
    ${cell("until", html`<span data-part="until"></span> <span class="due"><span data-part="due-icon"></span><span data-part="due"></span></span>`)}
    ${plain("survey")}${plain("authority")}${plain("category")}`));
  return row;
}

customElements.define("hw-certificates-table", CertificatesTable);
