/** A document's state in words: its icon, its line, what a person can do. Pure but for the dictionary. */

/** @import {JobValue, QueueValue} from "./types.js" */
/** @import {Item} from "./items.js" */

import { bytes, clockTime, day, duration, known, number, percent, roughly, say, t } from "./i18n.js";
import { ENDED } from "./items.js";

/**
 * `look` names the word (`ui.state.<look>`), the icon and the colour of a state.
 * @param {Item} item
 * @returns {string}
 */
export function lookOf(item) {
  const { job, upload } = item;
  if (job) return job.state === "completed" ? completedLook(job) : job.state;
  if (!upload) return "queued";
  return { waiting: "upload_waiting", sending: "uploading", storing: "storing", accepted: "accepted",
    refused: "refused", lost: "lost", cancelled: "cancelled" }[upload.state];
}

/** @param {JobValue} job */
function completedLook(job) {
  if (job.outcome === "rejected") return "rejected";
  return job.outcome === "warnings" || Object.keys(job.warnings ?? {}).length > 0 ? "warnings" : "completed";
}

/**
 * The word for a state.
 * @param {string} look
 */
export function word(look) {
  return t(`ui.state.${look}`);
}

/**
 * The one line of a card, in pieces. Of a sheet it says first that it is one: it has the name of its book.
 * @param {Item} item
 * @param {number} now seconds since 1970 on the service's clock; it stands still while disconnected
 * @param {QueueValue | null} [queue] places in the queue, where they are known
 * @returns {string}
 */
export function lineOf(item, now, queue = null) {
  return [item.job?.pipeline === "sheet" ? t("pipeline.sheet") : "", wayOf(item, now, queue)].filter(Boolean).join(" · ");
}

/**
 * How far it is, or how it ended, where it stands anyway what it is.
 * @param {Item} item
 * @param {number} now
 * @param {QueueValue | null} [queue]
 * @returns {string}
 */
export function wayOf(item, now, queue = null) {
  const pieces = item.job ? jobPieces(item.job, lookOf(item), now, queue) : uploadPieces(item);
  if (item.job && item.upload?.duplicate) pieces.push(t("ui.card.duplicate"));
  return pieces.filter(Boolean).join(" · ");
}

/**
 * @param {Item} item
 * @returns {string[]}
 */
function uploadPieces(item) {
  const { upload } = item;
  const look = lookOf(item);
  if (!upload) return [word(look)];
  const share = upload.size > 0 ? (100 * upload.sent) / upload.size : 0;
  if (upload.state === "sending") {
    return [`${word(look)} ${percent(share)}`, t("ui.card.sent_of", { sent: bytes(upload.sent), size: bytes(upload.size) })];
  }
  if (upload.state === "accepted" && upload.duplicate) return [t("ui.card.duplicate")];
  return [word(look), upload.state === "waiting" ? bytes(upload.size) : ""];
}

/**
 * What is being done. Steps read side by side, so the page that was named last may be an earlier one: what is done of
 * all pages never goes back.
 * @param {JobValue} job
 */
function detailOf(job) {
  const { pages_done: done, pages_total: total, chunks_done: ready = 0, chunks_failed: failed = 0, chunks_total: chunks } = job.counters ?? {};
  if (job.detail?.code === "chunk" && chunks) {
    return say("detail", { code: "chunk", params: { chunk: Math.min(ready + failed + 1, chunks), chunks }, text: "" });
  }
  if (job.detail?.code !== "page" || !total || total < 2) return say("detail", job.detail);
  return say("detail", { code: "pages", params: { done: done ?? 0, total }, text: "" });
}

/**
 * @param {JobValue} job
 * @param {string} look
 * @param {number} now
 * @param {QueueValue | null} queue
 * @returns {string[]}
 */
function jobPieces(job, look, now, queue) {
  switch (job.state) {
    case "processing":
      return [phaseOf(job) || word(look), ...waitPieces(job, now), detailOf(job), percent(job.percent ?? 0), timesOf(job, now)];
    case "pausing":
      return [word(look), t("ui.card.finishing"), percent(job.percent ?? 0)];
    case "paused":
      return [word(look), phaseOf(job), percent(job.percent ?? 0)];
    case "queued":
      return [word(look), ...queuedPieces(job, now, queue)];
    case "staged":
      return [word(look), pagesOf(job), job.size === undefined ? "" : bytes(job.size)];
    case "waiting":
      return [word(look), job.phase ? phaseOf(job) : ""];
    case "completed":
      return [known(`outcome.${job.outcome}`) ?? word(look), ...resultOf(job), warningsOf(job) || (job.result ? "" : pagesOf(job)), tookOf(job)];
    case "failed":
      return [word(look), job.error?.phase ? t("ui.card.while", { phase: say("phase", { code: job.error.phase }) }) : ""];
    case "cancelled":
      return [job.cancelled_by ? t("ui.card.cancelled_by", { name: job.cancelled_by }) : word(look), pagesDone(job)];
  }
}

/**
 * Whether it has waited so long that its place is worth a look.
 * @param {JobValue | null} job
 * @param {number} now
 */
export function waitsForLong(job, now) {
  return job?.state === "queued" && now - (job.queued_at ?? now) > 1;
}

/**
 * @param {JobValue} job
 * @param {number} now
 * @param {QueueValue | null} queue
 */
function queuedPieces(job, now, queue) {
  const { place, expected_start_at: at } = queue?.jobs[job.id] ?? {};
  if (queue?.paused) {
    return [say("waits", { code: "queue_paused", params: {}, text: "" }), t("ui.card.queue_paused", { name: queue.paused.by })];
  }
  return [
    ...waitPieces(job, now),
    place ? t("ui.card.place", { place }) : "",
    at && at > now ? t("ui.card.starts_in", { time: roughly(at - now) }) : "",
    (job.percent ?? 0) > 0 ? percent(job.percent ?? 0) : "",
  ];
}

/**
 * What is waited for, and until when: an engine's next try by the clock, one's own in so many seconds.
 * @param {JobValue} job
 * @param {number} now
 */
function waitPieces(job, now) {
  const at = job.waits_for?.params["at"];
  const rest = job.retry_at ? job.retry_at - now : 0;
  return [
    say("waits", job.waits_for),
    typeof at === "number" ? t("ui.card.next_try", { time: clockTime(at) }) : "",
    rest > 0 ? t("ui.card.retry_in", { time: duration(Math.ceil(rest)) }) : "",
  ];
}

/** "Phase 2 of 3: Reading". @param {JobValue} job */
export function phaseOf(job) {
  if (!job.phase) return "";
  const { index, total, code } = job.phase;
  return t("ui.card.phase", { index, total, phase: say("phase", { code }) });
}

/**
 * "12 s, about 25 s left". What is left is what the service said, never counted down by the page.
 * @param {JobValue} job
 * @param {number} now
 */
function timesOf(job, now) {
  const spent = job.started_at ? duration(Math.max(0, now - job.started_at)) : "";
  if (job.eta_seconds === undefined || job.eta_seconds === null) return spent;
  const left = t("ui.card.left", { time: roughly(job.eta_seconds) });
  return spent ? t("ui.card.spent_and_left", { spent, left }) : left;
}

/** Where a result stands that is outside of here. @param {JobValue} job */
export function placeOf({ result }) {
  return result?.url?.startsWith("https://") ? result.url : null;
}

/**
 * Whether a book is not any more as its sheet says: somebody has changed a sentence, or a chunk that had failed is there.
 * @param {JobValue} sheet
 * @param {JobValue} book
 */
export function isLateSheet({ result }, book) {
  return Boolean(result?.url) && (result?.edits !== (book.edits ?? 0) || result?.rows !== book.result?.sentences);
}

/** What came out: of a certificate whose it is, which, its number and its end. @param {JobValue} job */
function resultOf({ result }) {
  if (!result) return [];
  const { ship, certificate, number: code, valid_until: end, sentences, rows } = result;
  const count = sentences ?? rows;
  return [ship ?? "", certificate ?? "", code ?? "", end ? t("ui.card.valid_until", { date: day(end) }) : "",
    count ? t("ui.sentences.count", { count }) : ""];
}

/** @param {JobValue} job */
function tookOf(job) {
  if (!job.started_at || !job.ended_at) return "";
  return t("ui.card.took", { time: duration(Math.max(1, job.ended_at - job.started_at)) });
}

/** @param {JobValue} job */
function pagesOf(job) {
  const count = pagesTotal(job);
  return count ? t("ui.card.pages", { count }) : "";
}

/** How many pages are to be read, also before the service has said which. @param {JobValue} job */
function pagesTotal(job) {
  return job.counters?.["pages_total"] || job.page_count || 0;
}

/** @param {JobValue} job */
function pagesDone(job) {
  const done = job.counters?.["pages_done"];
  const total = pagesTotal(job);
  return done && total ? t("ui.card.pages_done", { done, total }) : "";
}

/** @param {JobValue} job */
function warningsOf(job) {
  const count = Object.keys(job.warnings ?? {}).length;
  if (!count) return "";
  const { chunks_failed: chunks, chunks_total: all } = job.counters ?? {};
  if (chunks && all) return t("ui.card.chunks_failed", { count: chunks, total: all });
  const failed = job.counters?.["pages_failed"] ?? 0;
  const total = pagesTotal(job);
  if (failed && total) return t("ui.card.pages_failed", { count: failed, total });
  return t("ui.card.warnings", { count });
}

/**
 * What the bar says to those who cannot see it.
 * @param {Item} item
 */
export function barText(item) {
  const { job, upload } = item;
  if (!job) return lineOf(item, 0) || (upload ? upload.name : "");
  if (job.state === "processing") return [phaseOf(job), percent(job.percent ?? 0)].filter(Boolean).join(", ");
  return ENDED.has(job.state) ? word(lookOf(item)) : `${word(lookOf(item))}, ${percent(job.percent ?? 0)}`;
}

/**
 * What happened and what to do, for what failed; null for what did not.
 * @param {Item} item
 * @returns {{what: string, advice: string, supportId: string | null} | null}
 */
export function failureOf({ job, upload }) {
  if (job?.state === "failed" && job.error) {
    const { error } = job;
    const advice = known(`advice.${error.code}`) ? say("advice", { ...error, text: "" }) : (error.advice ?? "");
    return { what: say("failure", error), advice, supportId: error.support_id ?? null };
  }
  if (!job && upload?.problem) {
    const { problem } = upload;
    return { what: problemText(problem), advice: "", supportId: problem.support_id ?? null };
  }
  return null;
}

/**
 * @param {import("./types.js").Problem} problem
 * @returns {string}
 */
export function problemText(problem) {
  const params = { ...problem.params };
  if (problem.code === "file_too_large" && typeof params["limit"] === "number") {
    return t("ui.problem.file_too_large", { size: bytes(params["limit"]) });
  }
  const { state, event, field } = params; // codes too, with words of their own here
  const words = { state: known(`ui.state.${state}`), event: known(`ui.action.${event}`), field: known(`ui.field.${field}`) };
  for (const [name, text] of Object.entries(words)) if (text) params[name] = text;
  const own = known(`ui.problem.${problem.code}`) ? t(`ui.problem.${problem.code}`, params) : null;
  return own ?? say("problem", { code: problem.code, params, text: problem.detail ?? problem.title ?? problem.code });
}

/** What a person can do with a job, the main thing first; `retry_pages` and `retry_chunks` run only what failed, `stop_now` ends
 * a pause's wait, `change` is of options before the start, `repeat` makes a new job over the same document.
 * @typedef {"start"|"change"|"pause"|"stop_now"|"resume"|"cancel"|"retry"|"retry_pages"|"retry_chunks"|"repeat"} Action */

/**
 * @param {JobValue} job
 * @returns {Action[]}
 */
export function actionsOf(job) {
  switch (job.state) {
    case "staged":
      return ["start", "change", "cancel"];
    case "queued":
    case "processing":
      return ["pause", "cancel"];
    case "paused":
      return ["resume", "cancel"];
    case "pausing":
      return ["resume", "stop_now", "cancel"];
    case "waiting":
      return ["cancel"];
    case "failed":
    case "cancelled":
      return ["retry", ...repeats(job)];
    case "completed":
      return [...retries(job), ...repeats(job)];
  }
}

/** @param {JobValue} job @returns {Action[]} */
function retries({ warnings }) {
  const failed = (/** @type {string} */ what) => Object.keys(warnings ?? {}).some((key) => key.startsWith(what));
  if (failed("chunk-")) return ["retry_chunks"];
  return failed("page-") ? ["retry_pages"] : [];
}

/** @param {JobValue} job @returns {Action[]} */
function repeats(job) {
  return job.document_id && job.pipeline !== "sheet" ? ["repeat"] : []; // a sheet is made anew where its sentences are
}

/**
 * Whether a cancel would throw work away.
 * @param {JobValue} job
 */
export function workHasBegun(job) {
  return Boolean(job.started_at) || (job.percent ?? 0) > 0;
}

/**
 * "18 of 30 done", "1 failed": what is said of a batch wherever it is told of.
 * @param {ReturnType<typeof import("./items.js").countsOf>} counts
 * @param {number} total
 * @returns {string[]}
 */
export function batchWords({ completed, needsYou, failed, cancelled, warnings }, total) {
  const also = { needs_you: needsYou, failed, cancelled, warnings };
  return [
    t("ui.batch.done", { of: ofTotal(completed, total) }),
    ...Object.entries(also).flatMap(([what, count]) => (count ? [t(`ui.batch.${what}`, { count })] : [])),
  ];
}

/**
 * The look of a batch in which all has ended.
 * @param {{failed: number, completed: number}} counts
 */
export function batchLook({ failed, completed }) {
  if (failed === 0) return completed > 0 ? "completed" : "cancelled";
  return completed > 0 ? "warnings" : "failed";
}

/** "18 of 30". @param {number} done @param {number} total */
export function ofTotal(done, total) {
  return t("ui.of_total", { done: number(done, 0), total: number(total, 0) });
}
