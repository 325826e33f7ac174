/** The chunks of a long document as cells, and what is said of each. Pure. */

/** @import {JobValue} from "./types.js" */

/**
 * `state` as in the snapshot: p pending, r at work, d done, f failed, w tried again later.
 * @typedef {{number: number, state: string, tries: number}} ChunkCell
 */

/**
 * @param {JobValue | undefined} job
 * @returns {ChunkCell[]} in the order of the document
 */
export function chunkCells(job) {
  return Object.entries(job?.chunks ?? {}).map(([number, told]) => ({
    number: Number(number), state: told[0] ?? "p", tries: Number(told.slice(1)) || 0,
  })).sort((a, b) => a.number - b.number);
}

/**
 * How many of the chunks are in each state.
 * @param {ChunkCell[]} cells
 */
export function chunkCounts(cells) {
  /** @type {Record<string, number>} */
  const counts = { p: 0, r: 0, d: 0, f: 0, w: 0 };
  for (const { state } of cells) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

/**
 * Which chunks are done, where not all are: `1–4, 6` of how many.
 * @param {ChunkCell[]} cells
 * @returns {{chunks: string, count: number, total: number} | null}
 */
export function partOf(cells) {
  /** @type {[number, number][]} */
  const ranges = [];
  const done = cells.filter((each) => each.state === "d");
  if (done.length === cells.length) return null;
  for (const { number } of done) {
    const last = ranges.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  const chunks = ranges.map(([first, last]) => (first === last ? String(first) : `${first}–${last}`)).join(", ");
  return { chunks, count: done.length, total: cells.length };
}

/**
 * The warnings that name a chunk, by chunk: why each that failed did.
 * @param {JobValue} job
 */
export function chunkFailures(job) {
  return Object.entries(job.warnings ?? {}).flatMap(([key, failure]) => {
    const chunk = /^chunk-(\d+)$/.exec(key)?.[1];
    return chunk ? [{ chunk: Number(chunk), failure }] : [];
  }).sort((a, b) => a.chunk - b.chunk);
}
