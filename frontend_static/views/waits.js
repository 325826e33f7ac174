/** Why jobs wait: first those whose turn comes next, then those that wait for a time, then those that wait for a person. */

/** @import {WaitValue, WorkersValue} from "../types.js" */

import { arrange, fill, fragment, html, part, setText } from "../html.js";
import { clockTime, duration, number, say, t } from "../i18n.js";
import { shortName } from "./name.js";
import { Piece } from "./piece.js";

export class Waits extends Piece {
  /** @type {WorkersValue["waits"]} */
  #waits;
  /** @type {Map<string, HTMLElement>} */
  #rows = new Map();

  build() {
    this.className = "waits";
    fill(this, html`<h2>${t("ui.waits")}</h2>
      <ol class="wait-list" tabindex="0" aria-label="${t("ui.waits")}" data-part="list"></ol>
      <p class="muted" data-part="more"></p>`);
  }

  /** @param {WorkersValue["waits"]} waits */
  show(waits) {
    this.#waits = waits;
    this.refresh();
  }

  draw() {
    const jobs = Object.entries(this.#waits?.jobs ?? {}).sort(([, a], [, b]) => turn(a) - turn(b) || a.since - b.since);
    const more = this.#waits?.more ?? 0;
    this.hidden = jobs.length === 0;
    arrange(part(this, "list", HTMLElement), jobs.map(([id]) => id), this.#rows, (id) => rowOf(id));
    for (const [id, job] of jobs) this.#paint(this.#rows.get(id), job);
    setText(part(this, "more", HTMLElement), more > 0 ? t("ui.waits.more", { count: more }) : "");
  }

  /**
   * @param {HTMLElement | undefined} row
   * @param {WaitValue} job
   */
  #paint(row, job) {
    if (!row) return;
    const name = part(row, "name", HTMLElement);
    if (name.dataset["name"] !== job.name) {
      name.dataset["name"] = job.name;
      fill(name, html`${shortName(job.name)}`);
    }
    const again = job.due_at ? t("ui.card.retry_at", { time: clockTime(job.due_at) }) : "";
    const why = again && job.waits_for.code === "retry" ? "" : say("waits", job.waits_for);
    setText(part(row, "place", HTMLElement), job.place ? number(job.place, 0) : "");
    setText(part(row, "owner", HTMLElement), job.owner);
    setText(part(row, "why", HTMLElement), [why, again].filter(Boolean).join(" · "));
    setText(part(row, "since", HTMLElement), duration(Math.max(0, this.app.now() - job.since)));
  }
}

/** @param {WaitValue} job */
function turn(job) {
  return job.place ?? (job.due_at ? 1e6 : 2e6);
}

/** @param {string} id */
function rowOf(id) {
  const row = document.createElement("li");
  row.append(fragment(html`<span class="wait-place muted" data-part="place"></span>
    <a class="name-link" href="/jobs/${id}" data-part="name"></a><span class="wait-owner muted" data-part="owner"></span>
    <span class="wait-why" data-part="why"></span><span class="wait-since muted" data-part="since"></span>`));
  return row;
}

customElements.define("hw-waits", Waits);
