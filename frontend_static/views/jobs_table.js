/** A dense table that draws only the rows in sight, however many there are. Rows are picked by checkbox. */

/** @import {JobValue, QueueValue, WorkersValue} from "../types.js" */

import { lineOf, lookOf, word } from "../describe.js";
import { arrange, fill, fragment, html, part, setText } from "../html.js";
import { moment, percent, say, t } from "../i18n.js";
import { ICON_OF, setIcon } from "./icons.js";
import { shortName } from "./name.js";
import { Piece } from "./piece.js";

const AROUND = 8;
const COLUMNS = ["name", "owner", "pipeline", "state", "percent", "line", "created"];

export class JobsTable extends Piece {
  /** @type {JobValue[]} */
  #jobs = [];
  /** @type {Set<string>} */
  picked = new Set();
  /** @type {Map<string, HTMLTableRowElement>} */
  #rows = new Map();

  /** Of everybody's jobs no place is known, but whether the queue is paused. @returns {QueueValue} */
  get #queue() {
    const value = /** @type {WorkersValue | null} */ (this.app.store.topics.get("admin:workers")?.value ?? null);
    return { of: 0, jobs: {}, paused: value?.queue?.paused ?? null };
  }

  build() {
    this.className = "jobs-table";
    fill(this, html`<div class="table-scroll" tabindex="0" role="region" aria-label="${t("ui.admin.jobs")}" data-part="scroll">
      <table><thead><tr><th scope="col" class="col-pick"><input type="checkbox" data-part="all" aria-label="${t("ui.admin.pick_all")}"></th>
        ${COLUMNS.map((each) => html`<th scope="col" class="col-${each}">${t(`ui.admin.col.${each}`)}</th>`)}</tr></thead>
      <tbody data-part="above" aria-hidden="true"></tbody><tbody data-part="rows"></tbody><tbody data-part="below" aria-hidden="true"></tbody></table>
      <p class="table-empty muted" data-part="empty" hidden>${t("ui.admin.empty")}</p></div>`);
    const scroll = part(this, "scroll", HTMLElement);
    scroll.addEventListener("scroll", () => {
      this.refresh();
      if (scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 400) this.dispatchEvent(new Event("near-end"));
    });
    this.addEventListener("change", (event) => {
      if (event.target instanceof HTMLInputElement) this.#picked(event.target);
    });
    // A finger need not hit the box itself: its cell will do.
    this.addEventListener("click", (event) => {
      if (event.target instanceof HTMLTableCellElement) event.target.querySelector("input")?.click();
    });
    const watch = new ResizeObserver(() => this.refresh());
    watch.observe(scroll);
  }

  /** @param {JobValue[]} jobs */
  show(jobs) {
    this.#jobs = jobs;
    const there = new Set(jobs.map((job) => job.id));
    for (const id of this.picked) if (!there.has(id)) this.picked.delete(id);
    this.refresh();
  }

  /** @param {HTMLInputElement} box */
  #picked(box) {
    const all = box.dataset["part"] === "all";
    for (const id of all ? this.#jobs.map((job) => job.id) : [box.value]) {
      if (box.checked) this.picked.add(id);
      else this.picked.delete(id);
    }
    this.refresh();
    this.dispatchEvent(new Event("picked"));
  }

  draw() {
    const scroll = part(this, "scroll", HTMLElement);
    const count = this.#jobs.length;
    const height = Number.parseFloat(getComputedStyle(this).getPropertyValue("--row-height"));
    const first = Math.max(0, Math.floor(scroll.scrollTop / height) - AROUND);
    const last = Math.min(count, Math.ceil((scroll.scrollTop + scroll.clientHeight) / height) + AROUND);
    const jobs = this.#jobs.slice(first, last);
    const byId = new Map(jobs.map((job) => [job.id, job]));
    // The row that has the focus stays while the others come and go, else scrolling would drop it.
    arrange(part(this, "rows", HTMLElement), jobs.map((job) => job.id), this.#rows, (id) => rowOf(id));
    jobs.forEach((job, at) => this.#paint(byId.get(job.id) ?? job, first + at));
    spacer(part(this, "above", HTMLElement), first);
    spacer(part(this, "below", HTMLElement), count - last);
    this.querySelector("table")?.setAttribute("aria-rowcount", String(count + 1));
    const all = part(this, "all", HTMLInputElement);
    all.checked = count > 0 && this.picked.size === count;
    all.indeterminate = this.picked.size > 0 && this.picked.size < count;
    part(this, "empty", HTMLElement).hidden = count > 0;
  }

  /**
   * @param {JobValue} job
   * @param {number} at
   */
  #paint(job, at) {
    const row = this.#rows.get(job.id);
    if (!row) return;
    const item = { key: job.id, group: "", job, upload: null };
    const look = lookOf(item);
    row.setAttribute("aria-rowindex", String(at + 2));
    row.dataset["look"] = look;
    if (row.dataset["name"] !== job.name) {
      row.dataset["name"] = job.name;
      fill(part(row, "name", HTMLElement), html`<a href="/jobs/${job.id}" class="name-link">${shortName(job.name)}</a>`);
      part(row, "pick", HTMLInputElement).setAttribute("aria-label", t("ui.admin.pick", { name: job.name }));
    }
    part(row, "pick", HTMLInputElement).checked = this.picked.has(job.id);
    setText(part(row, "owner", HTMLElement), job.owner ?? "");
    setText(part(row, "pipeline", HTMLElement), say("pipeline", { code: job.pipeline }));
    setIcon(part(row, "icon", HTMLElement), ICON_OF[look] ?? "file");
    setText(part(row, "word", HTMLElement), word(look));
    setText(part(row, "percent", HTMLElement), percent(job.percent ?? 0));
    setText(part(row, "line", HTMLElement), lineOf(item, this.app.now(), this.#queue));
    setText(part(row, "created", HTMLElement), job.created_at ? moment(job.created_at) : "");
  }
}

/** @param {string} id */
function rowOf(id) {
  const row = document.createElement("tr");
  row.append(fragment(html`<td class="col-pick"><input type="checkbox" data-part="pick" value="${id}"></td>
    <td class="col-name" data-part="name"></td><td class="col-owner" data-part="owner"></td><td class="col-pipeline" data-part="pipeline"></td>
    <td class="col-state"><span class="state-icon" data-part="icon"></span><span data-part="word"></span></td>
    <td class="col-percent" data-part="percent"></td><td class="col-line" data-part="line"></td><td class="col-created" data-part="created"></td>`));
  return row;
}

/**
 * @param {HTMLElement} body
 * @param {number} rows that are not drawn here
 */
function spacer(body, rows) {
  body.style.setProperty("--rows", String(rows));
  if (!body.firstElementChild) {
    const row = document.createElement("tr");
    row.append(document.createElement("td"));
    body.append(row);
  }
  body.hidden = rows === 0;
}

customElements.define("hw-jobs-table", JobsTable);
