/** The sentences of a book as a file, or in a new Google Sheet, with how far that is. */

/** @import {App} from "../app.js" */
/** @import {JobValue} from "../types.js" */

import { Refused, addresses, api, unreachable } from "../api.js";
import { failureOf, lineOf, lookOf, placeOf, problemText } from "../describe.js";
import { fill, html, part, setText } from "../html.js";
import { t } from "../i18n.js";
import { ENDED } from "../items.js";
import { Bar } from "./bar.js";
import { linkToSheet } from "./card.js";
import { exportDialog } from "./export_dialog.js";
import { Piece, make } from "./piece.js";

const SHEET = "sheet";

/**
 * @param {App} app
 * @param {string} jobId
 */
export async function exportSentences(app, jobId) {
  const maker = make(SheetMaker, app);
  maker.bookId = jobId;
  await exportDialog({
    title: t("ui.sentences.export.title"), text: t("ui.sentences.export.text"), forms: ["xlsx", "csv", "txt", "json", SHEET],
    about: (form) => t(`ui.sentences.export.about.${form}`),
    address: (form, how) => (form === SHEET ? "" : addresses.sentences(jobId, form, how)),
    drawn: (dialog, form) => {
      part(dialog, "file", HTMLElement).hidden = form === SHEET;
      if (!maker.isConnected) part(dialog, "actions", HTMLElement).before(maker);
      maker.hidden = form !== SHEET;
    },
  });
}

/** Makes the sheet, says how far it is, and leads there. It is made also where the dialog is closed meanwhile. */
export class SheetMaker extends Piece {
  bookId = "";
  #bar = new Bar();
  #sheetId = "";

  build() {
    this.className = "sheet-maker";
    fill(this, html`<p class="dialog-actions"><button type="button" class="primary" data-part="make">${t("ui.sheet.make")}</button></p>
      <div data-part="bar" hidden></div><p class="card-line" data-part="line" aria-live="polite"></p>
      <p class="field-error" role="alert" data-part="trouble"></p><p class="dialog-actions" data-part="done" hidden></p>`);
    part(this, "bar", HTMLElement).append(this.#bar);
    part(this, "make", HTMLElement).addEventListener("click", () => void this.#make());
  }

  attached() {
    this.hold(this.app.store.listen((topic) => {
      if (topic === `job:${this.#sheetId}`) this.refresh();
    }));
  }

  async #make() {
    const button = part(this, "make", HTMLButtonElement);
    button.disabled = true;
    setText(part(this, "trouble", HTMLElement), "");
    try {
      this.#sheetId = (await api.sheet(this.bookId)).job_id;
      this.hold(this.app.watch(`job:${this.#sheetId}`));
    } catch (error) {
      setText(part(this, "trouble", HTMLElement), problemText(error instanceof Refused ? error.problem : unreachable()));
      button.disabled = false;
    }
    this.refresh();
  }

  draw() {
    const job = this.#sheetId ? this.app.store.job(`job:${this.#sheetId}`) : undefined;
    if (job) this.#drawJob(job);
  }

  /** @param {JobValue} job */
  #drawJob(job) {
    const item = { key: job.id, group: "", job, upload: null };
    const failure = failureOf(item);
    const url = placeOf(job);
    part(this, "make", HTMLButtonElement).hidden = job.state !== "failed" && job.state !== "cancelled";
    part(this, "make", HTMLButtonElement).disabled = !ENDED.has(job.state);
    part(this, "bar", HTMLElement).hidden = false;
    this.#bar.show(item, lookOf(item), t("ui.sheet.bar"));
    setText(part(this, "line", HTMLElement), lineOf(item, this.app.now()));
    setText(part(this, "trouble", HTMLElement), failure ? [failure.what, failure.advice].filter(Boolean).join(" ") : "");
    const done = part(this, "done", HTMLElement);
    done.hidden = !url;
    if (url && done.childElementCount === 0) fill(done, linkToSheet(url));
  }
}

customElements.define("hw-sheet-maker", SheetMaker);
