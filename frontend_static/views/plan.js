/** What a book that was not started would take, in figures; with the start and the options beside it. */

/** @import {JobValue} from "../types.js" */

import { fill, html } from "../html.js";
import { number, roughly, say, t } from "../i18n.js";
import { Estimate } from "./estimate.js";

export class Plan extends Estimate {
  #state = "";

  build() {
    this.className = "plan panel";
  }

  /** @param {JobValue} job */
  tell(job) {
    const { pages, chunks, tokens, seconds, error } = job.estimate ?? {};
    const figures = /** @type {[string, string][]} */ ([
      ["pages", typeof pages === "number" ? number(pages) : ""], ["chunks", typeof chunks === "number" ? number(chunks) : ""],
      ["tokens", typeof tokens === "number" ? t("ui.plan.about", { what: number(tokens) }) : ""],
      ["time", typeof seconds === "number" ? t("ui.plan.about", { what: roughly(seconds) }) : ""],
    ]).filter(([, value]) => value);
    const state = JSON.stringify([figures, error, Boolean(job.estimate)]);
    if (state === this.#state) return;
    this.#state = state;
    fill(this, html`<h2>${t("ui.plan")}</h2>
      ${error ? html`<p>${say("failure", { code: error })}</p>` : html`<dl class="figures">${figures.map(([name, value]) => html`<div><dt>${t(`ui.plan.${name}`)}</dt><dd>${value}</dd></div>`)}</dl>`}
      <p class="muted">${job.estimate ? t("ui.plan.help") : t("ui.plan.coming")}</p>`);
  }
}

customElements.define("hw-plan", Plan);
