/** How a job's pages travel: neighbours of the same value as one range, `{"1-310": "td", "311": "tr"}`. Pure. */

/** @import {Frame, Value} from "./types.js" */

/** No document has a page with a higher number. */
export const HIGHEST_PAGE = 100_000;

const RANGE = /^([1-9][0-9]{0,9})-([1-9][0-9]{0,9})$/;

/** No range of pages, or more pages than a document can have: no service that keeps to the protocol says that. */
export class BadRange extends Error {}

/**
 * The frame as the law reads it: with its pages one by one. Throws BadRange.
 * @param {Frame} frame
 * @returns {Frame}
 */
export function withPlainPages(frame) {
  if (!frame.job_id) return frame;
  if (frame.value?.["pages"]) return { ...frame, value: plain(frame.value) };
  return frame.set?.["pages"] ? { ...frame, set: plain(frame.set) } : frame;
}

/**
 * The pages one by one. Throws BadRange.
 * @param {Record<string, string | null>} ranges
 * @returns {Record<string, string | null>}
 */
export function unpacked(ranges) {
  /** @type {Record<string, string | null>} */
  const pages = {};
  let left = HIGHEST_PAGE;
  for (const [key, value] of Object.entries(ranges)) {
    if (!key.includes("-")) {
      pages[key] = value;
      continue;
    }
    const [, first = 0, last = 0] = (RANGE.exec(key) ?? []).map(Number);
    left -= last - first + 1;
    if (first >= last || last > HIGHEST_PAGE || left < 0) {
      throw new BadRange(`not a range of pages: ${key.slice(0, 40)}`);
    }
    for (let page = first; page <= last; page += 1) pages[page] = value;
  }
  return pages;
}

/**
 * @param {Value} fields
 * @returns {Value}
 */
function plain(fields) {
  return { ...fields, pages: unpacked(fields["pages"]) };
}
