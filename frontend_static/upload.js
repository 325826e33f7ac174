/**
 * Bytes on their way up. An upload has one entry from the drop to the accepted job; the entry then knows its job's
 * id, so that card and focus stay where they are.
 */

/** @import {JobValue, Problem} from "./types.js" */
/** @import {Accepted, Rejected} from "./upload_plan.js" */
/** @import {Send} from "./transport.js" */

import { problemFrom, unreachable } from "./api.js";
import { answersOf, planRequests, sentOf } from "./upload_plan.js";

const REQUESTS_AT_ONCE = 3;

/**
 * @typedef {{pipeline: string, options: Record<string, unknown>, start: boolean, priority: string}} Choice
 * @typedef {{key: string, batchId: string|null, created: number, choice: Choice, uploads: Upload[]}} Drop
 *
 * waiting: for its turn. sending. storing: all bytes are up, the service has not answered yet. accepted: it is a job.
 * refused: the service said no. lost: the connection failed twice. cancelled.
 * @typedef {"waiting"|"sending"|"storing"|"accepted"|"refused"|"lost"|"cancelled"} UploadState
 *
 * @typedef {object} Upload
 * @property {string} key
 * @property {Drop} drop
 * @property {number} index its place in the drop
 * @property {File | null} file let go of once it is a job
 * @property {string} name
 * @property {number} size
 * @property {number} sent the most bytes that have gone up; never less than before, also when sent again
 * @property {UploadState} state
 * @property {string | null} jobId
 * @property {boolean} duplicate the job existed already
 * @property {Problem | null} problem
 *
 * @typedef {{uploads: Upload[], abort: AbortController}} Request
 *
 * @typedef {object} Ways
 * @property {Send} send
 * @property {() => Promise<{batch_id: string}>} newBatch
 * @property {() => string} newKey
 * @property {(tries: number) => Promise<void>} patience waits before a second try
 * @property {() => number} now seconds since 1970, on the service's clock
 */

export class Uploads extends EventTarget {
  /** @type {Drop[]} */
  drops = [];
  /** @type {Map<string, Upload>} */
  #byJob = new Map();
  /** @type {Set<Request>} */
  #open = new Set();
  /** @type {Upload[][]} */
  #queue = [];
  #keys = 0;

  /**
   * @param {Ways} ways
   * @param {{file_bytes: number, files_per_request: number}} limits
   */
  constructor(ways, limits) {
    super();
    this.ways = ways;
    this.limits = limits;
  }

  /** All uploads, in the order of their drops. */
  get all() {
    return this.drops.flatMap((drop) => drop.uploads);
  }

  /** Whether closing the page would lose bytes. */
  get busy() {
    return this.all.some((each) => ["waiting", "sending", "storing"].includes(each.state));
  }

  /**
   * Takes files in and begins to send them, as one batch.
   * @param {File[]} files
   * @param {Choice} choice
   */
  async add(files, choice) {
    if (files.length === 0) return;
    /** @type {Drop} */
    const drop = { key: this.#key("d"), batchId: null, created: this.ways.now(), choice, uploads: [] };
    drop.uploads = files.map((file, index) => ({
      key: this.#key("u"), drop, index, file, name: file.name, size: file.size, sent: 0,
      state: "waiting", jobId: null, duplicate: false, problem: null,
    }));
    this.drops.push(drop);
    for (const upload of drop.uploads) this.#refuseTooLarge(upload);
    this.#changed();
    await this.#enqueue(drop, drop.uploads.filter((each) => each.state === "waiting"));
  }

  /**
   * Sends again what was lost or refused.
   * @param {Upload} upload
   */
  async again(upload) {
    if (!upload.file) return;
    upload.state = "waiting";
    upload.problem = null;
    this.#changed();
    await this.#enqueue(upload.drop, [upload]);
  }

  /**
   * Stops an upload. Others in the same request are sent anew: the service knows what it has by its content.
   * @param {Upload} upload
   */
  cancel(upload) {
    upload.state = "cancelled";
    this.#queue = this.#queue.map((group) => group.filter((each) => each !== upload)).filter((group) => group.length);
    for (const request of this.#open) {
      if (request.uploads.includes(upload)) request.abort.abort();
    }
    this.#changed();
  }

  /**
   * Takes an ended upload off the page.
   * @param {Upload} upload
   */
  dismiss(upload) {
    upload.drop.uploads = upload.drop.uploads.filter((each) => each !== upload);
    this.#changed();
  }

  /**
   * The upload that became this job. The job may be heard of before the answer to its request: then the first of its
   * batch with this name and size is meant.
   * @param {JobValue} job
   * @returns {Upload | undefined}
   */
  ofJob(job) {
    const known = this.#byJob.get(job.id);
    if (known) return known;
    const drop = this.drops.find((each) => each.batchId !== null && each.batchId === job.batch_id);
    const upload = drop?.uploads.find((each) => !each.jobId && each.name === job.name && each.size === job.size
      && (each.state === "sending" || each.state === "storing"));
    if (upload) this.#becomes(upload, job.id);
    return upload;
  }

  /**
   * @param {Drop} drop
   * @param {Upload[]} uploads
   */
  async #enqueue(drop, uploads) {
    if (uploads.length === 0) return;
    try {
      drop.batchId ??= (await this.ways.newBatch()).batch_id;
    } catch (error) {
      const problem = /** @type {{problem?: Problem}} */ (error).problem ?? unreachable();
      this.#settle(uploads, "lost", problem);
      return;
    }
    const waiting = uploads.filter((each) => each.state === "waiting");
    const plan = planRequests(waiting.map((each) => each.size), this.limits.files_per_request);
    for (const places of plan) this.#queue.push(places.flatMap((at) => waiting[at] ?? []));
    this.#pump();
  }

  #pump() {
    while (this.#open.size < REQUESTS_AT_ONCE) {
      const uploads = this.#queue.shift();
      if (!uploads) return;
      const request = { uploads, abort: new AbortController() };
      this.#open.add(request);
      void this.#run(request).finally(() => {
        this.#open.delete(request);
        this.#pump();
      });
    }
  }

  /** @param {Request} request */
  async #run(request) {
    const key = this.ways.newKey();
    const form = formOf(request.uploads); // one form for both tries: the same key must carry the same request
    for (let tries = 0; ; tries += 1) {
      let answer;
      try {
        answer = await this.#send(request, key, form);
      } catch {
        if (request.abort.signal.aborted) return this.#sendTheRest(request.uploads);
      }
      const tryAgain = !answer || answer.status === 429 || answer.status === 503;
      if (tryAgain && tries === 0) {
        await this.ways.patience(answer?.retryAfter ?? 1);
        if (request.abort.signal.aborted) return this.#sendTheRest(request.uploads);
        continue;
      }
      if (!answer) return this.#settle(request.uploads, "lost", unreachable());
      return this.#answered(request.uploads, answer);
    }
  }

  /**
   * @param {Request} request
   * @param {string} key the same for both tries: the service then answers the second as it answered the first
   * @param {FormData} form
   */
  #send(request, key, form) {
    const { uploads, abort } = request;
    const { pipeline, start, priority } = dropOf(uploads).choice;
    const query = new URLSearchParams({ pipeline, start: String(start), priority, batch: dropOf(uploads).batchId ?? "" });
    for (const upload of uploads) {
      if (upload.state === "waiting") upload.state = "sending";
    }
    this.#changed();
    const sizes = uploads.map((each) => each.size);
    return this.ways.send({
      url: `/api/uploads?${query}`,
      form,
      key,
      signal: abort.signal,
      progress: (loaded, total) => this.#progress(uploads, sentOf(sizes, loaded, total), loaded >= total),
    });
  }

  /**
   * @param {Upload[]} uploads
   * @param {number[]} sent
   * @param {boolean} all
   */
  #progress(uploads, sent, all) {
    uploads.forEach((upload, at) => {
      upload.sent = Math.max(upload.sent, sent[at] ?? 0);
      if (upload.state === "sending" && (all || upload.sent >= upload.size)) upload.state = "storing";
    });
    this.#changed();
  }

  /**
   * @param {Upload[]} uploads
   * @param {{status: number, text: string}} answer
   */
  #answered(uploads, answer) {
    /** @type {{accepted?: Accepted[], rejected?: Rejected[]} | null} */
    let body = null;
    try {
      body = JSON.parse(answer.text);
    } catch {
      // Not the service's own answer; said below as what its status means.
    }
    if (!body || (!body.accepted && !body.rejected)) {
      return this.#refuse(uploads, problemFrom(answer.status, answer.text));
    }
    answersOf(uploads.map((each) => each.name), body).forEach((each, at) => {
      const upload = uploads[at];
      if (!upload) return;
      if (each && "job_id" in each) {
        upload.duplicate = Boolean(each.duplicate_of) && !upload.jobId;
        this.#becomes(upload, each.job_id);
      } else if (!upload.jobId) this.#refuse([upload], each?.problem ?? problemFrom(answer.status, ""));
    });
    this.#changed();
  }

  /**
   * @param {Upload} upload
   * @param {string} jobId
   */
  #becomes(upload, jobId) {
    upload.jobId = jobId;
    upload.sent = upload.size;
    if (upload.state !== "cancelled") upload.state = "accepted";
    upload.file = null;
    if (!this.#byJob.has(jobId) && !upload.duplicate) this.#byJob.set(jobId, upload);
    if (upload.state === "cancelled") this.dispatchEvent(new CustomEvent("unwanted", { detail: jobId }));
  }

  /**
   * @param {Upload[]} uploads
   * @param {UploadState} state
   * @param {Problem} problem
   */
  #settle(uploads, state, problem) {
    for (const upload of uploads) {
      if (upload.jobId || upload.state === "cancelled") continue;
      upload.state = state;
      upload.problem = problem;
    }
    this.#changed();
  }

  /**
   * What is wrong with the file stays wrong; what is wrong with the service or the sign-in can be tried again.
   * @param {Upload[]} uploads
   * @param {Problem} problem
   */
  #refuse(uploads, problem) {
    const passing = problem.status >= 500 || problem.status === 401 || problem.status === 429;
    this.#settle(uploads, passing ? "lost" : "refused", problem);
  }

  /** @param {Upload[]} uploads */
  #sendTheRest(uploads) {
    const rest = uploads.filter((each) => each.state !== "cancelled" && !each.jobId);
    for (const upload of rest) upload.state = "waiting";
    if (rest.length > 0) this.#queue.unshift(rest);
    this.#changed();
  }

  /** @param {Upload} upload */
  #refuseTooLarge(upload) {
    if (upload.size <= this.limits.file_bytes) return;
    const problem = { code: "file_too_large", status: 413, params: { limit: this.limits.file_bytes } };
    this.#settle([upload], "refused", problem);
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }

  /** @param {string} kind */
  #key(kind) {
    this.#keys += 1;
    return `${kind}${this.#keys}`;
  }
}

/**
 * @param {Upload[]} uploads at least one, all of one drop
 * @returns {Drop}
 */
function dropOf(uploads) {
  const first = uploads[0];
  if (!first) throw new Error("a request holds at least one upload");
  return first.drop;
}

/** @param {Upload[]} uploads */
function formOf(uploads) {
  const form = new FormData();
  form.append("options", JSON.stringify(dropOf(uploads).choice.options)); // before the files, as the service asks
  for (const upload of uploads) {
    if (upload.file) form.append("files", upload.file, upload.name);
  }
  return form;
}
