/** When what was done with a document: its phases with their times, how long it was worked on, and who ended it. */

/** @import {JobValue} from "../types.js" */

import { fill, html } from "../html.js";
import { duration, moment, say, t } from "../i18n.js";
import { Piece } from "./piece.js";

export class History extends Piece {
  #shown = "";

  build() {
    this.className = "history panel";
  }

  /**
   * @param {JobValue} job
   * @param {number} now seconds since 1970 on the service's clock
   */
  show(job, now) {
    const { created_at: uploaded, started_at: started, ended_at: ended, cancelled_by: by } = job;
    const order = this.app.pipelines.find((each) => each.name === job.pipeline)?.phases.map((each) => each.code) ?? [];
    const phases = Object.entries(job.phase_times ?? {}) // which may all have begun in the same step
      .sort(([one, a], [other, b]) => a.started_at - b.started_at || order.indexOf(one) - order.indexOf(other));
    const since = job.working_since ?? null;
    const worked = (job.worked_seconds ?? 0) + (since === null ? 0 : Math.max(0, now - since));
    const state = JSON.stringify([uploaded, started, ended, phases, Math.floor(worked), by, job.state]);
    if (state === this.#shown) return;
    this.#shown = state;
    this.hidden = !started && !ended;
    const line = (/** @type {string} */ what, /** @type {string} */ value) => html`<div><dt>${what}</dt><dd>${value}</dd></div>`;
    fill(this, html`<h2>${t("ui.history")}</h2><dl>
      ${uploaded && line(t("ui.history.uploaded"), moment(uploaded))}${started && line(t("ui.history.started"), moment(started))}
      ${phases.map(([code, { started_at: from, ended_at: to }]) => html`<div class="history-phase"><dt>${say("phase", { code })}</dt>
        <dd>${to ? duration(Math.max(0, to - from)) : t("ui.history.under_way")}</dd></div>`)}
      ${worked > 0 && line(t("ui.history.worked"), duration(worked))}
      ${ended && line(t(`ui.history.${job.state === "cancelled" ? "cancelled" : "ended"}`), [moment(ended), by].filter(Boolean).join(" · "))}
    </dl>`);
  }
}

customElements.define("hw-history", History);
