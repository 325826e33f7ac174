/**
 * What the start page lists: uploads and jobs as one kind of item, in groups of one batch each. Pure.
 *
 * Those that need a person stand first. All others are sorted by what never changes and is the same in every tab:
 * batches by when they were made, the documents of one by name, since they are uploaded side by side and become jobs
 * in no order that means anything. So a card never moves because its job did.
 */

/** @import {BatchValue, JobValue, Question} from "./types.js" */
/** @import {Upload, Uploads} from "./upload.js" */

/**
 * The share of a bar that the upload fills, in percent. A document has one bar from its first byte to its end:
 * the first tenth is the upload, the rest is the job's own percent. The two parts are set apart by a notch and the
 * line beside names the part and its own figure, so neither pretends to be the other. A job exists only once its
 * bytes are safe, so in every tab its first tenth is full; both parts only grow, hence the whole never goes back.
 */
export const UPLOAD_SHARE = 10;

export const ENDED = new Set(["completed", "failed", "cancelled"]);
export const UNSENT = new Set(["waiting", "sending", "storing"]);

/**
 * @typedef {{key: string, group: string, job: JobValue | null, upload: Upload | null}} Item
 * @typedef {{key: string, batchId: string | null, created: number, items: Item[]}} Group
 */

const BY_NAME = new Intl.Collator("en", { numeric: true });

/** @param {Item} item */
function nameOf({ job, upload }) {
  return upload?.name ?? job?.name ?? "";
}

/** @param {Item} item */
export function needsPerson(item) {
  return item.job?.state === "waiting";
}

/**
 * Whether something happens to it, or would if a person answered: not what was staged or paused.
 * @param {Item} item
 */
export function underWay({ job, upload }) {
  if (job) return ["queued", "processing", "pausing", "waiting"].includes(job.state);
  return upload !== null && (isUnsent(upload) || upload.state === "accepted");
}

/**
 * The other documents that ask the same: one answer may do for all of them.
 * @param {Item[]} items
 * @param {string} jobId
 * @param {Question} question
 * @returns {{job: JobValue, question: Question}[]}
 */
export function alike(items, jobId, question) {
  const asked = (/** @type {Question} */ each) => JSON.stringify([each.code, each.fields, each.choices]);
  return items.flatMap(({ job }) => {
    const theirs = job?.state === "waiting" ? job.question : undefined;
    return job && theirs && job.id !== jobId && asked(theirs) === asked(question) ? [{ job, question: theirs }] : [];
  });
}

/** @param {Item} item */
export function ended(item) {
  if (item.job) return ENDED.has(item.job.state);
  return !item.upload || !UNSENT.has(item.upload.state);
}

/**
 * Whether it has yet to become a job, and will.
 * @param {Upload} upload
 */
export function isUnsent(upload) {
  return !upload.jobId && UNSENT.has(upload.state);
}

/**
 * How many documents have not ended: those that the service counts in the whole list, and those on their way to it.
 * @param {Record<string, number>} counts by state
 * @param {Upload[]} uploads
 */
export function unfinished(counts, uploads) {
  return unended(counts) + uploads.filter(isUnsent).length;
}

/**
 * How many jobs of these states have not ended.
 * @param {Record<string, number>} counts by state
 * @param {string[]} [states] none: all
 */
export function unended(counts, states = []) {
  return Object.entries(counts)
    .filter(([state]) => state !== "total" && !ENDED.has(state) && (states.length === 0 || states.includes(state)))
    .reduce((sum, [, count]) => sum + count, 0);
}

/**
 * How far an item's bar is: both parts 0 to 1, and the whole 0 to 100.
 * @param {Item} item
 * @returns {{upload: number, work: number, whole: number}}
 */
export function barOf(item) {
  const { job, upload } = item;
  const sent = job || !upload ? 1 : upload.size > 0 ? upload.sent / upload.size : upload.jobId ? 1 : 0;
  const work = (job?.percent ?? 0) / 100;
  return { upload: sent, work, whole: UPLOAD_SHARE * sent + (100 - UPLOAD_SHARE) * work };
}

/**
 * The items that need a person, and the groups of the others, newest first.
 * @param {JobValue[]} jobs
 * @param {Uploads} uploads
 * @returns {{urgent: Item[], groups: Group[]}}
 */
export function grouped(jobs, uploads) {
  /** @type {Map<string, Group>} */
  const groups = new Map();
  /** @type {Set<Upload>} */
  const placed = new Set();
  /** @type {Map<Item, number>} */
  const places = new Map();
  const put = (/** @type {JobValue | null} */ job, /** @type {Upload | null} */ upload) => {
    const drop = upload?.drop ?? uploads.drops.find((each) => each.batchId !== null && each.batchId === job?.batch_id);
    const batchId = drop ? drop.batchId : (job?.batch_id ?? null);
    const key = upload?.key ?? job?.id ?? "";
    const item = { key, group: drop?.key ?? batchId ?? key, job, upload };
    const created = drop?.created ?? job?.created_at ?? 0;
    const group = groups.get(item.group) ?? { key: item.group, batchId, created, items: [] };
    group.created = Math.min(group.created, created);
    group.items.push(item);
    groups.set(item.group, group);
    places.set(item, upload?.index ?? job?.created_at ?? 0);
  };
  for (const job of jobs) {
    const upload = uploads.ofJob(job);
    if (upload) placed.add(upload);
    put(job, upload ?? null);
  }
  const shown = new Map(jobs.map((job) => [job.id, job]));
  for (const upload of uploads.all) {
    if (placed.has(upload)) continue;
    const job = shown.get(upload.jobId ?? "");
    if (!job) put(null, upload);
    // The job stays where it is, and is shown once more where the file was dropped; but it asks a person only once.
    else if (upload.duplicate && job.state !== "waiting") put(job, upload);
  }
  const sorted = [...groups.values()].sort((a, b) => b.created - a.created || (a.key < b.key ? 1 : -1));
  const byPlace = (/** @type {Item} */ a, /** @type {Item} */ b) => BY_NAME.compare(nameOf(a), nameOf(b))
    || (places.get(a) ?? 0) - (places.get(b) ?? 0) || (a.key < b.key ? -1 : 1);
  for (const group of sorted) group.items.sort(byPlace);
  return {
    urgent: sorted.flatMap((group) => group.items.filter(needsPerson)),
    groups: sorted.map((group) => ({ ...group, items: group.items.filter((each) => !needsPerson(each)) })),
  };
}

/**
 * How many documents of the groups at work have ended, for the tab's title; null when nothing is at work.
 * @param {{urgent: Item[], groups: Group[]}} list
 * @param {(batchId: string) => Pick<BatchValue, "total" | "counts" | "jobs"> | undefined} batchOf
 * @returns {{done: number, total: number} | null}
 */
export function tally(list, batchOf) {
  let [done, total] = [0, 0];
  for (const group of list.groups) {
    const items = [...group.items, ...list.urgent.filter((each) => each.group === group.key)];
    const sum = sumOf(items, group.batchId ? batchOf(group.batchId) : undefined);
    if (sum.done >= sum.total) continue;
    done += sum.done;
    total += sum.total;
  }
  return total > 0 ? { done, total } : null;
}

/**
 * A batch's documents that have ended, and all: those the service told of in the batch, and those it did not yet.
 * @param {Item[]} items
 * @param {Pick<BatchValue, "total" | "counts" | "jobs"> | undefined} batch
 */
export function sumOf(items, batch) {
  if (!batch) return { done: items.filter(ended).length, total: items.length };
  const others = notIn(batch.jobs ?? {}, items);
  const count = (/** @type {string} */ state) => batch.counts[state] ?? 0;
  const over = count("completed") + count("failed") + count("cancelled");
  const overElsewhere = others.filter((each) => ended(each) && (each.job || !each.upload?.jobId));
  return { done: over + overElsewhere.length, total: batch.total + others.length };
}

/**
 * The items that are not among a batch's jobs. The batch may tell of a job before the card or the answer to its upload
 * comes: an upload that nothing is known of is then taken for the job of its name.
 * @param {NonNullable<BatchValue["jobs"]>} jobs
 * @param {Item[]} items
 */
function notIn(jobs, items) {
  const idOf = (/** @type {Item} */ each) => each.job?.id ?? each.upload?.jobId ?? "";
  const ids = new Set(items.map(idOf));
  const names = Object.entries(jobs).filter(([id]) => !ids.has(id)).map(([, job]) => job.name);
  return items.filter((each) => {
    if (idOf(each)) return !(idOf(each) in jobs);
    const at = names.indexOf(each.upload?.name ?? "");
    if (at >= 0) names.splice(at, 1);
    return at < 0;
  });
}

/**
 * How many of a batch's documents are what: those of the service, and those that never came to be its.
 * @param {Item[]} items
 * @param {BatchValue | undefined} batch
 */
export function countsOf(items, batch) {
  const here = (/** @type {(item: Item) => boolean} */ test) => items.filter(test).length;
  const count = (/** @type {string} */ state) => batch?.counts[state] ?? here((each) => each.job?.state === state);
  const never = (/** @type {string} */ state) => here((each) => !each.job && each.upload?.state === state);
  return {
    completed: count("completed"),
    failed: count("failed") + never("refused") + never("lost"),
    retriable: count("failed") + never("lost"),
    cancelled: count("cancelled") + never("cancelled"),
    staged: here((each) => each.job?.state === "staged"),
    pausable: count("queued") + count("processing"),
    paused: count("paused") + count("pausing"),
    needsYou: batch?.needs_you ?? here((each) => each.job?.state === "waiting"),
    warnings: batch?.warnings ?? here((each) => Object.keys(each.job?.warnings ?? {}).length > 0),
  };
}
