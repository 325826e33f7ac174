import assert from "node:assert/strict";
import { test } from "node:test";

import { Store } from "../../frontend_static/store.js";

/** @param {string} id @param {number} seq @param {object} [value] */
const card = (id, seq, value = {}) => ({
  type: "card", topic: "jobs", job_id: id, epoch: "e", seq: /** @type {[number, number]} */ ([1, seq]), run: 1, place: 0,
  value: { id, state: "queued", ...value },
});
/** @param {number} total @param {boolean} [more] */
const beginning = (total, more = false) => ({ type: "snapshot", topic: "jobs", counts: { total, queued: total }, more });
/** @param {string} id @param {[number, number]} seq @param {object} set */
const patch = (id, seq, set) => ({ type: "patch", topic: "jobs", job_id: id, epoch: "e", seq, run: 1, set });
const ids = (/** @type {Store} */ store) => store.list("jobs").map((job) => job.id);

/** @param {object[]} frames */
function storeWith(...frames) {
  const store = new Store();
  store.topic("jobs");
  for (const frame of frames) store.take(/** @type {any} */ (frame));
  return store;
}

test("a list is its beginning, its cards, and patches of them", () => {
  const store = storeWith(beginning(2, true), card("a", 1), card("b", 1), patch("a", [2, 2], { percent: 5 }));
  assert.deepEqual(ids(store), ["a", "b"]);
  assert.equal(store.list("jobs")[0]?.percent, 5);
  assert.equal(store.topic("jobs").more, true);
});

test("a list that grows past its limit while it is watched has more, and then no more", () => {
  const store = storeWith(beginning(1), card("a", 1));
  const counted = (/** @type {boolean | undefined} */ more) => {
    store.take({ type: "counts", topic: "jobs", counts: { total: 2 }, ...(more === undefined ? {} : { more }) });
    return store.topic("jobs").more;
  };
  assert.deepEqual([counted(undefined), counted(true), counted(undefined), counted(false)], [false, true, true, false]);
});

test("a hole asks for the topic anew and changes nothing", () => {
  const store = storeWith(beginning(1), card("a", 1, { percent: 1 }));
  assert.equal(store.take(patch("a", [3, 3], { percent: 9 })), "resubscribe");
  assert.equal(store.take(patch("never seen", [2, 2], {})), "resubscribe");
  assert.equal(store.list("jobs")[0]?.percent, 1);
});

test("a list that begins anew keeps its old cards until the new ones have come", () => {
  const store = storeWith(beginning(2), card("a", 1), card("b", 1), beginning(2));
  assert.deepEqual(ids(store), ["a", "b"]);
  store.take(card("c", 1));
  assert.deepEqual(ids(store), ["a", "b", "c"]);
  store.take(card("b", 2));
  assert.deepEqual(ids(store), ["b", "c"]);
});

test("a list that begins anew and empty is empty at once", () => {
  assert.deepEqual(ids(storeWith(beginning(1), card("a", 1), beginning(0))), []);
});

test("a list whose new cards stay away forgets the old ones at the second beat", () => {
  const store = storeWith(beginning(1), card("a", 1), beginning(1));
  store.take({ type: "ping", at: 1 });
  assert.deepEqual(ids(store), ["a"]);
  store.take({ type: "ping", at: 2 });
  assert.deepEqual(ids(store), []);
});

test("gone takes a card away, an older card changes nothing, percent stays where it was", () => {
  const store = storeWith(beginning(2), card("a", 1), card("b", 7, { percent: 50 }));
  store.take({ type: "gone", topic: "jobs", job_id: "a" });
  store.take(card("b", 5, { percent: 60 }));
  store.take({ ...card("b", 1, { percent: 20 }), epoch: "another" });
  assert.deepEqual(ids(store), ["b"]);
  assert.equal(store.list("jobs")[0]?.percent, 50);
});

test("a job can be resumed from where it stands; a list cannot", () => {
  const store = storeWith(beginning(1), card("a", 1));
  store.topic("job:a");
  assert.equal(store.since("job:a"), undefined);
  store.take({ type: "snapshot", topic: "job:a", job_id: "a", epoch: "e", seq: 41, run: 1, value: {} });
  store.take({ ...patch("a", [42, 45], { pages: { 1: "td" } }), topic: "job:a" });
  assert.equal(store.since("job:a"), "e:45");
  assert.equal(store.since("jobs"), undefined);
});

test("a refused topic keeps its problem, and only topics that are held are kept", () => {
  const store = storeWith();
  store.topic("job:x");
  store.take({ type: "error", id: 1, topic: "job:x", problem: { code: "not_found", status: 404 } });
  assert.equal(store.topic("job:x").problem?.code, "not_found");
  assert.equal(store.take({ type: "snapshot", topic: "batch:y", value: {} }), "ignored");
});

test("a batch is its value and what changed of it", () => {
  const store = storeWith();
  store.topic("batch:b");
  assert.equal(store.take({ type: "patch", topic: "batch:b", set: { percent: 1 } }), "resubscribe");
  store.take({ type: "snapshot", topic: "batch:b", value: { total: 2, counts: { queued: 2 }, eta_seconds: 4 } });
  store.take({ type: "patch", topic: "batch:b", set: { counts: { queued: 1, completed: 1 }, eta_seconds: null } });
  assert.deepEqual(store.batch("batch:b"), { total: 2, counts: { queued: 1, completed: 1 } });
});
