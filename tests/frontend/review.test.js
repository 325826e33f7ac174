import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { speak } from "../../frontend_static/i18n.js";
import { ROWS, correctedBy, firstToLookAt, neighbours, placeOf, shown, sureness, valueOf } from "../../frontend_static/review_fields.js";

/** @import {CertificateShown, Edit, Evidence} from "../../frontend_static/types.js" */

speak(JSON.parse(readFileSync(new URL("../../frontend_static/i18n/en.json", import.meta.url), "utf8")), "en");

/**
 * @param {Partial<Evidence>} more
 * @returns {Evidence}
 */
const read = (more) => ({ page: 1, page_size: [600, 800], box: [60, 80, 120, 100], confidence: 0.97, as_printed: "A 1", ...more });

/**
 * @param {Partial<CertificateShown>} more
 * @returns {CertificateShown}
 */
const record = (more) => ({
  id: "c", ship: { id: "s", name: "Ocean Star", imo: "9074729" }, fields: { certificate_number: "A 1", issue_date: "2024-05-03" }, expiry: "none",
  job_id: null, document_id: null, archived: [], version: 1, created_at: 0, updated_at: 0, evidence: {}, flaws: [], ...more });

/**
 * @param {string} field
 * @param {string | null} to
 * @returns {Edit}
 */
const edit = (field, to) => ({ id: `${field}-${to}`, at: 0, by: { id: "u", name: "Ada" }, field, old: null, new: to });

test("a value stands on its page in shares of it, and nowhere where the page's size is not known", () => {
  assert.deepEqual(placeOf(read({ page: 2 })), { page: 2, left: 0.1, top: 0.1, width: 0.1, height: 0.025 });
  assert.equal(placeOf(read({ page_size: undefined })), null);
  assert.equal(placeOf(undefined), null);
});

test("values are said as people write them", () => {
  assert.equal(shown("issue_date", "2024-05-03"), "May 3, 2024");
  assert.equal(shown("certificate_number", "2024-05-03"), "2024-05-03");
  assert.equal(shown("category", "statutory"), "Statutory");
  assert.equal(shown("category", "of our own"), "of our own");
  assert.equal(shown("note", null), "");
  assert.equal(valueOf(record({}), "ship"), "Ocean Star (9074729)");
  assert.equal(valueOf(record({}), "note"), null);
});

test("a confidence is a word", () => {
  assert.deepEqual([1, 0.9, 0.899, 0.7, 0.69, 0].map(sureness), ["high", "high", "fair", "fair", "low", "low"]);
});

test("a person's correction counts as theirs while it is what the field says", () => {
  const edits = [edit("certificate_number", "A 2"), edit("certificate_number", "A 1")];
  assert.equal(correctedBy("certificate_number", "A 2", edits)?.by.name, "Ada");
  assert.equal(correctedBy("certificate_number", "A 3", edits), null); // replaced by another reading since
  assert.equal(correctedBy("note", null, edits), null);
});

test("a look begins where a check fails, else where it was read with doubt, but not where a person has been", () => {
  const doubtful = { certificate_number: read({ confidence: 0.6 }), issue_date: read({ confidence: 0.8 }) };
  const wrong = { code: "dates_out_of_order", fields: ["issue_date", "valid_until"], params: {}, text: "" };
  assert.equal(firstToLookAt(record({ evidence: doubtful, flaws: [wrong] }), []), "issue_date");
  assert.equal(firstToLookAt(record({ evidence: doubtful }), []), "certificate_number");
  assert.equal(firstToLookAt(record({ evidence: doubtful }), [edit("certificate_number", "A 1")]), "issue_date");
  assert.equal(firstToLookAt(record({ flaws: [{ ...wrong, code: "expired", fields: ["valid_until"] }] }), []), "certificate_name");
  assert.ok(ROWS.includes("certificate_name"));
});

test("one goes through the list that one came from, and no further", () => {
  assert.deepEqual(neighbours(["a", "b", "c"], "b"), { place: 2, previous: "a", next: "c" });
  assert.deepEqual(neighbours(["a", "b"], "b"), { place: 2, previous: "a", next: null });
  assert.deepEqual(neighbours(["a", "b"], "elsewhere"), { place: 0, previous: null, next: null });
});
