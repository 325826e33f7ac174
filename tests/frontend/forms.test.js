import assert from "node:assert/strict";
import { test } from "node:test";

import { filtersOf, queryOf, topicOf } from "../../frontend_static/admin_query.js";
import { PRIORITIES, mayGive } from "../../frontend_static/priorities.js";
import { fieldsOf, read, shipFieldOf } from "../../frontend_static/schema.js";
import { cellsOf, pagesPerCell } from "../../frontend_static/strip_cells.js";

const SCHEMA = {
  $defs: { Mode: { enum: ["auto", "never"], title: "Mode", type: "string" } },
  properties: {
    ocr: { $ref: "#/$defs/Mode", default: "auto", description: "How." },
    languages: { type: "array", items: { enum: ["en", "fr"], type: "string" }, default: ["en"] },
    tags: { type: "array", items: { type: "string" }, default: [] },
    pages: { anyOf: [{ type: "string", pattern: "^\\d+(-\\d+)?$" }, { type: "null" }], default: null, title: "Pages" },
    words: { type: "integer", minimum: 3, maximum: 50, default: 8 },
    keep: { type: "boolean", default: true },
  },
};

test("a schema becomes fields of the right kind", () => {
  const fields = fieldsOf(SCHEMA);
  assert.deepEqual(fields.map((each) => [each.name, each.kind]), [
    ["ocr", "choice"], ["languages", "set"], ["tags", "list"], ["pages", "text"], ["words", "number"], ["keep", "flag"]]);
  assert.deepEqual(fields[0]?.choices, ["auto", "never"]);
  assert.equal(fields[0]?.help, "How.");
  assert.deepEqual([fields[4]?.least, fields[4]?.most, fields[4]?.whole], [3, 50, true]);
});

test("the option that takes a ship is told from texts by its format", () => {
  const pipeline = (/** @type {object} */ properties) => /** @type {import("../../frontend_static/types.js").Pipeline} */ ({
    name: "p", title: { code: "p", params: {}, text: "" }, phases: [], accepts: [], options_schema: { properties } });
  const id = { anyOf: [{ type: "string", maxLength: 36 }, { type: "null" }], default: null };
  assert.equal(shipFieldOf(pipeline({ note: id, vessel: { ...id, format: "ship" } })), "vessel");
  assert.equal(shipFieldOf(pipeline({ note: id })), undefined);
});

test("only what differs from the presets is sent", () => {
  const same = { ocr: "auto", languages: ["en"], tags: "", pages: "", words: "8", keep: true };
  assert.deepEqual(read(fieldsOf(SCHEMA), same), { options: {}, wrong: {} });
  const other = { ocr: "never", languages: ["en", "fr"], tags: "a, b,", pages: "3-4", words: "9", keep: false };
  assert.deepEqual(read(fieldsOf(SCHEMA), other).options, {
    ocr: "never", languages: ["en", "fr"], tags: ["a", "b"], pages: "3-4", words: 9, keep: false });
});

test("what is wrong is told by its field", () => {
  const wrong = (/** @type {object} */ given) => read(fieldsOf(SCHEMA), /** @type {any} */ (given)).wrong;
  assert.deepEqual(wrong({ words: "2" }), { words: "least" });
  assert.deepEqual(wrong({ words: "51" }), { words: "most" });
  assert.deepEqual(wrong({ words: "4.5" }), { words: "whole" });
  assert.deepEqual(wrong({ words: "many", pages: "x" }), { words: "number", pages: "pattern" });
});

test("the filters of the admin list go to the address and back, and make one spelling of a topic", () => {
  const filters = { state: ["queued", "failed"], pipeline: "text", owner: "", q: "a b" };
  assert.equal(queryOf(filters), "pipeline=text&q=a+b&state=failed,queued");
  assert.deepEqual(filtersOf(`?${queryOf(filters)}`), { ...filters, state: ["failed", "queued"] });
  assert.equal(topicOf(filters), "admin:jobs?limit=500&pipeline=text&state=failed,queued");
  assert.deepEqual(filtersOf("?state=nonsense,failed").state, ["failed"]);
});

test("a page is a cell, past 300 they group, and a group shows its worst", () => {
  assert.deepEqual([0, 1, 300, 301, 900, 901].map(pagesPerCell), [1, 1, 1, 2, 3, 4]);
  const [first, second, third] = cellsOf(3, { 1: "td", 2: "of" });
  assert.deepEqual([first?.state, first?.route, second?.state, second?.route, third?.state, third?.route], ["d", "t", "f", "o", "p", "u"]);
  const cells = cellsOf(619, { 1: "td", 2: "td", 3: "td", 4: "od", 5: "op", 6: "tp", 7: "tp", 8: "tf", 9: "td" });
  assert.equal(cells.length, 207);
  assert.deepEqual(cells.slice(0, 3).map((each) => [each.first, each.last, each.route, each.state]), [[1, 3, "t", "d"], [4, 6, "o", "r"], [7, 9, "t", "f"]]);
  assert.equal(cells.at(-1)?.last, 619);
});

test("only admins are offered what goes before everybody's", () => {
  const session = (/** @type {"user"|"admin"} */ role) => /** @type {import("../../frontend_static/types.js").Session} */ ({ user: { id: "u", name: "U", role } });
  assert.deepEqual(PRIORITIES.filter((each) => mayGive(each, session("user"))), ["normal", "low"]);
  assert.deepEqual(PRIORITIES.filter((each) => mayGive(each, session("admin"))), ["high", "normal", "low"]);
});
