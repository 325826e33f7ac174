/** What people do to documents. State is never guessed: the change comes back by the socket. */

/** @import {App} from "./app.js" */
/** @import {Action} from "./describe.js" */
/** @import {JobValue, Question} from "./types.js" */

import { Refused, api, unreachable } from "./api.js";
import { problemText, workHasBegun } from "./describe.js";
import { t } from "./i18n.js";
import { isUnsent } from "./items.js";
import { confirmed } from "./views/dialogs.js";
import { changeOptions, repeat } from "./views/options_dialog.js";

/**
 * Runs a command; says why when it is refused. Answers whether it was taken.
 * @param {App} app
 * @param {string} title what it was about
 * @param {() => Promise<unknown>} command
 */
export async function tried(app, title, command) {
  try {
    await command();
    return true;
  } catch (error) {
    const problem = error instanceof Refused ? error.problem : unreachable();
    if (problem.status === 401) app.signedOut();
    app.notice("failed", title, problemText(problem));
    return false;
  }
}

/**
 * @param {App} app
 * @param {JobValue} job
 * @param {Action} action
 */
export async function perform(app, job, action) {
  if (action === "change") return changeOptions(app, job);
  if (action === "repeat") return repeat(app, job);
  if (action === "cancel" && workHasBegun(job) && !(await sureToCancel(job))) return;
  await tried(app, job.name, () => {
    if (action === "stop_now") return api.command(job.id, "pause", { stop: true });
    return api.command(job.id, action === "retry_pages" || action === "retry_chunks" ? "retry" : action);
  });
}

/**
 * How urgent a job is; where that is refused, what was chosen is taken back.
 * @param {App} app
 * @param {JobValue} job
 * @param {HTMLSelectElement} select
 */
export async function prioritise(app, job, select) {
  if (!(await tried(app, job.name, () => api.command(job.id, "priority", { priority: select.value })))) {
    select.value = job.priority ?? "normal";
  }
}

/**
 * Gives several documents the answer that one of them got; each that does not take it says so.
 * @param {App} app
 * @param {{job: JobValue, question: Question}[]} asking
 * @param {Record<string, string>} answer
 */
export async function answerAll(app, asking, answer) {
  for (const { job, question } of asking) await tried(app, job.name, () => api.answer(job.id, question.id, answer));
}

/** @param {JobValue} job */
function sureToCancel({ name, pipeline }) {
  const [title, text] = pipeline === "sheet" ? ["ui.cancel.sheet.title", "ui.cancel.sheet.text"] : ["ui.cancel.title", "ui.cancel.text"];
  return confirmed({ title: t(title), text: t(text, { name }), yes: t("ui.cancel.yes"), no: t("ui.cancel.no") });
}

/** @param {string} text what will be lost, and of how many */
export function sureToCancelAll(text) {
  return confirmed({ title: t("ui.cancel_all.title"), text, yes: t("ui.cancel_all.yes"), no: t("ui.cancel.no") });
}

/**
 * All of one's own, those too that are not in sight and those that are still on their way up.
 * @param {App} app
 * @param {number} unfinished
 */
export async function cancelEverything(app, unfinished) {
  if (!(await sureToCancelAll(t("ui.cancel_all.text", { count: unfinished })))) return;
  for (const upload of app.uploads.all) if (isUnsent(upload)) app.uploads.cancel(upload);
  await tried(app, t("ui.home.title"), () => api.cancelAll());
}

/**
 * @param {App} app
 * @param {string} batchId
 * @param {number} unfinished
 * @param {boolean} begun
 */
export async function cancelBatch(app, batchId, unfinished, begun) {
  if (begun && !(await sureToCancelAll(t("ui.cancel_all.text", { count: unfinished })))) return;
  for (const upload of app.uploads.all) {
    if (upload.drop.batchId === batchId && !upload.jobId && upload.file) app.uploads.cancel(upload);
  }
  await tried(app, t("ui.batch"), () => api.batchCommand(batchId, "cancel"));
}
