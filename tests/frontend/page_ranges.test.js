import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { BadRange, HIGHEST_PAGE, unpacked } from "../../frontend_static/page_ranges.js";
import { Store } from "../../frontend_static/store.js";

/** @typedef {Record<string, string | null>} Pages */
/** @type {{good: {name: string, pages: Pages, packed: Pages}[], wrong: Pages[]}} */
const golden = JSON.parse(readFileSync(new URL("../protocol/golden_pages.json", import.meta.url), "utf8"));

test("there are golden vectors", () => assert.ok(golden.good.length > 0 && golden.wrong.length > 0));

for (const { name, pages, packed } of golden.good) {
  test(`golden: ${name}`, () => assert.deepEqual(unpacked(packed), pages));
}

test("what is no range, or too many pages, is refused at once", () => {
  for (const wrong of golden.wrong) assert.throws(() => unpacked(wrong), BadRange, JSON.stringify(wrong));
  assert.throws(() => unpacked({ [`1-${HIGHEST_PAGE - 1}`]: "td", [`2-${HIGHEST_PAGE}`]: "tr" }), BadRange);
});

test("a job's pages are kept one by one, however its patches cut them", () => {
  const store = new Store();
  store.topic("job:j");
  const place = { topic: "job:j", job_id: "j", epoch: "e", run: 1 };
  store.take({ ...place, type: "snapshot", seq: 1, value: { pages: { "1-4": "tp", 5: "op" } } });
  store.take({ ...place, type: "patch", seq: [2, 2], set: { pages: { "1-2": "td", "3-5": null } } });
  store.take({ ...place, type: "patch", seq: [3, 3], set: { pages: { "2-3": "tr" } } });
  assert.deepEqual(store.job("job:j")?.pages, { 1: "td", 2: "tr", 3: "tr" });
});
