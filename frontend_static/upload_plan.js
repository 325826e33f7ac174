/** Which files share a request, whose bytes have gone up, and which answer is whose. Pure. */

/** @import {Problem} from "./types.js" */

/** A request holds few files, so that one that breaks off costs little and each file's bar moves by itself. */
export const FILES_A_REQUEST = 5;
export const BYTES_A_REQUEST = 8_000_000;

/**
 * Groups of places in `sizes`, in order; a large file goes alone.
 * @param {number[]} sizes bytes
 * @param {number} [mostFiles] what the service takes at once
 * @returns {number[][]}
 */
export function planRequests(sizes, mostFiles = FILES_A_REQUEST) {
  /** @type {number[][]} */
  const requests = [];
  /** @type {number[]} */
  let open = [];
  let held = 0;
  sizes.forEach((size, at) => {
    const full = open.length >= Math.min(FILES_A_REQUEST, mostFiles) || held + size > BYTES_A_REQUEST;
    if (open.length > 0 && full) {
      requests.push(open);
      open = [];
      held = 0;
    }
    open.push(at);
    held += size;
  });
  if (open.length > 0) requests.push(open);
  return requests;
}

/**
 * The browser tells how much of a whole request has gone up. Parts go one after the other, so the bytes belong to
 * the files in turn; what is not file (part headers) is shared evenly.
 * @param {number[]} sizes bytes
 * @param {number} loaded bytes of the request that have gone
 * @param {number} total bytes of the request
 * @returns {number[]} bytes of each file that have gone
 */
export function sentOf(sizes, loaded, total) {
  const files = sizes.reduce((sum, size) => sum + size, 0);
  const around = sizes.length ? Math.max(0, total - files) / sizes.length : 0;
  let left = loaded;
  return sizes.map((size) => {
    left -= around;
    const gone = Math.min(size, Math.max(0, left));
    left -= size;
    return gone;
  });
}

/**
 * @typedef {{name: string, job_id: string, document_id: string, duplicate_of?: string|null}} Accepted
 * @typedef {{name: string, problem: Problem}} Rejected
 */

/**
 * Gives each file its answer. Answers are in the order of the parts, but the service may show a name made safe, so
 * names are tried first and what is left over is dealt out in order.
 * @param {string[]} names
 * @param {{accepted?: Accepted[], rejected?: Rejected[]}} answer
 * @returns {(Accepted | Rejected | null)[]}
 */
export function answersOf(names, answer) {
  /** @type {(Accepted | Rejected)[]} */
  const left = [...(answer.accepted ?? []), ...(answer.rejected ?? [])];
  const found = names.map((name) => {
    const at = left.findIndex((each) => each.name === name);
    return at < 0 ? null : (left.splice(at, 1)[0] ?? null);
  });
  return found.map((each) => each ?? left.shift() ?? null);
}
