import assert from "node:assert/strict";
import { test } from "node:test";

import { Uploads } from "../../frontend_static/upload.js";
import { answersOf, planRequests, sentOf } from "../../frontend_static/upload_plan.js";

test("requests hold few files, in order; a large one goes alone", () => {
  assert.deepEqual(planRequests(Array(7).fill(10)), [[0, 1, 2, 3, 4], [5, 6]]);
  assert.deepEqual(planRequests([10, 9e6, 10]), [[0], [1], [2]]);
  assert.deepEqual(planRequests([10, 10, 10], 2), [[0, 1], [2]]);
  assert.deepEqual(planRequests([]), []);
});

test("the bytes of a request belong to its files in turn", () => {
  assert.deepEqual(sentOf([100, 100], 0, 220), [0, 0]);
  assert.deepEqual(sentOf([100, 100], 60, 220), [50, 0]);
  assert.deepEqual(sentOf([100, 100], 160, 220), [100, 40]);
  assert.deepEqual(sentOf([100, 100], 220, 220), [100, 100]);
});

test("each file gets its own answer, also where names were made safe or repeat", () => {
  const job = (/** @type {string} */ name, /** @type {string} */ id) => ({ name, job_id: id, document_id: "d" });
  const no = { name: "b", problem: { code: "empty_file", status: 422 } };
  assert.deepEqual(answersOf(["a", "b", "a"], { accepted: [job("a", "1"), job("a", "2")], rejected: [no] }), [job("a", "1"), no, job("a", "2")]);
  assert.deepEqual(answersOf(["a/b", "c"], { accepted: [job("b", "1"), job("c", "2")] }), [job("b", "1"), job("c", "2")]);
  assert.deepEqual(answersOf(["a"], {}), [null]);
});

/** @typedef {{url: string, form: FormData, key: string, signal: AbortSignal, progress: (loaded: number, total: number) => void,
 *   answer: (status: number, body: object) => void, fail: () => void}} Sent */

function bench() {
  /** @type {Sent[]} */
  const sent = [];
  let keys = 0;
  const uploads = new Uploads({
    send: (request) => new Promise((resolve, reject) => {
      request.signal.addEventListener("abort", () => reject(new Error("stopped")));
      sent.push({ ...request, answer: (status, body) => resolve({ status, text: JSON.stringify(body), retryAfter: null }), fail: () => reject(new Error("lost")) });
    }),
    newBatch: async () => ({ batch_id: "batch" }),
    newKey: () => `key${(keys += 1)}`,
    patience: async () => {},
    now: () => 1,
  }, { file_bytes: 1000, files_per_request: 200 });
  return { uploads, sent, add: (/** @type {string[]} */ ...names) => uploads.add(
    names.map((name) => new File(["0123456789"], name)), { pipeline: "text", options: { ocr: "never" }, start: true, priority: "low" }) };
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
const states = (/** @type {Uploads} */ uploads) => uploads.all.map((each) => each.state);
/** @param {Uploads} uploads @param {number} at */
function one(uploads, at) {
  const found = uploads.all[at];
  assert.ok(found);
  return found;
}
/** @param {Sent[]} sent @param {number} at */
function request(sent, at) {
  const found = sent[at];
  assert.ok(found, `request ${at} was sent`);
  return found;
}

test("a drop becomes a batch; options go before the files; accepted files become jobs", async () => {
  const { uploads, sent, add } = bench();
  await add("a.txt", "b.txt");
  const first = request(sent, 0);
  assert.deepEqual([...first.form.keys()], ["options", "files", "files"]);
  assert.equal(first.form.get("options"), '{"ocr":"never"}');
  assert.match(first.url, /pipeline=text&start=true&priority=low&batch=batch$/);
  first.progress(15, 20);
  assert.deepEqual(states(uploads), ["storing", "sending"]);
  first.answer(202, { accepted: [{ name: "a.txt", job_id: "j1", document_id: "d" }], rejected: [{ name: "b.txt", problem: { code: "empty_file", status: 422 } }] });
  await settled();
  assert.deepEqual(states(uploads), ["accepted", "refused"]);
  assert.equal(one(uploads, 0).jobId, "j1");
  assert.equal(uploads.busy, false);
});

test("a lost connection is tried once more, the same request with the same key; the bar does not go back", async () => {
  const { uploads, sent, add } = bench();
  await add("a.txt");
  request(sent, 0).progress(9, 10);
  request(sent, 0).fail();
  await settled();
  assert.equal(request(sent, 1).key, request(sent, 0).key);
  assert.equal(request(sent, 1).form, request(sent, 0).form);
  request(sent, 1).progress(1, 10);
  assert.equal(one(uploads, 0).sent, 9);
  request(sent, 1).fail();
  await settled();
  assert.deepEqual(states(uploads), ["lost"]);
  await uploads.again(one(uploads, 0));
  assert.equal(sent.length, 3);
});

test("a job heard of before the answer is the upload of its batch with its name and size", async () => {
  const { uploads, sent, add } = bench();
  await add("a.txt", "a.txt");
  const job = (/** @type {string} */ id) => /** @type {any} */ ({ id, name: "a.txt", size: 10, batch_id: "batch" });
  assert.equal(uploads.ofJob(job("j1")), one(uploads, 0));
  assert.equal(uploads.ofJob(job("j2")), one(uploads, 1));
  assert.equal(uploads.ofJob(job("j1")), one(uploads, 0));
  assert.equal(uploads.ofJob({ ...job("j3"), batch_id: "another" }), undefined);
  request(sent, 0).answer(202, { accepted: [{ name: "a.txt", job_id: "j1", document_id: "d" }, { name: "a.txt", job_id: "j2", document_id: "d" }] });
  await settled();
  assert.deepEqual(uploads.all.map((each) => each.jobId), ["j1", "j2"]);
});

test("stopping one upload sends the others of its request anew", async () => {
  const { uploads, sent, add } = bench();
  await add("a.txt", "b.txt");
  uploads.cancel(one(uploads, 0));
  await settled();
  assert.deepEqual(states(uploads), ["cancelled", "sending"]);
  assert.deepEqual(request(sent, 1).form.getAll("files").map((each) => /** @type {File} */ (each).name), ["b.txt"]);
});

test("what is too large is refused here; what the service cannot do now may be tried again", async () => {
  const { uploads, sent, add } = bench();
  await uploads.add([new File(["x".repeat(1001)], "big.txt")], { pipeline: "text", options: {}, start: true, priority: "low" });
  assert.deepEqual(states(uploads), ["refused"]);
  await add("a.txt");
  request(sent, 0).answer(401, { code: "sign_in", status: 401 });
  await settled();
  assert.deepEqual(states(uploads), ["refused", "lost"]);
});

test("at most three requests run side by side", async () => {
  const { sent, add } = bench();
  await add(...Array.from({ length: 30 }, (_, at) => `${at}.txt`));
  assert.equal(sent.length, 3);
  request(sent, 0).answer(202, { accepted: [] });
  await settled();
  assert.equal(sent.length, 4);
});
