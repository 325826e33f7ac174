/** `/certificates/<id>`: a certificate's page beside its fields, corrected by keyboard, one after another. */

/** @import {CertificateShown, DocumentValue, Edit} from "../types.js" */

import { Refused, addresses, api, unreachable } from "../api.js";
import { certificateFilters, certificateQuery } from "../certificate_query.js";
import { tried } from "../commands.js";
import { ofTotal, problemText } from "../describe.js";
import { fill, html, part, setText } from "../html.js";
import { t } from "../i18n.js";
import { certificates } from "../records.js";
import { firstToLookAt, neighbours, placeOf, shipTitle, shown, valueOf } from "../review_fields.js";
import { confirmed, openDialog } from "./dialogs.js";
import { icon } from "./icons.js";
import { Piece, make } from "./piece.js";
import { ReviewFields } from "./review_fields.js";
import { ReviewHistory } from "./review_history.js";
import { ReviewPaper, fetchAhead } from "./review_paper.js";

/** The order in which one goes from record to record holds so many at most. */
const LONGEST_LIST = 2000;
const A_PAGE = 500;
const KEYS = [["↑ ↓", "move"], ["Enter", "edit"], ["Esc", "leave"], ["J K", "next"], ["?", "help"]];

export class Review extends Piece {
  #id = "";
  /** @type {CertificateShown | null} */
  #record = null;
  /** @type {Edit[]} */
  #edits = [];
  /** @type {DocumentValue | null} */
  #document = null;
  /** The list that one came from, as it was then: what is corrected does not move under one's hands. @type {string[]} */
  #ids = [];
  /** What stood in the field, in which version, when its correction began. */
  #seen = { version: 0, value: /** @type {string | null} */ (null) };
  #asked = 0;
  #heard = "";
  #parts = /** @type {{paper: ReviewPaper, fields: ReviewFields, history: ReviewHistory} | null} */ (null);

  build() {
    this.className = "review";
    const list = certificateQuery(certificateFilters(location.search));
    fill(this, html`
      <div class="review-line"><p class="back"><a href="/certificates${list && `?${list}`}">${icon("left")}${t("ui.review.back")}</a></p>
        <p class="review-place"><span data-part="place"></span>
          <button type="button" class="quiet icon-button" data-do="previous" data-part="previous" aria-keyshortcuts="K" aria-label="${t("ui.review.previous")}" title="${t("ui.review.previous")} (K)">${icon("left")}</button>
          <button type="button" class="quiet icon-button" data-do="next" data-part="next" aria-keyshortcuts="J" aria-label="${t("ui.review.next")}" title="${t("ui.review.next")} (J)">${icon("right")}</button></p></div>
      <div data-part="problem" class="notice" hidden><h1>${t("ui.review.gone")}</h1><p data-part="why"></p></div>
      <div data-part="body" hidden>
        <h1 data-part="name" dir="auto"></h1><p class="muted" data-part="whose" dir="auto"></p>
        <div class="review-sides"><div class="review-page" data-part="page"></div>
          <div class="review-side"><div data-part="fields"></div>
            <p class="review-keys muted">${KEYS.map(([key, what]) => html`<span><kbd>${key}</kbd> ${t(`ui.review.key.${what}`)}</span>`)}</p>
            <div data-part="history"></div><section class="review-files" data-part="files"></section>
            <p><button type="button" class="quiet review-delete" data-do="delete">${t("ui.review.delete")}</button></p></div></div>
        <p class="hidden" role="status" data-part="said"></p></div>`);
    const parts = { paper: make(ReviewPaper, this.app), fields: make(ReviewFields, this.app), history: make(ReviewHistory, this.app) };
    part(this, "page", HTMLElement).append(parts.paper);
    part(this, "fields", HTMLElement).append(parts.fields);
    part(this, "history", HTMLElement).append(parts.history);
    parts.fields.addEventListener("point", () => this.#point());
    parts.fields.addEventListener("begin", () => this.#begin());
    parts.fields.addEventListener("left", () => this.#drawRecord());
    parts.fields.addEventListener("correct", (event) => void this.#correct(/** @type {CustomEvent} */ (event).detail));
    this.#parts = parts;
    this.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("[data-do]") : null;
      if (button instanceof HTMLElement) this.#do(button.dataset["do"] ?? "");
    });
  }

  attached() {
    this.on(document, "keydown", (event) => this.#key(event));
    this.on(this.app, "route", () => this.#take());
    this.hold(this.app.store.listen((topic) => topic === "records" && this.#told()));
    this.hold(this.app.watch("records"));
    void this.#fetchList();
    this.#take();
  }

  /** Something of one's records is another than it was: what is being typed stays, all around it is as it is now. */
  #told() {
    const state = JSON.stringify(this.app.store.topic("records").value);
    if (state === this.#heard) return;
    this.#heard = state;
    if (this.#record) void this.#fetch();
  }

  /** Shows what the address names. */
  #take() {
    const id = decodeURIComponent(location.pathname.slice("/certificates/".length));
    if (id !== this.#id) void this.#open(id);
  }

  /** @param {string} id */
  async #open(id) {
    this.#parts?.fields.leave(false);
    this.#id = id;
    await this.#fetch();
    this.#drawPlace();
    if (this.#id === id && this.#record?.id === id) this.#focus();
  }

  /** What the service knows of it now. */
  async #fetch() {
    const [id, asked] = [this.#id, (this.#asked += 1)];
    try {
      const [record, edits] = await Promise.all([certificates.show(id), certificates.edits(id)]);
      const { document_id: of } = record;
      const seen = of && this.#document?.id === of ? this.#document : of ? await api.document(of) : null;
      if (asked !== this.#asked) return;
      [this.#record, this.#edits, this.#document] = [record, edits, seen];
      this.#drawRecord();
    } catch (error) {
      if (asked === this.#asked) this.#fail(error);
    }
  }

  /** @param {unknown} error */
  #fail(error) {
    const problem = error instanceof Refused ? error.problem : unreachable();
    if (problem.status === 401) this.app.signedOut();
    if (problem.status !== 404 && this.#record?.id === this.#id) return this.app.notice("failed", t("ui.review"), problemText(problem));
    this.#record = null;
    part(this, "body", HTMLElement).hidden = true;
    part(this, "problem", HTMLElement).hidden = false;
    setText(part(this, "why", HTMLElement), problemText(problem));
  }

  /** The list that the address tells of, from the beginning to behind this record. */
  async #fetchList() {
    await tried(this.app, t("ui.review"), async () => {
      const query = certificateFilters(location.search);
      /** @type {string | null} */
      let cursor = null;
      do {
        const page = await certificates.list({ ...query, limit: A_PAGE, cursor });
        this.#ids.push(...page.items.map((each) => each.id));
        cursor = page.next;
      } while (cursor && this.#ids.length < LONGEST_LIST);
    });
    this.#drawPlace();
  }

  #drawPlace() {
    const { place, previous, next } = neighbours(this.#ids, this.#id);
    setText(part(this, "place", HTMLElement), place ? ofTotal(place, this.#ids.length) : "");
    part(this, "previous", HTMLButtonElement).disabled = !previous;
    part(this, "next", HTMLButtonElement).disabled = !next;
  }

  #drawRecord() {
    const [record, parts] = [this.#record, this.#parts];
    if (!record || !parts) return;
    part(this, "body", HTMLElement).hidden = false;
    part(this, "problem", HTMLElement).hidden = true;
    const name = record.fields["certificate_name"] ?? record.fields["abbreviation"] ?? t("ui.review.unnamed");
    setText(part(this, "name", HTMLElement), name);
    setText(part(this, "whose", HTMLElement), [shipTitle(record.ship), record.fields["certificate_number"]].filter(Boolean).join(" · "));
    this.app.title(name);
    parts.fields.show(record, this.#edits);
    parts.history.show(this.#edits);
    this.#drawFiles(record);
    const page = part(this, "page", HTMLElement);
    page.hidden = !this.#document;
    this.classList.toggle("without-page", !this.#document);
    if (this.#document) parts.paper.show(this.#document.id, this.#document.name, this.#document.page_count ?? 1);
    this.#point();
  }

  /** @param {CertificateShown} record */
  #drawFiles(record) {
    const place = part(this, "files", HTMLElement);
    const state = JSON.stringify([record.id, record.archived, record.job_id, this.#document?.id]);
    if (place.dataset["state"] === state) return;
    place.dataset["state"] = state;
    fill(place, html`<h2>${t("ui.review.files")}</h2><ul>
      ${record.archived.map((each) => html`<li>${each.url && /^https?:/.test(each.url) ? html`<a href="${each.url}" target="_blank" rel="noreferrer">${each.name}</a>` : html`<span>${each.name}</span>`}
        <span class="muted">${each.replaced ? t("ui.review.archived_before") : t("ui.review.archived")}</span></li>`)}
      ${this.#document && html`<li><a download href="${addresses.original(this.#document.id)}">${this.#document.name}</a> <span class="muted">${t("ui.artifacts.original")}</span></li>`}
      ${record.job_id && html`<li><a href="/jobs/${record.job_id}">${t("ui.review.job")}</a></li>`}
      ${!this.#document && html`<li class="muted">${record.job_id ? t("ui.review.no_page") : t("ui.review.no_document")}</li>`}</ul>`);
  }

  /** Frames on the page what is looked at. */
  #point() {
    const row = this.#parts?.fields.current ?? "";
    this.#parts?.paper.point(placeOf(this.#record?.evidence[row]));
  }

  /** The field that was looked at stays so from record to record; at first it is one that needs a look. */
  #focus() {
    const { fields } = this.#parts ?? {};
    if (!fields || !this.#record) return;
    fields.goTo(fields.current || firstToLookAt(this.#record, this.#edits));
    const { next } = neighbours(this.#ids, this.#id);
    if (next) void certificates.show(next).then((each) => each.document_id && fetchAhead(each.document_id), () => {});
  }

  #begin() {
    if (this.#record && this.#parts) this.#seen = { version: this.#record.version, value: valueOf(this.#record, this.#parts.fields.editing) };
  }

  /**
   * Saves a correction; what cannot be saved stays as it was typed.
   * @param {{row: string, value: string}} correction
   */
  async #correct({ row, value }) {
    const [id, fields] = [this.#id, this.#parts?.fields];
    if (!fields) return;
    if (row !== "ship" && (value || null) === this.#seen.value) return fields.leave(true);
    fields.busy(true);
    try {
      const what = row === "ship" ? { ship_id: value } : { fields: { [row]: value || null } };
      const record = await certificates.change(id, { ...what, version: this.#seen.version });
      if (id !== this.#id) return;
      this.#record = record;
      fields.leave(true);
      setText(part(this, "said", HTMLElement), t("ui.review.saved", { field: t(`ui.column.${row}`), value: shown(row, valueOf(record, row)) || t("ui.review.empty") }));
      await this.#fetch();
    } catch (error) {
      const problem = error instanceof Refused ? error.problem : unreachable();
      fields.busy(false);
      if (problem.code === "edited_meanwhile") await this.#met(row, value);
      else if (problem.status === 404) this.#fail(error);
      else fields.complain(problemText(problem));
    }
  }

  /**
   * Somebody has changed the record meanwhile: where that was another field, this one is saved all the same.
   * @param {string} row
   * @param {string} value
   */
  async #met(row, value) {
    await this.#fetch();
    const [record, fields] = [this.#record, this.#parts?.fields];
    if (!record || !fields || fields.editing !== row) return;
    const [before, theirs] = [this.#seen.value, valueOf(record, row)];
    this.#seen = { version: record.version, value: theirs };
    if (theirs === before) return this.#correct({ row, value });
    fields.conflict(theirs, this.#edits.find((each) => each.field === row)?.by.name ?? "");
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { target } = event;
    if (event.ctrlKey || event.metaKey || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (target instanceof Element && target.closest("input, textarea, select")) return;
    const step = event.altKey ? { ArrowDown: "next", ArrowUp: "previous" }[event.key] : { j: "next", k: "previous", "?": "help" }[event.key.toLowerCase()];
    if (!step) return;
    event.preventDefault();
    this.#do(step);
  }

  /** @param {string} action */
  #do(action) {
    const { previous, next } = neighbours(this.#ids, this.#id);
    if (action === "next" && next) this.#go(next);
    if (action === "previous" && previous) this.#go(previous);
    if (action === "help") void help();
    if (action === "delete") void this.#remove();
  }

  /** To another record of the list; going back leads to the list. @param {string} id */
  #go(id) {
    history.replaceState(null, "", `/certificates/${encodeURIComponent(id)}${location.search}`);
    this.#take();
  }

  async #remove() {
    const record = this.#record;
    if (!record) return;
    const name = part(this, "name", HTMLElement).textContent;
    const words = { title: t("ui.review.delete_title"), text: t("ui.review.delete_text", { name }), yes: t("ui.review.delete"), no: t("ui.review.keep") };
    if (!(await confirmed(words)) || !(await tried(this.app, name, () => certificates.remove(record.id)))) return;
    const { previous, next } = neighbours(this.#ids, record.id);
    this.#ids = this.#ids.filter((each) => each !== record.id);
    const to = next ?? previous;
    if (to) this.#go(to);
    else this.app.navigate(`/certificates${location.search}`);
  }
}

/** All keys, in a dialog. */
function help() {
  return openDialog(html`<dl class="review-help">${KEYS.map(([key, what]) => html`<dt><kbd>${key}</kbd></dt><dd>${t(`ui.review.help.${what}`)}</dd>`)}</dl>`, t("ui.review.help"));
}

customElements.define("hw-review", Review);
