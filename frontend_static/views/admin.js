/** `/admin`: the workers, and everybody's jobs, filtered by what the address says. */

/** @import {Filters} from "../admin_query.js" */
/** @import {JobValue} from "../types.js" */

import { STATES, filtersOf, queryOf, topicOf } from "../admin_query.js";
import { api } from "../api.js";
import { sureToCancelAll, tried } from "../commands.js";
import { problemText, word } from "../describe.js";
import { fill, html, part, setText } from "../html.js";
import { clockTime, number, say, t } from "../i18n.js";
import { unended } from "../items.js";
import { JobsTable } from "./jobs_table.js";
import { Piece, make } from "./piece.js";
import { Workers } from "./workers.js";

export class Admin extends Piece {
  /** @type {Filters} */
  #filters = { state: [], pipeline: "", owner: "", q: "" };
  #topic = "";
  #release = () => {};
  #table = /** @type {JobsTable | null} */ (null);
  /** Rows that came by HTTP: search results, or what is older than the live list. @type {JobValue[]} */
  #fetched = [];
  /** @type {string | null} */
  #next = null;
  #fetchedAt = 0;
  #fetching = false;
  /** @type {Map<string, string>} */
  #owners = new Map();

  build() {
    this.className = "admin";
    fill(this, html`
      <h1>${t("ui.admin.title")}</h1><div data-part="workers"></div>
      <form class="filters" role="search" aria-label="${t("ui.admin.filters")}" data-part="filters">
        <fieldset class="chips"><legend class="hidden">${t("ui.admin.col.state")}</legend>${STATES.map((each) => html`
          <label class="chip"><input type="checkbox" name="state" value="${each}"><span>${word(each)} <b data-count="${each}"></b></span></label>`)}</fieldset>
        <div class="filter-row">
          <label><span class="hidden">${t("ui.admin.col.pipeline")}</span><select name="pipeline"><option value="">${t("ui.admin.any_pipeline")}</option>
            ${this.app.pipelines.map((each) => html`<option value="${each.name}">${say("pipeline", each.title ?? { code: each.name })}</option>`)}</select></label>
          <label><span class="hidden">${t("ui.admin.col.owner")}</span><select name="owner" data-part="owner"><option value="">${t("ui.admin.any_owner")}</option></select></label>
          <label class="grow"><span class="hidden">${t("ui.admin.search")}</span><input type="search" name="q" placeholder="${t("ui.admin.search")}" data-part="q"></label>
        </div>
      </form>
      <div class="bulk" role="group" aria-label="${t("ui.admin.bulk")}"><span data-part="picked" role="status"></span>
        <button type="button" data-bulk="cancel" disabled>${t("ui.action.cancel")}</button>
        <button type="button" data-bulk="retry" disabled>${t("ui.action.retry")}</button>
        <button type="button" data-part="retry-failed">${t("ui.admin.retry_failed")}</button>
        <button type="button" data-part="cancel-all">${t("ui.admin.cancel_all")}</button><span class="muted" data-part="note"></span></div>
      <div data-part="table"></div>`);
    part(this, "retry-failed", HTMLButtonElement).addEventListener("click", () => void this.#retryFailed());
    part(this, "cancel-all", HTMLButtonElement).addEventListener("click", () => void this.#cancelAll());
    part(this, "workers", HTMLElement).append(make(Workers, this.app));
    const table = (this.#table = make(JobsTable, this.app));
    part(this, "table", HTMLElement).append(table);
    table.addEventListener("picked", () => this.#drawBulk());
    table.addEventListener("near-end", () => void this.#older());
    const form = part(this, "filters", HTMLFormElement);
    form.addEventListener("change", () => this.#changed());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#changed();
    });
    this.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("[data-bulk]") : null;
      if (button instanceof HTMLElement) void this.#bulk(/** @type {"cancel"|"retry"} */ (button.dataset["bulk"]));
    });
  }

  attached() {
    this.on(this.app, "route", () => this.#take(filtersOf(location.search)));
    this.hold(this.app.store.listen((topic) => {
      if (topic === this.#topic) this.refresh();
    }));
    this.on(this.app, "tick", () => this.refresh());
    this.hold(() => {
      this.#release();
      this.#topic = "";
    });
    this.#take(filtersOf(location.search));
  }

  #changed() {
    const form = new FormData(part(this, "filters", HTMLFormElement));
    const filters = {
      state: form.getAll("state").map(String), pipeline: String(form.get("pipeline") ?? ""),
      owner: String(form.get("owner") ?? ""), q: String(form.get("q") ?? "").trim(),
    };
    const query = queryOf(filters);
    history.replaceState(null, "", query ? `/admin?${query}` : "/admin");
    this.#take(filters);
  }

  /** @param {Filters} filters */
  #take(filters) {
    const searched = filters.q !== this.#filters.q;
    this.#filters = filters;
    for (const box of this.querySelectorAll('input[name="state"]')) {
      if (box instanceof HTMLInputElement) box.checked = filters.state.includes(box.value);
    }
    part(this, "q", HTMLInputElement).value = filters.q;
    const topic = topicOf(filters);
    if (topic !== this.#topic || searched) {
      this.#release();
      this.#topic = topic;
      this.#release = this.app.watch(topic);
      this.#fetched = [];
      this.#next = null;
      this.#fetchedAt = 0;
      if (filters.q) void this.#fetch("");
    }
    this.draw();
  }

  /** @param {string} cursor */
  async #fetch(cursor) {
    if (this.#fetching) return;
    this.#fetching = true;
    await tried(this.app, t("ui.admin.title"), async () => {
      const answer = await api.adminJobs(queryOf(this.#filters, { limit: "200", ...(cursor ? { cursor } : {}) }));
      this.#fetched.push(...answer.items.map((each) => each.value ?? each));
      this.#next = answer.next;
      this.#fetchedAt = this.app.now();
    });
    this.#fetching = false;
    this.refresh();
  }

  /** Fetches what lies past the live list, or the next search results, when somebody scrolls there. */
  async #older() {
    const begun = this.#fetchedAt > 0;
    if (this.#next) await this.#fetch(this.#next);
    else if (!begun && this.app.store.topic(this.#topic).more) await this.#fetch("");
  }

  draw() {
    const state = this.app.store.topic(this.#topic);
    const live = this.app.store.list(this.#topic);
    const known = new Map(live.map((job) => [job.id, job]));
    const fetched = this.#fetched.map((job) => known.get(job.id) ?? job);
    const jobs = this.#filters.q ? fetched : [...new Map([...fetched, ...live].map((job) => [job.id, job])).values()];
    jobs.sort((a, b) => (b.created_at ?? 0) - (a.created_at ?? 0) || (a.id < b.id ? 1 : -1));
    this.#drawOwners(jobs);
    for (const each of this.querySelectorAll("[data-count]")) {
      setText(each, countText(state.counts[each instanceof HTMLElement ? (each.dataset["count"] ?? "") : ""]));
    }
    this.#table?.show(jobs);
    this.#drawBulk();
    const note = this.#fetchedAt ? t("ui.admin.as_of", { time: clockTime(this.#fetchedAt) }) : "";
    setText(part(this, "note", HTMLElement), state.problem ? problemText(state.problem) : note);
  }

  /** @param {JobValue[]} jobs */
  #drawOwners(jobs) {
    const select = part(this, "owner", HTMLSelectElement);
    if (this.#filters.owner && !this.#owners.has(this.#filters.owner)) this.#owners.set(this.#filters.owner, this.#filters.owner);
    for (const job of jobs) if (job.owner_id) this.#owners.set(job.owner_id, job.owner ?? job.owner_id);
    for (const [id, name] of this.#owners) {
      const option = [...select.options].find((each) => each.value === id) ?? select.appendChild(new Option(name, id));
      if (option.text !== name) option.text = name;
    }
    select.value = this.#filters.owner;
    const pipeline = this.querySelector('select[name="pipeline"]');
    if (pipeline instanceof HTMLSelectElement) pipeline.value = this.#filters.pipeline;
  }

  #drawBulk() {
    const count = this.#table?.picked.size ?? 0;
    setText(part(this, "picked", HTMLElement), count ? t("ui.admin.picked", { count }) : t("ui.admin.none_picked"));
    for (const button of this.querySelectorAll("[data-bulk]")) if (button instanceof HTMLButtonElement) button.disabled = count === 0;
  }

  /** All that failed of what the filters leave, whether it is in sight or not. */
  async #retryFailed() {
    await tried(this.app, t("ui.admin.title"), () => api.adminListCommand("retry-failed", queryOf(this.#filters)));
  }

  /** All that has not ended of what the filters leave; the service says first how many that are just now. */
  async #cancelAll() {
    const query = queryOf(this.#filters);
    await tried(this.app, t("ui.admin.title"), async () => {
      const { counts } = await api.adminJobs(queryOf(this.#filters, { limit: "1" }));
      const count = unended(counts, this.#filters.state);
      if (count === 0) return this.app.notice("cancelled", t("ui.admin.cancel_all"), t("ui.admin.cancel_none"));
      if (await sureToCancelAll(t("ui.admin.cancel_text", { count }))) await api.adminListCommand("cancel", query);
    });
  }

  /** @param {"cancel"|"retry"} command */
  async #bulk(command) {
    const ids = [...(this.#table?.picked ?? [])];
    if (command === "cancel") {
      if (!(await sureToCancelAll(t("ui.cancel_all.text", { count: ids.length })))) return;
    }
    if (await tried(this.app, t("ui.admin.title"), () => api.adminCommand(command, ids))) this.#table?.picked.clear();
    this.draw();
    this.#table?.draw();
  }
}

/** @param {number | undefined} count */
function countText(count) {
  return count ? number(count, 0) : "";
}

customElements.define("hw-admin", Admin);
