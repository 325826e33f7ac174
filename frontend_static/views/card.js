/** A document on the start page: its bar, its one line, what went wrong, what can be done. */

/** @import {Item} from "../items.js" */
/** @import {Action} from "../describe.js" */

import { addresses } from "../api.js";
import { perform } from "../commands.js";
import { actionsOf, failureOf, lineOf, lookOf, placeOf } from "../describe.js";
import { fill, html, part, setText } from "../html.js";
import { t } from "../i18n.js";
import { Bar } from "./bar.js";
import { copied } from "./dialogs.js";
import { Estimate } from "./estimate.js";
import { ICON_OF, icon, setIcon } from "./icons.js";
import { shortName } from "./name.js";
import { Piece, make } from "./piece.js";
import { QuestionForm } from "./question.js";

const ICON_OF_ACTION = { pause: "pause", resume: "play", cancel: "cross", change: "pencil", repeat: "retry" };

export class Card extends Piece {
  /** @type {Item} */
  item = { key: "", group: "", job: null, upload: null };
  #bar = new Bar();
  /** @type {QuestionForm | null} */
  #question = null;
  /** @type {Estimate | null} */
  #estimate = null;
  /** Kept at hand: they change many times a second. @type {HTMLElement | null} */
  #icon = null;
  /** @type {HTMLElement | null} */
  #line = null;
  #before = "";
  #stamp = "";

  build() {
    this.className = "card";
    this.setAttribute("role", "listitem");
    fill(this, html`
      <span class="state-icon" data-part="icon"></span>
      <div class="card-title" data-part="title"></div>
      <div class="card-actions" data-part="actions"></div>
      <div class="card-bar" data-part="bar"></div>
      <p class="card-line" data-part="line"></p>
      <div class="card-more" data-part="more"></div>`);
    part(this, "bar", HTMLElement).append(this.#bar);
    this.#icon = part(this, "icon", HTMLElement);
    this.#line = part(this, "line", HTMLElement);
    this.addEventListener("click", (event) => this.#clicked(event));
  }

  /** @param {Item} item */
  show(item) {
    const place = item.job?.state === "queued" ? this.app.queue : null;
    const stamp = `${item.upload?.state} ${item.upload?.sent} ${place ? JSON.stringify([place.jobs[item.job?.id ?? ""], place.paused]) : ""}`;
    const ticks = item.job?.state === "processing"; // its line tells the time that has passed
    const same = item.job === this.item.job && stamp === this.#stamp && !ticks;
    this.item = item;
    this.#stamp = stamp;
    if (this.isConnected && !same) this.draw();
  }

  get name() {
    const { job, upload } = this.item;
    return (upload?.duplicate ? upload.name : job?.name) ?? upload?.name ?? "";
  }

  draw() {
    const { item } = this;
    const look = lookOf(item);
    this.dataset["look"] = look;
    this.dataset["job"] = item.job?.id ?? item.upload?.jobId ?? "";
    if (this.#icon) setIcon(this.#icon, ICON_OF[look] ?? "file");
    if (this.#line) setText(this.#line, lineOf(item, this.app.now(), this.app.queue));
    this.#bar.show(item, look, t("ui.card.bar", { name: this.name }));
    this.#drawLasting(look);
    this.#drawQuestion();
    this.#drawEstimate();
  }

  /**
   * The parts that buttons live in are made anew only when what they offer changes, so that focus survives updates.
   * @param {string} look
   */
  #drawLasting(look) {
    const failure = failureOf(this.item);
    const { job, upload } = this.item;
    const actions = job ? actionsOf(job) : [];
    const result = job ? mainResult(Object.keys(job.artifacts ?? {})) : null;
    const place = job ? placeOf(job) : null;
    const state = JSON.stringify([look, this.name, job?.id, upload?.jobId, failure, actions, result, place]);
    if (state === this.#before) return;
    this.#before = state;
    const focused = document.activeElement instanceof HTMLElement && this.contains(document.activeElement)
      ? (document.activeElement.dataset["do"] ?? "title") : null;
    const id = job?.id ?? upload?.jobId;
    fill(part(this, "title", HTMLElement), id
      ? html`<a href="/jobs/${id}" class="name-link">${shortName(this.name)}</a>` : shortName(this.name));
    fill(part(this, "actions", HTMLElement), html`
      ${place && linkToSheet(place)}${job ? actions.map((each) => this.#actionButton(each)) : this.#uploadButtons()}
      ${job && result && html`<a class="button quiet icon-button" download href="${addresses.artifact(job.id, result)}"
        aria-label="${t("ui.card.download", { file: result, name: this.name })}" title="${t("ui.card.download_short", { file: result })}">${icon("down")}</a>`}`);
    fill(part(this, "more", HTMLElement), failureMarkup(failure));
    if (focused) this.#focusAgain(focused);
  }

  /** @param {Action} action */
  #actionButton(action) {
    const label = t(`ui.action.${action}`);
    const whole = t("ui.action.of", { action: label, name: this.name });
    const image = ICON_OF_ACTION[/** @type {keyof ICON_OF_ACTION} */ (action)];
    if (image) {
      return html`<button type="button" class="quiet icon-button" data-do="${action}" aria-label="${whole}" title="${label}">${icon(image)}</button>`;
    }
    const main = action === "start" || this.item.job?.state === "failed";
    return html`<button type="button" class="${main ? "primary" : ""}" data-do="${action}" aria-label="${whole}">${label}</button>`;
  }

  #uploadButtons() {
    const { upload } = this.item;
    if (!upload || upload.jobId) return null;
    const button = (/** @type {string} */ action, /** @type {string} */ image) => {
      const label = t(`ui.action.${action}`);
      const whole = t("ui.action.of", { action: label, name: this.name });
      return html`<button type="button" class="quiet icon-button" data-do="${action}" aria-label="${whole}" title="${label}">${icon(image)}</button>`;
    };
    if (["waiting", "sending", "storing"].includes(upload.state)) return button("stop_upload", "cross");
    const label = t("ui.action.again");
    return html`${upload.state === "lost" && html`<button type="button" class="primary" data-do="again"
      aria-label="${t("ui.action.of", { action: label, name: this.name })}">${label}</button>`}${button("dismiss", "cross")}`;
  }

  /** @param {Event} event */
  #clicked(event) {
    const button = event.target instanceof Element ? event.target.closest("[data-do]") : null;
    if (!(button instanceof HTMLElement)) return;
    const action = button.dataset["do"] ?? "";
    const { job, upload } = this.item;
    if (action === "copy_support_id") void copySupportId(button);
    else if (job) void perform(this.app, job, /** @type {Action} */ (action));
    else if (upload && action === "stop_upload") this.app.uploads.cancel(upload);
    else if (upload && action === "again") void this.app.uploads.again(upload);
    else if (upload && action === "dismiss") this.app.uploads.dismiss(upload);
  }

  #drawQuestion() {
    const { job } = this.item;
    const question = job?.state === "waiting" ? job.question : null;
    if (!question || !job) {
      this.#question?.remove();
      this.#question = null;
      return;
    }
    const form = this.#question ?? (this.#question = make(QuestionForm, this.app));
    Object.assign(form, { jobId: job.id, jobName: job.name, question });
    if (form.isConnected) form.draw();
    else part(this, "more", HTMLElement).append(form);
  }

  #drawEstimate() {
    const { job } = this.item;
    if (job?.state !== "staged") {
      this.#estimate?.remove();
      this.#estimate = null;
      return;
    }
    const estimate = this.#estimate ?? (this.#estimate = make(Estimate, this.app));
    estimate.show(job);
    if (!estimate.isConnected) part(this, "more", HTMLElement).append(estimate);
  }

  /** @param {string} what */
  #focusAgain(what) {
    const target = this.querySelector(`[data-do="${CSS.escape(what)}"]`) ?? this.querySelector("[data-do], a");
    if (target instanceof HTMLElement) target.focus();
  }
}

/**
 * @param {string} address
 * @param {boolean} [main] whether it is what most want to do there
 */
export function linkToSheet(address, main = false) {
  return html`<a class="button ${main && "primary"}" href="${address}" target="_blank" rel="noreferrer">${t("ui.sheet.open")}</a>`;
}

/** @param {ReturnType<typeof failureOf>} failure */
export function failureMarkup(failure) {
  if (!failure) return html``;
  return html`<div class="failure">
    <p class="failure-what">${failure.what}</p>
    ${failure.advice && html`<p>${failure.advice}</p>`}
    ${failure.supportId && html`<p class="support">${t("ui.support_id")} <code>${failure.supportId}</code>
      <button type="button" class="quiet icon-button small" data-do="copy_support_id" data-id="${failure.supportId}"
        aria-label="${t("ui.copy_support_id")}" title="${t("ui.copy")}">${icon("copy")}</button></p>`}
  </div>`;
}

/** @param {HTMLElement} button */
export async function copySupportId(button) {
  if (!(await copied(button.dataset["id"] ?? ""))) return;
  setIcon(button, "done");
  button.setAttribute("aria-label", t("ui.copied"));
}

/**
 * The result that most want: words to read before data for programs.
 * @param {string[]} names
 */
export function mainResult(names) {
  const rank = (/** @type {string} */ name) => (name.endsWith(".txt") ? 0 : name.endsWith(".md") ? 1 : 2);
  return [...names].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))[0] ?? null;
}

customElements.define("hw-card", Card);
