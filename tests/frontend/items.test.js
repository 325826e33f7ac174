import assert from "node:assert/strict";
import { test } from "node:test";

import { Announcer } from "../../frontend_static/announcer.js";
import { Changes } from "../../frontend_static/changes.js";
import { alike, barOf, grouped, sumOf, tally, underWay, unended, unfinished } from "../../frontend_static/items.js";
import { FakeWorld } from "./support.js";

/** @typedef {import("../../frontend_static/types.js").JobValue} JobValue */

/** @param {string} id @param {number} created @param {Partial<JobValue>} [more] @returns {JobValue} */
const job = (id, created, more = {}) => ({ id, name: id, pipeline: "text", state: "processing", batch_id: "b1", created_at: created, ...more });
/** @param {string[]} ids @returns {any} */
const batchJobs = (...ids) => Object.fromEntries(ids.map((id) => [id, { job_id: id, name: id }]));
/** @param {any[]} [drops] @returns {any} */
const uploadsOf = (drops = []) => ({
  drops, all: drops.flatMap((each) => each.uploads),
  ofJob: (/** @type {JobValue} */ value) => drops.flatMap((each) => each.uploads).find((each) => each.jobId === value.id),
});
/** @param {ReturnType<typeof grouped>} list */
const keys = (list) => [list.urgent.map((each) => each.key), ...list.groups.map((each) => each.items.map((item) => item.key))];

test("batches stand newest first, the documents of one by name, whichever became a job first", () => {
  const jobs = [job("c", 30, { batch_id: "b2" }), job("scan 10", 20), job("scan 9", 25), job("b", 10)];
  assert.deepEqual(keys(grouped(jobs, uploadsOf())), [[], ["c"], ["b", "scan 9", "scan 10"]]);
});

test("no card moves because of what happens to it, unless it needs a person", () => {
  const jobs = [job("a", 10), job("b", 20), job("c", 30)];
  const before = keys(grouped(jobs, uploadsOf()));
  for (const state of /** @type {const} */ (["queued", "completed", "failed", "cancelled", "paused"])) {
    assert.deepEqual(keys(grouped([{ ...job("a", 10), state }, job("b", 20), job("c", 30)].reverse(), uploadsOf())), before);
  }
  assert.deepEqual(keys(grouped([job("a", 10), { ...job("b", 20), state: "waiting" }, job("c", 30)], uploadsOf())), [["b"], ["a", "c"]]);
});

test("an upload keeps its place and its key when it becomes a job", () => {
  const drop = /** @type {any} */ ({ key: "d1", batchId: null, created: 50 });
  const upload = (/** @type {number} */ index) => ({ key: `u${index}`, name: `u${index}`, drop, index, jobId: null, state: "sending", size: 10, sent: 0 });
  drop.uploads = [upload(0), upload(1), upload(2)];
  const before = keys(grouped([], uploadsOf([drop])));
  drop.batchId = "b1";
  Object.assign(drop.uploads[1], { jobId: "j", state: "accepted" });
  assert.deepEqual(keys(grouped([job("j", 51)], uploadsOf([drop]))), before);
});

test("a file that was here already is shown where it was dropped, and its job stays where it is", () => {
  const drop = /** @type {any} */ ({ key: "d1", batchId: "b2", created: 50 });
  drop.uploads = [{ key: "u0", name: "copy", drop, index: 0, jobId: "a", duplicate: true, state: "accepted", size: 1, sent: 1 }];
  const uploads = { ...uploadsOf([drop]), ofJob: () => undefined };
  const done = job("a", 10, { state: "completed" });
  const list = grouped([done, job("b", 20)], uploads);
  assert.deepEqual(keys(list), [[], ["u0"], ["a", "b"]]);
  assert.equal(list.groups[0]?.items[0]?.job, done);
  assert.deepEqual(keys(grouped([job("a", 10, { state: "waiting" })], uploads)), [["a"], []]);
});

test("a bar goes from the first byte to the end without a step back", () => {
  const item = (/** @type {number} */ sent, /** @type {number | null} */ percent) => /** @type {any} */ ({
    upload: { size: 100, sent, state: "sending", jobId: null }, job: percent === null ? null : job("j", 1, { percent }) });
  const way = [item(0, null), item(40, null), item(100, null), item(100, 0), item(100, 0.1), item(100, 99.9), item(100, 100)];
  const wholes = way.map((each) => barOf(each).whole);
  assert.deepEqual(wholes, [...wholes].sort((a, b) => a - b));
  assert.deepEqual([wholes.at(0), wholes.at(2), wholes.at(-1)], [0, 10, 100]);
});

test("the tally counts the batches at work, and what is still on its way up", () => {
  const list = grouped([job("a", 1, { state: "completed" }), job("b", 2), job("old", 0, { batch_id: "b0", state: "completed" })], uploadsOf());
  assert.deepEqual(tally(list, () => undefined), { done: 1, total: 2 });
  const known = { id: "b1", total: 28, counts: { completed: 18, failed: 1, queued: 9 }, jobs: batchJobs("a", "b") };
  const old = { total: 1, counts: { completed: 1 }, jobs: batchJobs("old") };
  assert.deepEqual(tally(list, (id) => (id === "b1" ? known : old)), { done: 19, total: 28 });
  assert.equal(tally(grouped([job("a", 1, { state: "failed" })], uploadsOf()), () => undefined), null);
  const coming = /** @type {any} */ ({ key: "u", job: null, upload: { jobId: null, name: "u", state: "sending" } });
  assert.deepEqual(sumOf([coming], { total: 2, counts: { completed: 2 } }), { done: 2, total: 3 });
});

test("a document counts once, whichever of batch, card and answer to its upload is heard of first", () => {
  const upload = (/** @type {string | null} */ jobId) => /** @type {any} */ (
    { key: "u", job: null, upload: { jobId, name: "u", state: jobId ? "accepted" : "storing" } });
  const card = /** @type {any} */ ({ key: "u", job: job("u", 1), upload: null });
  const before = { total: 1, counts: { queued: 1 }, jobs: batchJobs("other") };
  const after = { total: 2, counts: { queued: 2 }, jobs: batchJobs("other", "u") };
  for (const batch of [before, after]) {
    for (const item of [upload(null), upload("u"), card]) assert.deepEqual(sumOf([item], batch), { done: 0, total: 2 });
  }
});

test("what is met for the first time is no news; phases, questions and endings are", () => {
  const changes = new Changes();
  const phase = (/** @type {number} */ index) => ({ phase: { index, total: 3, code: "reading" } });
  assert.deepEqual(changes.of([job("a", 1, { state: "completed" }), job("b", 1, phase(1))]), []);
  assert.deepEqual(changes.of([job("b", 1, phase(2))]).map((each) => each.kind), ["phase"]);
  assert.deepEqual(changes.of([job("b", 1, phase(2))]), []);
  const question = { id: "q", code: "password_required", params: {}, text: "", fields: [], choices: [] };
  assert.deepEqual(changes.of([job("b", 1, { ...phase(2), state: "waiting", question })]).map((each) => each.kind), ["question"]);
  assert.deepEqual(changes.of([job("b", 1, { state: "failed" })]).map((each) => each.kind), ["ending"]);
});

test("what somebody waits for is news when it is met, however far it has come", () => {
  const question = { id: "q", code: "password_required", params: {}, text: "", fields: [], choices: [] };
  const jobs = [job("a", 1, { state: "failed" }), job("b", 1, { state: "queued" }), job("c", 1, { state: "waiting", question }), job("d", 1, { state: "failed" })];
  const changes = new Changes();
  assert.deepEqual(changes.of(jobs, ({ id }) => id !== "d").map((each) => [each.job.id, each.kind]), [["a", "ending"], ["c", "question"]]);
  assert.deepEqual(changes.of(jobs, () => true), []);
});

test("what is not finished counts jobs that have not ended, in the states asked for, and uploads that will be jobs", () => {
  const counts = { total: 99, queued: 40, processing: 2, waiting: 1, completed: 50, failed: 4, cancelled: 2 };
  assert.equal(unended(counts), 43);
  assert.equal(unended(counts, ["processing", "failed"]), 2);
  assert.equal(unended({}), 0);
  const uploads = /** @type {import("../../frontend_static/upload.js").Upload[]} */ (["waiting", "sending", "storing", "refused", "lost", "cancelled", "accepted"]
    .map((state) => ({ state, jobId: state === "accepted" ? "j" : null })));
  assert.equal(unfinished(counts, uploads), 46);
});

test("phases are told at most every 5 s and only the newest; endings always", () => {
  const world = new FakeWorld();
  /** @type {[number, string][]} */
  const told = [];
  const start = world.time;
  const announcer = new Announcer((text) => told.push([world.time - start, text]), world.hands);
  for (const name of ["one", "two", "three"]) {
    announcer.phase(name);
    world.pass(1000);
  }
  announcer.ending("a done");
  announcer.ending("b done");
  world.pass(10_000);
  assert.equal(told[0]?.[1], "one");
  assert.equal(told[1]?.[1], "a done. b done");
  assert.equal(told[2]?.[1], "three");
  assert.ok((told[2]?.[0] ?? 0) - (told[0]?.[0] ?? 0) >= 5000);
  assert.equal(told.length, 3);
});

test("alike are the others that ask the same, whatever it is about, and no others", () => {
  const asking = (/** @type {string} */ id, /** @type {string} */ code, /** @type {string[]} */ choices = []) => {
    const question = { id: `q-${id}`, code, params: { name: id }, text: "", fields: [], choices };
    return { key: id, group: "g", upload: null, job: job(id, 1, { state: "waiting", question }) };
  };
  const items = [asking("a", "duplicate", ["keep", "skip"]), asking("b", "duplicate", ["keep", "skip"]), asking("c", "duplicate", ["keep"]),
    asking("d", "mismatch", ["keep", "skip"]), { ...asking("e", "duplicate", ["keep", "skip"]), job: job("e", 1) }];
  const [first] = items;
  assert.ok(first?.job.question);
  assert.deepEqual(alike(items, "a", first.job.question).map((each) => [each.job.id, each.question.id]), [["b", "q-b"]]);
});

test("under way is what moves or asks, not what was put aside or has ended", () => {
  const states = /** @type {const} */ (["queued", "processing", "pausing", "waiting", "staged", "paused", "completed", "failed", "cancelled"]);
  const moving = states.filter((state) => underWay({ key: "", group: "", upload: null, job: job("a", 1, { state }) }));
  assert.deepEqual(moving, ["queued", "processing", "pausing", "waiting"]);
  const sent = /** @type {const} */ (["waiting", "sending", "storing", "accepted", "refused", "lost", "cancelled"]);
  const going = sent.filter((state) => underWay({ key: "", group: "", job: null, upload: /** @type {any} */ ({ state, jobId: null }) }));
  assert.deepEqual(going, ["waiting", "sending", "storing", "accepted"]);
});
