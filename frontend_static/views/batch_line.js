/** One line for what was uploaded together: counts, one bar weighted by expected work, and what to do with all. */

/** @import {Group, Item} from "../items.js" */
/** @import {BatchValue} from "../types.js" */

import { addresses, api } from "../api.js";
import { cancelBatch, tried } from "../commands.js";
import { batchLook, batchWords, workHasBegun } from "../describe.js";
import { fill, html, part, setText } from "../html.js";
import { roughly, t } from "../i18n.js";
import { UPLOAD_SHARE, barOf, countsOf, ended, sumOf } from "../items.js";
import { Bar } from "./bar.js";
import { icon } from "./icons.js";
import { Piece } from "./piece.js";

export class BatchLine extends Piece {
  /** @type {Group} */
  group = { key: "", batchId: null, created: 0, items: [] };
  /** @type {Item[]} all of the batch, those that need a person among them */
  #items = [];
  #bar = new Bar();
  #highest = 0;
  #total = 0;
  #offers = "";

  build() {
    this.className = "batch-line";
    fill(this, html`
      <h2 class="batch-text"><span data-part="done"></span><span class="batch-rest" data-part="rest"></span></h2>
      <div class="batch-actions" data-part="actions"></div>
      <div class="batch-bar" data-part="bar"></div>`);
    part(this, "bar", HTMLElement).append(this.#bar);
    this.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("[data-do]") : null;
      if (button instanceof HTMLElement) void this.#do(button.dataset["do"] ?? "");
    });
  }

  /**
   * @param {Group} group
   * @param {Item[]} items
   */
  show(group, items) {
    this.group = group;
    this.#items = items;
    if (this.isConnected) this.draw();
  }

  get #batch() {
    return this.group.batchId ? this.app.store.batch(`batch:${this.group.batchId}`) : undefined;
  }

  draw() {
    const batch = this.#batch;
    const sum = sumOf(this.#items, batch);
    const counts = countsOf(this.#items, batch);
    const over = sum.done >= sum.total;
    if (sum.total !== this.#total) this.#highest = 0;
    this.#total = sum.total;
    const words = batchWords(counts, sum.total);
    if (!over && batch?.eta_seconds) words.push(t("ui.batch.about", { time: roughly(batch.eta_seconds) }));
    setText(part(this, "done", HTMLElement), words[0] ?? "");
    setText(part(this, "rest", HTMLElement), words.slice(1).map((each) => ` · ${each}`).join(""));
    const whole = over ? 100 : this.#percent(batch);
    const tone = over ? batchLook(counts) : "processing";
    this.#bar.set([whole / 100], whole, tone, t("ui.batch.bar"), words.join(", "));
    this.#drawOffers({ ...counts, over });
  }

  /**
   * Bytes on their way up fill the first tenth, as in each document's bar. The service's percentage is of what it has
   * so far, so it counts for that share of the bytes. While a batch is at work the figure never goes back,
   * unless documents join it or leave it: then it is of something else.
   * @param {BatchValue | undefined} batch
   */
  #percent(batch) {
    const weigh = (/** @type {Item} */ item) => item.upload?.size ?? item.job?.size ?? 1;
    const total = this.#items.reduce((sum, each) => sum + weigh(each), 0) || 1;
    const share = (/** @type {(item: Item) => number} */ of) =>
      this.#items.reduce((sum, each) => sum + weigh(each) * of(each), 0) / total;
    const up = share((each) => barOf(each).upload);
    const there = share((each) => (each.job || each.upload?.jobId ? 1 : 0));
    const work = batch?.percent === undefined ? share((each) => barOf(each).work) : (batch.percent / 100) * there;
    this.#highest = Math.max(this.#highest, UPLOAD_SHARE * up + (100 - UPLOAD_SHARE) * work);
    return Math.min(this.#highest, 99.9);
  }

  /** @param {ReturnType<typeof countsOf> & {over: boolean}} now */
  #drawOffers({ over, retriable, completed, staged, pausable, paused }) {
    if (over) this.#highest = 0;
    const offers = [
      staged > 0 && "start_all", retriable > 0 && "retry_failed", completed > 0 && this.group.batchId && "download_all",
      paused > 0 && "resume_all", pausable > 0 && !over && "pause_all", !over && "cancel_all",
    ].filter(Boolean);
    if (offers.join() === this.#offers) return;
    this.#offers = offers.join();
    const had = this.contains(document.activeElement);
    fill(part(this, "actions", HTMLElement), html`
      ${offers.includes("start_all") && html`<button type="button" class="primary" data-do="start_all">${t("ui.batch.start_all")}</button>`}
      ${offers.includes("retry_failed") && html`<button type="button" data-do="retry_failed">${t("ui.batch.retry_failed")}</button>`}
      ${offers.includes("download_all") && html`<a class="button" download href="${addresses.batchArtifacts(this.group.batchId ?? "")}">${icon("down")}${t("ui.batch.download_all")}</a>`}
      ${offers.includes("resume_all") && html`<button type="button" data-do="resume_all">${t("ui.batch.resume_all")}</button>`}
      ${offers.includes("pause_all") && html`<button type="button" data-do="pause_all">${t("ui.batch.pause_all")}</button>`}
      ${offers.includes("cancel_all") && html`<button type="button" data-do="cancel_all">${t("ui.batch.cancel_all")}</button>`}`);
    if (had) /** @type {HTMLElement | null} */ (this.querySelector("button, a"))?.focus();
  }

  /** @param {string} action */
  async #do(action) {
    const { batchId } = this.group;
    if (!batchId) return;
    if (action === "retry_failed") {
      for (const { upload } of this.#items) if (upload?.state === "lost") void this.app.uploads.again(upload);
      await tried(this.app, t("ui.batch"), () => api.batchCommand(batchId, "retry-failed"));
    }
    if (action === "cancel_all") {
      const unfinished = this.#items.filter((each) => !ended(each));
      await cancelBatch(this.app, batchId, unfinished.length, unfinished.some((each) => each.job && workHasBegun(each.job)));
    }
    if (action === "pause_all" || action === "resume_all") {
      await tried(this.app, t("ui.batch"), () => api.batchCommand(batchId, action === "pause_all" ? "pause" : "resume"));
    }
    if (action === "start_all") {
      const staged = this.#items.filter((each) => each.job?.state === "staged").map((each) => each.job?.id ?? "");
      await tried(this.app, t("ui.batch"), () => Promise.all(staged.map((id) => api.command(id, "start"))));
    }
  }
}

customElements.define("hw-batch-line", BatchLine);
