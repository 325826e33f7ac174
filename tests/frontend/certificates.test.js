import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, test } from "node:test";

import { Refused } from "../../frontend_static/api.js";
import { AT_FIRST, CertificateList } from "../../frontend_static/certificate_list.js";
import { certificateFilters, certificateQuery, isFiltered } from "../../frontend_static/certificate_query.js";
import { daysLeft, nearness } from "../../frontend_static/expiry.js";
import { speak, t } from "../../frontend_static/i18n.js";

const dictionary = (/** @type {string} */ tag) => JSON.parse(
  readFileSync(new URL(`../../frontend_static/i18n/${tag}.json`, import.meta.url), "utf8"));

/** A service whose answers the test gives, in whatever order. */
class Service {
  /** @type {{query: URLSearchParams, answer: (ids: string[], next?: string | null) => void, refuse: (error: Error) => void}[]} */
  asked = [];

  /** @param {string} query */
  ask = (query) => new Promise((resolve, reject) => {
    const answer = (/** @type {string[]} */ ids, /** @type {string | null} */ next = null) =>
      resolve({ items: ids.map((id) => ({ id })), next, counts: { total: ids.length }, categories: [] });
    this.asked.push({ query: new URLSearchParams(query), answer, refuse: reject });
  });

  get last() {
    const last = this.asked.at(-1);
    assert.ok(last);
    return last;
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const idsFrom = (/** @type {number} */ first, /** @type {number} */ count) => Array.from({ length: count }, (_, at) => `c${first + at}`);

/** @type {Service} */
let service;
/** @type {CertificateList} */
let list;
beforeEach(() => {
  service = new Service();
  list = new CertificateList(/** @type {any} */ (service.ask));
});
const shown = () => list.items.map((each) => each.id);

test("what was asked for is shown, whatever the query is", async () => {
  for (const query of ["", "expiry=30&q=a%26b"]) {
    void list.show(query);
    assert.equal(service.last.query.get("limit"), String(AT_FIRST));
    assert.equal(service.last.query.get("q"), query ? "a&b" : null);
    service.last.answer(["a", "b"]);
    await settled();
    assert.deepEqual([shown(), list.known, list.more], [["a", "b"], true, false]);
  }
});

test("an answer to an older query never takes the place of a newer one's", async () => {
  void list.show("q=old");
  const old = service.last;
  void list.show("q=new");
  service.last.answer(["new"]);
  await settled();
  old.answer(["old"]);
  await settled();
  assert.deepEqual(shown(), ["new"]);
  void list.show("q=third");
  service.last.answer(["third"]);
  old.refuse(new Refused({ code: "unavailable", status: 503 }));
  await settled();
  assert.deepEqual([shown(), list.problem], [["third"], null]);
});

test("however often something changes while it is read, it is read once more", async () => {
  void list.show("");
  for (let times = 0; times < 100; times += 1) void list.refresh();
  assert.equal(service.asked.length, 1);
  service.last.answer(["a"]);
  await settled();
  assert.equal(service.asked.length, 2);
  assert.deepEqual(shown(), ["a"], "the first answer is not held back by the storm");
  service.last.answer(["a", "b"]);
  await settled();
  assert.deepEqual([service.asked.length, shown()], [2, ["a", "b"]]);
});

test("a change reads all that is shown anew, and nothing is shown by halves", async () => {
  void list.show("");
  service.last.answer(idsFrom(0, 50), "n1");
  await settled();
  assert.equal(list.more, true);
  void list.showMore();
  assert.equal(service.last.query.get("limit"), "100");
  service.last.answer(idsFrom(0, 60), "cut"); // a service that gives less than it was asked for
  await settled();
  assert.deepEqual([service.last.query.get("cursor"), service.last.query.get("limit")], ["cut", "40"]);
  assert.equal(list.items.length, 50);
  service.last.answer(idsFrom(60, 40));
  await settled();
  assert.deepEqual([shown(), list.more], [idsFrom(0, 100), false]);
  void list.refresh();
  assert.equal(service.last.query.get("limit"), "100");
});

test("a certificate that moves to the next page while pages are read is shown once", async () => {
  void list.show("");
  service.last.answer(idsFrom(0, 50), "n1");
  await settled();
  void list.showMore();
  service.last.answer(idsFrom(0, 50), "n1");
  await settled();
  service.last.answer(["c49", "c50"]);
  await settled();
  assert.deepEqual(shown(), idsFrom(0, 51));
});

test("a service that answers nothing but goes on is not asked for ever", async () => {
  void list.show("");
  service.last.answer([], "again");
  await settled();
  assert.deepEqual([service.asked.length, shown(), list.known], [1, [], true]);
});

test("what is shown stays when reading fails, and the next reading mends it", async () => {
  void list.show("");
  service.last.answer(["a"]);
  await settled();
  void list.refresh();
  service.last.refuse(new Refused({ code: "unavailable", status: 503 }));
  await settled();
  assert.deepEqual([shown(), list.problem?.code], [["a"], "unavailable"]);
  void list.refresh();
  service.last.refuse(new TypeError("no network"));
  await settled();
  assert.equal(list.problem?.code, "unreachable");
  void list.refresh();
  service.last.answer(["a", "b"]);
  await settled();
  assert.deepEqual([shown(), list.problem], [["a", "b"], null]);
});

test("the address says what is filtered, and nonsense in it nothing", () => {
  const filters = certificateFilters("?expiry=30&ship=s1&q=+L%C3%B4+&category=class&sort=created");
  assert.deepEqual(filters, { expiry: "30", ship: "s1", q: "Lô", category: "class", sort: "created" });
  assert.deepEqual(certificateFilters(`?${certificateQuery(filters)}`), filters);
  const nothing = { expiry: "", ship: "", category: "", q: "", sort: "" };
  assert.deepEqual(certificateFilters("?expiry=31&sort=name&color=red"), nothing);
  assert.equal(certificateQuery(nothing), "");
  assert.deepEqual([isFiltered(nothing), isFiltered({ ...nothing, sort: "created" }), isFiltered({ ...nothing, q: "x" })], [false, false, true]);
});

test("days are counted by the calendar, whatever the time of day", () => {
  const at = (/** @type {string} */ time) => Date.parse(`${time}Z`) / 1000;
  for (const time of ["2026-03-01T00:00:00", "2026-03-01T23:59:59"]) {
    const left = (/** @type {string | null} */ iso) => daysLeft(iso, at(time));
    assert.deepEqual(["2026-03-01", "2026-03-02", "2026-02-28", "2028-03-01"].map(left), [0, 1, -1, 731]);
    assert.deepEqual([null, "", "soon", "2026-13-01"].map(left), [null, null, null, null]);
  }
  assert.deepEqual([null, -1, 0, 30, 31, 90, 91].map(nearness), ["none", "overdue", "soon", "soon", "near", "near", "far"]);
});

test("the end of a certificate is said as people say it", () => {
  speak(dictionary("en"), "en");
  assert.equal(t("ui.certificates.due.in", { count: 1 }), "in 1 day");
  assert.equal(t("ui.certificates.due.overdue", { count: 1200 }), "overdue by 1,200 days");
  speak(dictionary("vi"), "vi");
  assert.equal(t("ui.certificates.due.overdue", { count: 1200 }), "quá hạn 1.200 ngày");
});
