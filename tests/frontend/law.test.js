import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { adopt, apply, applyValue, merge, verdict } from "../../frontend_static/law.js";

/** @typedef {import("../../frontend_static/types.js").Snapshot} Snapshot */
/** @typedef {import("../../frontend_static/types.js").Patch} Patch */
/** @typedef {{name: string, snapshot: Snapshot, patches: Patch[], merged: Patch, result: Snapshot}} Vector */

/** @type {Vector[]} */
const vectors = JSON.parse(readFileSync(new URL("../protocol/golden.json", import.meta.url), "utf8"));

test("there are golden vectors", () => assert.ok(vectors.length > 0));

for (const { name, snapshot, patches, merged, result } of vectors) {
  test(`golden: ${name}`, () => {
    assert.deepEqual(patches.reduce(apply, snapshot), result, "one by one");
    assert.deepEqual(patches.reduce(merge), merged, "merged from the left");
    assert.deepEqual(patches.reduceRight((later, earlier) => merge(earlier, later)), merged, "merged from the right");
    assert.deepEqual(apply(snapshot, merged), result, "the merged patch at once");
    assert.deepEqual(apply(result, merged), result, "and again");
  });
}

test("a fresh snapshot of the same run never takes percent back, not even from another epoch", () => {
  const known = { epoch: "a", seq: 9, run: 1, value: { percent: 40 } };
  assert.equal(adopt(known, { epoch: "b", seq: 2, run: 1, value: { percent: 38 } }).value["percent"], 40);
  assert.equal(adopt(known, { epoch: "b", seq: 2, run: 2, value: { percent: 0 } }).value["percent"], 0);
  assert.equal(adopt(undefined, { epoch: "b", seq: 2, run: 2, value: { percent: 3 } }).value["percent"], 3);
});

test("a patch fits from have + 1 on, is known when it brings nothing, and is a gap otherwise", () => {
  const snapshot = { epoch: "a", seq: 5, run: 1, value: {} };
  const patch = (/** @type {string} */ epoch, /** @type {[number, number]} */ seq) => ({ epoch, seq, run: 1, set: {} });
  assert.equal(verdict(snapshot, patch("a", [6, 6])), "apply");
  assert.equal(verdict(snapshot, patch("a", [3, 8])), "apply");
  assert.equal(verdict(snapshot, patch("a", [2, 5])), "known");
  assert.equal(verdict(snapshot, patch("a", [7, 8])), "gap");
  assert.equal(verdict(snapshot, patch("b", [6, 6])), "gap");
  assert.equal(verdict(undefined, patch("a", [1, 1])), "gap");
});

test("values of batches and workers merge to any depth, and null deletes", () => {
  const value = { counts: { queued: 2, done: 1 }, workers: { a: { running: { s: { phase: "x" } } }, b: {} }, eta: 3 };
  const after = applyValue(value, { counts: { queued: 1 }, workers: { a: { running: { s: null } }, b: null }, eta: null });
  assert.deepEqual(after, { counts: { queued: 1, done: 1 }, workers: { a: { running: {} } } });
});
