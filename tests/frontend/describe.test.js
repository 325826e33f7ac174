import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { isLateSheet, lineOf, waitsForLong } from "../../frontend_static/describe.js";
import { speak } from "../../frontend_static/i18n.js";

/** @typedef {import("../../frontend_static/types.js").JobValue} JobValue */

speak(JSON.parse(readFileSync(new URL("../../frontend_static/i18n/en.json", import.meta.url), "utf8")), "en");

/** What the card says of a job with three pages, of which two are to be read. @param {Partial<JobValue>} more */
const said = (more) => lineOf(/** @type {any} */ ({ upload: null, job: {
  id: "j", name: "a.pdf", page_count: 3, counters: { pages_total: 2, pages_done: 1, pages_failed: 1 }, ...more } }), 0);

test("pages are counted by those that are to be read", () => {
  assert.match(said({ state: "processing", detail: { code: "page", params: { page: 3, total: 3 }, text: "" } }), /1 of 2/);
  assert.match(said({ state: "completed" }), /2 pages/);
  assert.match(said({ state: "cancelled" }), /1 of 2 pages/);
  assert.match(said({ state: "completed", warnings: /** @type {any} */ ({ "page-3": {} }) }), /1 page of 2/);
});

test("what came out of a certificate is on its card, and what became of it", () => {
  const result = { ship: "Ocean Star", certificate: "Load Line", number: "A 1", valid_until: "2029-06-20" };
  assert.match(said({ state: "completed", outcome: "success", result }), /Ocean Star · Load Line · A 1 · valid until Jun 20, 2029/);
  assert.match(said({ state: "completed", outcome: "duplicate", result }), /^Left out: there already · Ocean Star/);
  assert.doesNotMatch(said({ state: "completed", result: { ship: "Ocean Star", valid_until: null } }), /valid until|pages/);
});

test("before the service has said which pages are read, all of the document count", () => {
  assert.match(said({ state: "staged", counters: { pages_total: 0 } }), /3 pages/);
  assert.match(said({ state: "staged", counters: undefined }), /3 pages/);
});

test("a job says which engine it waits for and when that is asked again", () => {
  const at = 1_800_000_000;
  const clock = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const waits_for = { code: "engine_unavailable", params: { engine: "Afar Inc.", at }, text: "" };
  const job = /** @type {JobValue} */ ({ id: "1", name: "a.pdf", pipeline: "text", state: "processing", percent: 40, waits_for,
    phase: { index: 2, total: 3, code: "reading" } });
  const line = lineOf({ key: "1", group: "", job, upload: null }, at - 60);
  assert.ok(line.includes(`Afar Inc. is unavailable · next try ${clock.format(at * 1000)}`), line);
});

test("a retry is counted down, and says of how many it is which", () => {
  const waits_for = { code: "retry_of", params: { attempt: 2, tries: 5 }, text: "" };
  const job = /** @type {JobValue} */ ({ id: "1", name: "a.pdf", pipeline: "text", state: "queued", percent: 0, waits_for,
    retry_at: 1008 });
  const item = { key: "1", group: "", job, upload: null };
  assert.match(lineOf(item, 1000.5), /retry 2 of 5 · in 8\ss/);
  assert.ok(!lineOf(item, 1010).includes(" in "), lineOf(item, 1010));
});

test("a job that waits says its place and about when it begins; with the queue paused, by whom", () => {
  const job = /** @type {any} */ ({ id: "a", name: "a.pdf", state: "queued", queued_at: 1000, waits_for: null });
  const item = /** @type {any} */ ({ key: "1", group: "", job, upload: null });
  const places = { of: 40, jobs: { a: { place: 12, expected_start_at: 1190 } } };
  assert.match(lineOf(item, 1010, places), /place 12 · about 3\smin/);
  assert.ok(!lineOf(item, 1010).includes("place"));
  assert.match(lineOf(item, 1010, { of: 1, jobs: {}, paused: { by: "Bo", at: 1 } }), /paused · paused by Bo/);
  assert.ok(waitsForLong(job, 1002) && !waitsForLong(job, 1000.5) && !waitsForLong({ ...job, state: "paused" }, 1002));
});

test("a sheet, which has the name of its book, says what it is", () => {
  const result = { url: "https://docs.example/1", rows: 12, edits: 1 };
  assert.match(said({ state: "completed", pipeline: "sheet", result }), /^Google Sheet · Done · 12 sentences/);
});

test("a sheet is late once its book is another", () => {
  const late = (/** @type {Partial<JobValue>} */ book, /** @type {any} */ result = { url: "https://docs.example/1", rows: 12, edits: 1 }) =>
    isLateSheet(/** @type {any} */ ({ result }), /** @type {any} */ ({ edits: 1, result: { sentences: 12 }, ...book }));
  assert.equal(late({}), false);
  assert.equal(late({ edits: 2 }), true, "somebody has changed a sentence");
  assert.equal(late({ result: { sentences: 15 } }), true, "a chunk that had failed is there");
  assert.equal(late({ edits: 2 }, null), false, "there is no sheet that could be late");
  assert.equal(late({ edits: undefined }, { url: "https://docs.example/1", rows: 12, edits: 0 }), false, "nobody ever changed one");
});
