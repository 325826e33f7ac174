import assert from "node:assert/strict";
import { test } from "node:test";

import { pdfOf } from "../../frontend_static/photos_to_pdf.js";

const photo = (/** @type {number} */ width, /** @type {number} */ height) => ({ jpeg: new Uint8Array([0xff, 0xd8, 0x0a, 0xff, 0xd9]), width, height });
const text = (/** @type {Uint8Array} */ bytes) => Buffer.from(bytes).toString("latin1");

test("a PDF's table tells where each of its objects begins", () => {
  const pdf = text(pdfOf([photo(30, 40), photo(400, 300)]));
  const table = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(pdf)?.[1]);
  assert.ok(pdf.slice(table).startsWith("xref\n0 9\n"));
  const begins = [...pdf.slice(table).matchAll(/^(\d{10}) 00000 n $/gm)].map((found) => Number(found[1]));
  assert.equal(begins.length, 8);
  begins.forEach((begin, at) => assert.ok(pdf.slice(begin).startsWith(`${at + 1} 0 obj\n`), `object ${at + 1}`));
});

test("a page stands or lies as its photo does, and the photo fills it as far as it goes", () => {
  const pdf = text(pdfOf([photo(3000, 3000), photo(4000, 3000)]));
  assert.deepEqual([...pdf.matchAll(/\/MediaBox \[(.*?)\]/g)].map((found) => found[1]), ["0 0 595.28 841.89", "0 0 841.89 595.28"]);
  assert.deepEqual([...pdf.matchAll(/q (.*) cm/g)].map((found) => found[1]), ["595.28 0 0 595.28 0 123.305", "793.707 0 0 595.28 24.092 0"]);
});
