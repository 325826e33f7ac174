/** Records out of a table: which file and how, each import as a card, and below it what became of its rows. */

/** @import {Item} from "../items.js" */
/** @import {JobValue} from "../types.js" */

import { addresses, call } from "../api.js";
import { filesOfList } from "../files.js";
import { arrange, fill, html, part } from "../html.js";
import { say, t } from "../i18n.js";
import { Card } from "./card.js";
import { iconButton } from "./icons.js";
import { OptionsForm } from "./options_form.js";
import { Piece, make } from "./piece.js";

const PIPELINE = "records";
const REPORT = "report.json";
const REFUSED = "refused.csv";

/** @typedef {{made: number, replaced: number, skipped: number, refused: number, dry_run: boolean}} Report */

export class Imports extends Piece {
  #options = /** @type {OptionsForm | null} */ (null);
  /** @type {Map<string, Import>} */
  #imports = new Map();

  build() {
    this.className = "imports";
    fill(this, html`
      <section class="import-form" aria-labelledby="import-title" data-part="form" hidden>
        <div class="dialog-head"><h2 id="import-title" tabindex="-1" data-part="title">${t("ui.import.title")}</h2>${iconButton("cross", t("ui.dialog.close"), "close")}</div>
        <p class="muted">${t("ui.import.text")}</p>
        <div data-part="options"></div>
        <p><button type="button" class="primary" data-part="choose">${t("ui.import.choose")}</button>
        <input type="file" hidden multiple accept=".csv,.xlsx,.txt" data-part="file"></p>
      </section>
      <div class="cards" role="list" aria-label="${t("ui.import.list")}" data-part="cards" hidden></div>`);
    const file = part(this, "file", HTMLInputElement);
    part(this, "choose", HTMLElement).addEventListener("click", () => this.#chosen() && file.click());
    file.addEventListener("change", () => {
      const files = filesOfList(file.files);
      const chosen = this.#chosen();
      file.value = "";
      if (files.length === 0 || !chosen) return;
      void this.app.uploads.add(files, { pipeline: PIPELINE, ...chosen });
      this.close();
    });
    part(this, "close", HTMLElement).addEventListener("click", () => this.close());
    this.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !part(this, "form", HTMLElement).contains(document.activeElement) || event.defaultPrevented) return;
      this.close();
    });
  }

  attached() {
    for (const each of ["change", "tick"]) this.on(this.app, each, () => this.refresh());
  }

  /** Shows what can be chosen; says why when nothing can be imported. */
  open() {
    const pipeline = this.app.pipelines.find((each) => each.name === PIPELINE);
    if (!pipeline) return this.app.notice("failed", t("ui.import.title"), t("ui.start.no_pipeline"));
    if (!this.#options) {
      this.#options = make(OptionsForm, this.app);
      this.#options.pipeline = pipeline;
      part(this, "options", HTMLElement).append(this.#options);
    }
    part(this, "form", HTMLElement).hidden = false;
    part(this, "title", HTMLElement).focus();
    this.dispatchEvent(new Event("turned"));
  }

  /** Whether it can be chosen. */
  get isOpen() {
    return !part(this, "form", HTMLElement).hidden;
  }

  close() {
    part(this, "form", HTMLElement).hidden = true;
    this.dispatchEvent(new Event("turned"));
  }

  #chosen() {
    return this.#options?.chosen() ?? null;
  }

  draw() {
    const { urgent, groups } = this.app.list();
    const items = [...urgent, ...groups.flatMap((each) => each.items)].filter(isShown);
    const byKey = new Map(items.map((each) => [each.key, each]));
    const cards = part(this, "cards", HTMLElement);
    arrange(cards, items.map((each) => each.key), this.#imports, () => make(Import, this.app));
    for (const [key, each] of this.#imports) {
      const item = byKey.get(key);
      if (item) each.show(item);
    }
    cards.hidden = items.length === 0;
  }
}

/**
 * Those that were begun here, and any that is not over.
 * @param {Item} item
 */
function isShown({ job, upload }) {
  if (upload) return upload.drop.choice.pipeline === PIPELINE;
  return job?.pipeline === PIPELINE && !["completed", "failed", "cancelled"].includes(job.state);
}

/** An import's card, and what became of its rows once it is done. */
class Import extends Piece {
  #card = /** @type {Card | null} */ (null);
  #told = "";
  #asked = "";
  #report = /** @type {Report | null} */ (null);
  /** @type {Item | null} */
  #item = null;

  build() {
    this.className = "import";
    this.setAttribute("role", "listitem");
    this.#card = make(Card, this.app);
    this.append(this.#card);
    this.#card.setAttribute("role", "group");
    const result = document.createElement("div");
    result.className = "import-result";
    result.dataset["part"] = "result";
    result.hidden = true;
    this.append(result);
  }

  /** @param {Item} item */
  show(item) {
    this.#item = item;
    this.draw();
  }

  draw() {
    const item = this.#item;
    if (!item) return;
    this.#card?.show(item);
    const { job } = item;
    if (job?.state !== "completed") return;
    if (this.#asked !== job.id && REPORT in (job.artifacts ?? {})) void this.#ask(job);
    const state = JSON.stringify([this.#report, job.warnings, Object.keys(job.artifacts ?? {})]);
    if (state !== this.#told) this.#tell(job);
    this.#told = state;
  }

  /** @param {JobValue} job */
  async #ask(job) {
    this.#asked = job.id;
    try {
      this.#report = await call("GET", addresses.artifact(job.id, REPORT));
      this.refresh();
    } catch {
      this.#asked = ""; // with the next change it is asked for again
    }
  }

  /** @param {JobValue} job */
  #tell(job) {
    const place = part(this, "result", HTMLElement);
    const refusals = Object.values(job.warnings ?? {});
    const code = this.#report?.dry_run ? "records_rehearsed" : "records_imported";
    place.hidden = !this.#report;
    if (!this.#report) return;
    fill(place, html`<p role="status">${say("log", { code, params: { ...this.#report } })}</p>
      ${refusals.length > 0 && html`<ul class="refusals">${refusals.map((each) => html`<li>${say("failure", each)}</li>`)}</ul>`}
      ${REFUSED in (job.artifacts ?? {}) && html`<p><a download href="${addresses.artifact(job.id, REFUSED)}">${t("ui.import.refused")}</a></p>`}`);
  }
}

customElements.define("hw-import", Import);
customElements.define("hw-imports", Imports);
