import assert from "node:assert/strict";
import { test } from "node:test";

import { chunkCells, chunkCounts, chunkFailures, partOf } from "../../frontend_static/chunk_cells.js";
import { BLOCK_ROWS, MOST_ROWS, SentenceRows, hitsIn } from "../../frontend_static/sentence_rows.js";

/**
 * What the service answers: rows of these chunks from a place on.
 * @param {Record<string, number>} chunks
 * @param {number} offset
 * @param {number} limit
 * @param {{whole?: boolean}} [how]
 */
function answer(chunks, offset, limit, { whole = false } = {}) {
  const all = Object.entries(chunks).flatMap(([chunk, count]) => Array.from({ length: count }, (_, at) => ({
    id: `${chunk}:${at}`, number: null, chunk: Number(chunk), text: `${chunk}.${at}`, words: 1, page: 1,
  })));
  return { items: all.slice(offset, offset + limit), offset, total: all.length, whole, chunks };
}

const job = /** @type {any} */ ({ chunks: { 10: "p0", 2: "r2", 1: "d1", 3: "f3" } });

test("which chunks are there is said with their gaps", () => {
  const part = (/** @type {string} */ letters) => partOf([...letters].map((state, at) => ({ number: at + 1, state, tries: 1 })));
  assert.deepEqual(part("dddfdp"), { chunks: "1–3, 5", count: 4, total: 6 });
  assert.deepEqual(part("dp"), { chunks: "1", count: 1, total: 2 });
  assert.equal(part("ddd"), null);
  assert.equal(part(""), null);
});

test("chunks are cells in the order of the document, with state and tries", () => {
  const cells = chunkCells(job);
  assert.deepEqual(cells.map((each) => `${each.number}${each.state}${each.tries}`), ["1d1", "2r2", "3f3", "10p0"]);
  assert.deepEqual(chunkCounts(cells), { p: 1, r: 1, d: 1, f: 1, w: 0 });
  assert.deepEqual(chunkCells(/** @type {any} */ ({})), []);
});

test("only warnings that name a chunk are its failures", () => {
  const warnings = { "chunk-10": { code: "b" }, "page-2": { code: "c" }, "chunk-9": { code: "a" }, "refused-3": { code: "d" } };
  assert.deepEqual(chunkFailures(/** @type {any} */ ({ warnings })).map((each) => each.chunk), [9, 10]);
});

test("a chunk that comes later moves those behind it, and their rows stay theirs", () => {
  const rows = new SentenceRows();
  rows.take(answer({ 1: 3, 3: 2 }, 0, 100));
  assert.deepEqual([0, 2, 3, 4].map((at) => rows.row(at)?.text), ["1.0", "1.2", "3.0", "3.1"]);
  rows.stale();
  rows.take(answer({ 1: 3, 2: 4, 3: 2 }, 3, 2));
  assert.deepEqual([2, 3, 4, 5, 7, 8].map((at) => rows.row(at)?.text), ["1.2", "2.0", "2.1", undefined, "3.0", "3.1"]);
  assert.equal(rows.beginning(3), 7);
  assert.equal(rows.beginning(4), null);
});

test("chunks without rows are gaps where they will stand; those that are alike are one", () => {
  const rows = new SentenceRows();
  rows.take(answer({ 1: 2, 4: BLOCK_ROWS + 1 }, 0, 10));
  const cells = chunkCells(/** @type {any} */ ({ chunks: { 1: "d1", 2: "r1", 3: "r1", 4: "d1", 5: "f3", 6: "p0", 7: "p0", 8: "d1" } }));
  const told = rows.blocks(cells).map((each) => (each.gap ? `${each.gap.state}${each.gap.first}-${each.gap.last}` : `${each.key}x${each.count}@${each.offset}`));
  assert.deepEqual(told, ["1:0x2@0", "r2-3", "4:0x50@2", "4:50x1@52", "f5-5", "p6-7"]);
});

test("what is in sight is asked for once, in stretches that the service gives, and again when it may have changed", () => {
  const rows = new SentenceRows();
  assert.deepEqual(rows.wants([]), { offset: 0, limit: 100 });
  rows.take(answer({ 1: 1000 }, 0, 100));
  const blocks = rows.blocks([]);
  assert.equal(rows.wants(blocks.slice(0, 2)), null);
  assert.deepEqual(rows.wants(blocks.slice(1, 9)), { offset: 100, limit: MOST_ROWS });
  rows.stale();
  assert.deepEqual(rows.wants(blocks.slice(0, 2)), { offset: 0, limit: 100 });
  assert.equal(rows.row(5)?.text, "1.5");
});

test("an answer that was asked for before a change does not count as news", () => {
  const rows = new SentenceRows();
  const { version } = rows;
  rows.stale();
  rows.take(answer({ 1: 10 }, 0, 100), version);
  assert.equal(rows.row(0)?.text, "1.0");
  assert.deepEqual(rows.wants(rows.blocks([])), { offset: 0, limit: BLOCK_ROWS / 5 });
});

test("rows that became one table are read again", () => {
  const rows = new SentenceRows();
  rows.take(answer({ 1: 10 }, 0, 100));
  rows.take(answer({ 1: 9, 2: 1 }, 0, 1, { whole: true }));
  assert.deepEqual(rows.wants(rows.blocks([])), { offset: 0, limit: 10 });
});

test("what was found is one stretch, of whatever chunks", () => {
  const rows = new SentenceRows({ found: true });
  rows.take({ ...answer({ 4: 2, 9: 1 }, 0, 100), total: 3 });
  assert.deepEqual(rows.blocks(chunkCells(job)).map((each) => each.key), ["0:0"]);
  assert.equal(rows.row(2)?.text, "9.0");
  rows.replace({ .../** @type {any} */ (rows.row(2)), text: "new" });
  assert.equal(rows.row(2)?.text, "new");
});

test("what is sought is marked whatever its case and accents", () => {
  const marked = (/** @type {string} */ text, /** @type {string} */ query) => hitsIn(text, query).map((each) => (each.hit ? `[${each.text}]` : each.text)).join("");
  assert.equal(marked("L’Été, l'été.", "ete"), "L’[Été], l'[été].");
  assert.equal(marked("Sœur et chœur", "oeur"), "S[œur] et ch[œur]");
  assert.equal(marked("L’homme", "l'h"), "[L’h]omme");
  assert.equal(marked("abc", ""), "abc");
  assert.equal(marked("aab", "ab"), "a[ab]");
});
