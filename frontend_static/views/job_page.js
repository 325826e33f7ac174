/** `/jobs/<id>`: the document's bar and line, its pages, log, page image and text, results. */

/** @import {Action} from "../describe.js" */
/** @import {Item} from "../items.js" */
/** @import {JobValue} from "../types.js" */

import { perform, prioritise } from "../commands.js";
import { actionsOf, failureOf, lineOf, lookOf, placeOf, problemText, waitsForLong } from "../describe.js";
import { fill, html, part, setText } from "../html.js";
import { say, t } from "../i18n.js";
import { PRIORITIES, mayGive } from "../priorities.js";
import { Artifacts } from "./artifacts.js";
import { Bar } from "./bar.js";
import { Book, isBook } from "./book.js";
import { copySupportId, failureMarkup, linkToSheet } from "./card.js";
import { ChunkStrip } from "./chunk_strip.js";
import { History } from "./history.js";
import { ICON_OF, icon, setIcon } from "./icons.js";
import { Log } from "./log.js";
import { PageStrip } from "./page_strip.js";
import { PageView } from "./page_view.js";
import { Piece, make } from "./piece.js";
import { Plan } from "./plan.js";
import { QuestionForm } from "./question.js";
import { exportSentences } from "./sentences_export.js";
import { SheetPiece } from "./sheet.js";

export class JobPage extends Piece {
  jobId = "";
  #page = 0;
  #bar = new Bar();
  #parts = /** @type {{strip: PageStrip, log: Log, view: PageView, artifacts: Artifacts, question: QuestionForm, plan: Plan,
    history: History} | null} */ (null);
  #book = /** @type {{chunks: ChunkStrip, whole: Book} | null} */ (null);
  #lasting = "";
  #warnings = "";

  build() {
    this.className = "job-page";
    fill(this, html`
      <p class="back"><a href="/">${icon("left")}${t("ui.job.back")}</a></p>
      <div data-part="problem" class="notice" hidden><h1>${t("ui.job.none")}</h1><p data-part="why"></p></div>
      <div data-part="body" hidden>
        <div class="job-head"><span class="state-icon" data-part="icon"></span><h1 data-part="name" tabindex="-1" dir="auto"></h1>
        <div class="job-actions" data-part="actions"></div></div>
        <div class="job-bar" data-part="bar"></div>
        <p class="card-line" data-part="line"></p>
        <label class="job-priority" data-part="priority" hidden>${t("ui.priority")}
          <select>${PRIORITIES.map((each) => html`<option value="${each}">${t(`ui.priority.${each}`)}</option>`)}</select></label>
        <div data-part="more"></div>
        <div data-part="plan"></div>
        <div data-part="strip"></div>
        <div class="job-columns">
          <div class="job-side" data-part="side"></div>
          <div class="job-main" data-part="view"></div>
        </div>
      </div>`);
    const parts = {
      strip: make(PageStrip, this.app), log: make(Log, this.app), view: make(PageView, this.app),
      artifacts: make(Artifacts, this.app), question: make(QuestionForm, this.app), plan: make(Plan, this.app),
      history: make(History, this.app),
    };
    part(this, "bar", HTMLElement).append(this.#bar);
    part(this, "strip", HTMLElement).append(parts.strip);
    const warnings = document.createElement("section");
    warnings.className = "panel warnings";
    warnings.dataset["part"] = "warnings";
    part(this, "side", HTMLElement).append(parts.artifacts, warnings, parts.history, parts.log);
    part(this, "plan", HTMLElement).append(parts.plan);
    part(this, "view", HTMLElement).append(parts.view);
    for (const each of [parts.strip, parts.view]) {
      each.addEventListener("open-page", (event) => this.#open(/** @type {CustomEvent} */ (event).detail));
    }
    this.addEventListener("click", (event) => this.#clicked(event));
    this.addEventListener("change", (event) => {
      const job = this.app.store.job(this.topic);
      if (event.target instanceof HTMLSelectElement && job) void prioritise(this.app, job, event.target);
    });
    this.#parts = parts;
  }

  get topic() {
    return `job:${this.jobId}`;
  }

  attached() {
    this.hold(this.app.watch(this.topic));
    this.hold(() => this.app.needQueue(this, false));
    this.hold(this.app.store.listen((topic) => {
      if (topic === this.topic || topic === "queue") this.refresh();
    }));
    this.on(this.app, "tick", () => this.refresh());
    this.on(this.app, "change", () => this.refresh());
  }

  draw() {
    const job = this.app.store.job(this.topic);
    const { problem } = this.app.store.topic(this.topic);
    const notice = part(this, "problem", HTMLElement);
    notice.hidden = !problem || job !== undefined;
    if (problem) setText(part(this, "why", HTMLElement), problemText(problem));
    part(this, "body", HTMLElement).hidden = !job;
    if (job) this.#drawJob(job);
  }

  /** @param {JobValue} job */
  #drawJob(job) {
    const item = { key: job.id, group: "", job, upload: null };
    const look = lookOf(item);
    const total = pageTotal(job);
    this.dataset["look"] = look;
    this.app.needQueue(this, waitsForLong(job, this.app.now()));
    this.app.title(job.name);
    setText(part(this, "name", HTMLElement), job.name);
    setIcon(part(this, "icon", HTMLElement), ICON_OF[look] ?? "file");
    setText(part(this, "line", HTMLElement), lineOf(item, this.app.now(), this.app.queue));
    this.#bar.show(item, look, t("ui.card.bar", { name: job.name }));
    this.#drawLasting(job, item);
    this.#drawPriority(job);
    this.#drawWarnings(job);
    const parts = this.#parts;
    if (!parts) return;
    if (this.#page === 0 && total > 0) this.#page = 1;
    parts.strip.show(total, job.pages ?? {}, this.#page);
    parts.view.show(job, this.#page, total);
    parts.log.show(job.log ?? {});
    parts.artifacts.show(job);
    parts.history.show(job, this.app.now());
    parts.plan.hidden = job.state !== "staged";
    if (job.state === "staged") parts.plan.show(job);
    part(this, "view", HTMLElement).hidden = job.pipeline === "sheet"; // its pages stand with the book
    if (isBook(job)) this.#drawBook(job);
  }

  /** A book's pages step back behind its sentences. @param {JobValue} job */
  #drawBook(job) {
    if (!this.#book) {
      const [chunks, whole, sheet] = [make(ChunkStrip, this.app), make(Book, this.app), make(SheetPiece, this.app)];
      this.#book = { chunks, whole };
      Object.assign(sheet, { bookId: this.jobId, inPanel: true });
      part(this, "side", HTMLElement).prepend(sheet);
      const [strip, view] = [part(this, "strip", HTMLElement), part(this, "view", HTMLElement)];
      const pages = [...strip.children, ...view.children];
      strip.append(chunks);
      view.append(whole);
      whole.pages.append(...pages);
      chunks.addEventListener("open-chunk", (event) => whole.openChunk(/** @type {CustomEvent} */ (event).detail));
      whole.addEventListener("export", () => {
        const now = this.app.store.job(this.topic);
        if (now) void exportSentences(this.app, now);
      });
      whole.addEventListener("open-page", (event) => this.#open(/** @type {CustomEvent} */ (event).detail));
    }
    this.#book.chunks.show(job);
    this.#book.whole.show(job);
  }

  /**
   * @param {JobValue} job
   * @param {Item} item
   */
  #drawLasting(job, item) {
    const failure = failureOf(item);
    const actions = actionsOf(job).filter((each) => each !== "retry_chunks"); // that stands with the chunks
    const question = job.state === "waiting" ? job.question : null;
    const state = JSON.stringify([failure, actions, question?.id, placeOf(job)]);
    if (state === this.#lasting || !this.#parts) return;
    this.#lasting = state;
    const had = document.activeElement instanceof HTMLElement && this.contains(document.activeElement)
      ? document.activeElement.dataset["do"] : undefined;
    const place = placeOf(job);
    const book = job.pipeline === "sheet" ? job.options?.["job"] : null;
    fill(part(this, "actions", HTMLElement), html`${typeof book === "string" && html`<a class="button" href="/jobs/${book}">${t("ui.sheet.book")}</a>`}
      ${place && linkToSheet(place, true)}${actions.map((each) => html`<button type="button" data-do="${each}"
      class="${each === "start" || job.state === "failed" ? "primary" : ""}">${t(`ui.action.${each}`)}</button>`)}`);
    const more = part(this, "more", HTMLElement);
    fill(more, failureMarkup(failure));
    if (question) {
      Object.assign(this.#parts.question, { jobId: job.id, jobName: job.name, question });
      more.append(this.#parts.question);
    }
    if (had) (/** @type {HTMLElement | null} */ (this.querySelector("[data-do]")) ?? part(this, "name", HTMLElement)).focus();
  }

  /** @param {JobValue} job */
  #drawPriority(job) {
    const place = part(this, "priority", HTMLElement);
    place.hidden = Boolean(job.ended_at);
    const select = place.querySelector("select");
    if (!select) return;
    const given = job.priority ?? "normal";
    for (const each of select.options) each.hidden = each.value !== given && !mayGive(each.value, this.app.session);
    if (document.activeElement !== select) select.value = given;
  }

  /** @param {JobValue} job */
  #drawWarnings(job) {
    const warnings = Object.entries(job.warnings ?? {}).filter(([key]) => !key.startsWith("chunk-")).map(([, each]) => each);
    const state = JSON.stringify(warnings);
    if (state === this.#warnings) return;
    this.#warnings = state;
    const place = part(this, "warnings", HTMLElement);
    place.hidden = warnings.length === 0;
    fill(place, html`<h2>${t("ui.job.warnings")}</h2><ul>${warnings.map((each) => html`<li>${say("failure", each)}
      <span class="muted">${say("advice", { ...each, text: each.advice ?? "" })}</span>
      ${typeof each.params["page"] === "number" && html`<button type="button" class="quiet" data-page="${each.params["page"]}">${t("ui.job.show_page", { page: each.params["page"] })}</button>`}</li>`)}</ul>`);
  }

  /** @param {number} page */
  #open(page) {
    this.#page = page;
    this.draw();
  }

  /** @param {Event} event */
  #clicked(event) {
    const button = event.target instanceof Element ? event.target.closest("[data-do], [data-page]") : null;
    const job = this.app.store.job(this.topic);
    if (!(button instanceof HTMLElement) || !job) return;
    if (button.dataset["page"]) this.#open(Number(button.dataset["page"]));
    else if (button.dataset["do"] === "copy_support_id") void copySupportId(button);
    else if (actionsOf(job).includes(/** @type {Action} */ (button.dataset["do"]))) {
      void perform(this.app, job, /** @type {Action} */ (button.dataset["do"]));
    }
  }
}

/**
 * How many pages there are, also before the service has counted them all.
 * @param {JobValue} job
 */
function pageTotal(job) {
  const foretold = job.options?.["pages"] ? null : job.estimate?.pages;
  return job.page_count || job.counters?.["pages_total"] || foretold || 0;
}

customElements.define("hw-job-page", JobPage);
