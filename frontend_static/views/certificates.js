/** `/certificates`: one's own certificates, filtered by what the address says, as they are now. */

/** @import {CertificateFilters} from "../certificate_query.js" */
/** @import {Problem, ShipName} from "../types.js" */

import { AT_FIRST, CertificateList } from "../certificate_list.js";
import { EXPIRIES, SORTINGS, certificateFilters, certificateQuery, isFiltered } from "../certificate_query.js";
import { problemText } from "../describe.js";
import { fill, html, part, setAttribute, setText } from "../html.js";
import { number, t } from "../i18n.js";
import { kept, noted } from "../place.js";
import { ships } from "../records.js";
import { CertificatesTable, categoryText } from "./certificates_table.js";
import { exportByDialog } from "./export_dialog.js";
import { icon } from "./icons.js";
import { Imports } from "./imports.js";
import { Piece, make } from "./piece.js";

const TYPING_MS = 250;
const SHIPS_AT_ONCE = 500;

export class Certificates extends Piece {
  #filters = certificateFilters("");
  #list = new CertificateList();
  #table = /** @type {CertificatesTable | null} */ (null);
  #typing = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
  /** @type {ShipName[]} */
  #ships = [];
  #seen = "";

  build() {
    this.className = "certificates";
    const chip = (/** @type {string} */ each) => html`<label class="chip"><input type="radio" name="expiry" value="${each}">
      <span>${t(`ui.certificates.expiry.${each || "all"}`)} <b data-count="${each || "total"}"></b></span></label>`;
    fill(this, html`
      <div class="page-head"><h1>${t("ui.certificates.title")}</h1><div class="page-actions">
        <button type="button" data-part="import" aria-expanded="false">${t("ui.import.open")}</button><button type="button" data-part="export">${icon("down")}${t("ui.export.open")}</button></div></div>
      <div data-part="imports"></div>
      <form class="filters" role="search" aria-label="${t("ui.certificates.filters")}" data-part="filters">
        <fieldset class="chips"><legend class="hidden">${t("ui.certificates.col.until")}</legend>${EXPIRIES.map(chip)}</fieldset>
        <div class="filter-row">
          <label class="grow"><span class="hidden">${t("ui.certificates.search")}</span>
            <input type="search" name="q" maxlength="200" autocomplete="off" placeholder="${t("ui.certificates.search")}" data-part="q"></label>
          <label><span class="hidden">${t("ui.certificates.col.ship")}</span><select name="ship" data-part="ship"></select></label>
          <label><span class="hidden">${t("ui.certificates.col.category")}</span><select name="category" data-part="category"></select></label>
          <label><span class="hidden">${t("ui.certificates.sort")}</span><select name="sort" data-part="sort">${SORTINGS.map((each) => html`
            <option value="${each}">${t(`ui.certificates.sort.${each || "until"}`)}</option>`)}</select></label>
        </div>
      </form>
      <p class="hidden" role="status" data-part="status"></p>
      <div class="notice" data-part="problem" hidden><p data-part="problem-text"></p><button type="button" data-part="again">${t("ui.certificates.again")}</button></div>
      <div data-part="table"></div>
      <div class="nothing" data-part="nothing" hidden></div>
      <p class="more" data-part="more" hidden><button type="button">${t("ui.certificates.more")}</button></p>`);
    this.#table = make(CertificatesTable, this.app);
    part(this, "table", HTMLElement).append(this.#table);
    this.#addFileActions();
    const form = part(this, "filters", HTMLFormElement);
    form.addEventListener("change", () => this.#changed());
    form.addEventListener("input", (event) => {
      if (!(event.target instanceof HTMLInputElement) || event.target.name !== "q") return;
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => this.#changed(), TYPING_MS);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#changed();
    });
    part(this, "more", HTMLElement).addEventListener("click", () => {
      noted({ rows: this.#list.items.length + AT_FIRST });
      void this.#list.showMore();
    });
    part(this, "again", HTMLElement).addEventListener("click", () => void this.#list.refresh());
    this.addEventListener("click", (event) => {
      if (event.target instanceof Element && event.target.closest("[data-do=all]")) this.#choose(certificateFilters(""));
    });
  }

  #addFileActions() {
    const imports = make(Imports, this.app);
    const button = part(this, "import", HTMLButtonElement);
    part(this, "imports", HTMLElement).append(imports);
    button.addEventListener("click", () => (imports.isOpen ? imports.close() : imports.open()));
    imports.addEventListener("turned", () => {
      setAttribute(button, "aria-expanded", String(imports.isOpen));
      if (!imports.isOpen) button.focus();
    });
    part(this, "export", HTMLButtonElement).addEventListener("click", () => {
      const query = certificateQuery({ ...this.#filters, sort: "" });
      void exportByDialog(query, this.#count);
    });
  }

  /** How many certificates match. */
  get #count() {
    return this.#list.counts[this.#filters.expiry || "total"] ?? 0;
  }

  attached() {
    this.on(this.app, "route", () => this.#take(certificateFilters(location.search)));
    this.on(this.#list, "change", () => this.refresh());
    this.on(this.app.link, "state", () => {
      if (this.app.link.state === "live" && this.#list.problem) void this.#list.refresh();
    });
    this.hold(this.app.store.listen((topic) => topic === "records" && this.#told()));
    this.hold(this.app.watch("records"));
    this.hold(() => clearTimeout(this.#typing));
    this.#seen = "";
    this.#filters = certificateFilters(location.search);
    void this.#list.show(certificateQuery(this.#filters), kept().rows);
    void this.#readShips();
  }

  /** Something of one's records is another than it was, or a day has begun. */
  #told() {
    const state = JSON.stringify(this.app.store.topic("records").value);
    if (state === this.#seen) return;
    this.#seen = state;
    void this.#list.refresh();
    void this.#readShips();
  }

  /** All of them, to choose from; what was known stays where they cannot be read now. */
  async #readShips() {
    /** @type {ShipName[]} */
    const found = [];
    try {
      for (let cursor = "";;) {
        const page = await ships.list({ limit: SHIPS_AT_ONCE, cursor });
        found.push(...page.items);
        if (!page.next) break;
        cursor = page.next;
      }
    } catch {
      return; // the list of certificates says that the service is away
    }
    this.#ships = found;
    this.refresh();
  }

  #changed() {
    clearTimeout(this.#typing);
    const form = new FormData(part(this, "filters", HTMLFormElement));
    const given = Object.fromEntries([...form].map(([name, value]) => [name, String(value)]));
    this.#choose(certificateFilters(`?${new URLSearchParams(given)}`));
  }

  /** @param {CertificateFilters} filters */
  #choose(filters) {
    const query = certificateQuery(filters);
    history.replaceState(null, "", query ? `/certificates?${query}` : "/certificates");
    this.#take(filters);
  }

  /** @param {CertificateFilters} filters */
  #take(filters) {
    const query = certificateQuery(filters);
    const same = query === certificateQuery(this.#filters);
    this.#filters = filters;
    if (!same) void this.#list.show(query);
    this.draw();
  }

  draw() {
    const { items, known, more, problem } = this.#list;
    this.#drawFilters();
    setAttribute(part(this, "table", HTMLElement), "aria-busy", known ? null : "true");
    this.#table?.show(items, certificateQuery(this.#filters));
    part(this, "table", HTMLElement).hidden = items.length === 0;
    part(this, "more", HTMLElement).hidden = !more;
    this.#drawNothing(known && items.length === 0);
    this.#drawProblem(problem);
    setText(part(this, "status", HTMLElement), known ? t("ui.certificates.count", { count: this.#count }) : "");
    part(this, "export", HTMLButtonElement).disabled = this.#count === 0;
  }

  #drawFilters() {
    const { expiry, ship, category, q, sort } = this.#filters;
    for (const each of this.querySelectorAll("[data-count]")) {
      const count = this.#list.counts[each instanceof HTMLElement ? (each.dataset["count"] ?? "") : ""];
      setText(each, count === undefined ? "" : number(count, 0));
    }
    for (const box of this.querySelectorAll('input[name="expiry"]')) {
      if (box instanceof HTMLInputElement) box.checked = box.value === expiry;
    }
    const field = part(this, "q", HTMLInputElement);
    if (document.activeElement !== field && field.value !== q) field.value = q;
    const fleet = this.#ships.map((each) => /** @type {[string, string]} */ ([each.id, each.name]));
    choices(part(this, "ship", HTMLSelectElement), [["", t("ui.certificates.any_ship")], ...fleet], ship);
    const categories = this.#list.categories.map((each) => /** @type {[string, string]} */ ([each, categoryText(each)]));
    choices(part(this, "category", HTMLSelectElement), [["", t("ui.certificates.any_category")], ...categories], category);
    part(this, "sort", HTMLSelectElement).value = sort;
  }

  /** @param {boolean} nothing */
  #drawNothing(nothing) {
    const place = part(this, "nothing", HTMLElement);
    const what = !nothing ? "" : isFiltered(this.#filters) ? "filtered" : "empty";
    place.hidden = !nothing;
    if (place.dataset["what"] === what) return;
    place.dataset["what"] = what;
    if (what === "filtered") {
      fill(place, html`<p>${t("ui.certificates.nothing")}</p><button type="button" data-do="all">${t("ui.certificates.show_all")}</button>`);
    } else if (what === "empty") {
      fill(place, html`<span class="zone-mark">${icon("file")}</span><h2>${t("ui.certificates.empty")}</h2><p class="muted">${t("ui.certificates.empty_text")}</p>
        <p><a class="button primary" href="/">${t("ui.certificates.empty_do")}</a></p>`);
    }
  }

  /** @param {Problem | null} problem */
  #drawProblem(problem) {
    part(this, "problem", HTMLElement).hidden = !problem;
    setText(part(this, "problem-text", HTMLElement), problem ? problemText(problem) : "");
    if (problem?.status === 401) this.app.signedOut();
  }
}

/**
 * What can be chosen; what is chosen stays among it, also when nothing of it is left.
 * @param {HTMLSelectElement} select
 * @param {[string, string][]} pairs value, text
 * @param {string} chosen
 */
function choices(select, pairs, chosen) {
  const all = pairs.some(([value]) => value === chosen) ? pairs : [...pairs, [chosen, chosen]];
  const state = JSON.stringify(all);
  if (select.dataset["choices"] !== state) {
    select.dataset["choices"] = state;
    select.replaceChildren(...all.map(([value, text]) => new Option(text, value)));
  }
  if (select.value !== chosen) select.value = chosen;
}

customElements.define("hw-certificates", Certificates);
