import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { problemText } from "../../frontend_static/describe.js";
import { Markup, html } from "../../frontend_static/html.js";
import { LANGUAGES, bytes, duration, known, percent, roughly, say, speak, t } from "../../frontend_static/i18n.js";
import { wished } from "../../frontend_static/language.js";

const PAGE = new URL("../../frontend_static/", import.meta.url);
const dictionary = JSON.parse(readFileSync(new URL("i18n/en.json", PAGE), "utf8"));
const files = readdirSync(PAGE, { recursive: true }).map(String);
const modules = files.filter((each) => each.endsWith(".js"));
const sources = modules.map((each) => readFileSync(new URL(each, PAGE), "utf8")).join("\n");
speak(dictionary, "en");

/** Keys in full, and beginnings that the code completes: `ui.state.${look}`. */
const named = [...sources.matchAll(/["'`](ui\.[\w.-]*)(\$\{)?/g)].map((found) => ({ key: found[1] ?? "", begins: Boolean(found[2]) }))
  .filter(({ key, begins }) => begins || !key.endsWith(".")); // a beginning alone stands in a comment

test("every key that the page names is in the dictionary", () => {
  const keys = Object.keys(dictionary);
  const missing = named.filter(({ key, begins }) => (begins ? !keys.some((each) => each.startsWith(key)) : !(key in dictionary)));
  assert.deepEqual(missing.map((each) => each.key), []);
});

test("no key under ui. is there for nobody", () => {
  const unused = Object.keys(dictionary).filter((key) => key.startsWith("ui.")
    && !named.some((each) => (each.begins ? key.startsWith(each.key) : key === each.key)));
  assert.deepEqual(unused, []);
});

const others = files.filter((each) => /^i18n.[\w-]+\.json$/.test(each) && !each.endsWith("en.json")).map((file) => ({
  file, tag: file.slice("i18n/".length, -".json".length), words: JSON.parse(readFileSync(new URL(file, PAGE), "utf8")),
}));

/**
 * @param {string} file
 * @param {string} what
 * @param {string[]} keys
 */
function none(file, what, keys) {
  const list = keys.map((key) => `  ${JSON.stringify(key)}: ${JSON.stringify(dictionary[key])}`).join("\n");
  assert.equal(keys.length, 0, `frontend_static/${file} ${what}:\n${list}\n`);
}

test("every language of the header has its words, and every file of words is a language of the header", () => {
  assert.deepEqual(others.map((each) => each.tag).concat("en").sort(), Object.keys(LANGUAGES).sort());
});

test("every language has the same keys", () => {
  for (const { file, words } of others) {
    none(file, "lacks these keys of en.json; add each, in alphabetical order, in that language's own words",
      Object.keys(dictionary).filter((key) => !(key in words)));
    none(file, "has keys that en.json does not have; take them out", Object.keys(words).filter((key) => !(key in dictionary)));
    assert.deepEqual(Object.keys(words), Object.keys(words).sort(), `frontend_static/${file} is not in alphabetical order`);
  }
});

test("every language has the same parameters", () => {
  const holes = (/** @type {unknown} */ text) => [...new Set(JSON.stringify(text).match(/\{\w+\}/g) ?? [])].sort().join();
  for (const { file, words } of others) {
    none(file, "has other {parameters} than en.json in these", Object.keys(dictionary).filter((key) => holes(words[key]) !== holes(dictionary[key])));
  }
});

test("a text has the plurals that its language tells apart, no more and no fewer", () => {
  for (const { file, tag, words } of [...others, { file: "i18n/en.json", tag: "en", words: dictionary }]) {
    const categories = new Intl.PluralRules(tag).resolvedOptions().pluralCategories.sort();
    const counted = Object.keys(words).filter((key) => typeof words[key] === "object");
    none(file, `needs exactly ${categories.join(" and ")} in these`,
      counted.filter((key) => Object.keys(words[key]).sort().join() !== categories.join()));
    assert.deepEqual(counted, Object.keys(dictionary).filter((key) => typeof dictionary[key] === "object"), file);
  }
});

test("nobody forgot to translate", () => {
  const alike = ["ui.account.version", "ui.action.of", "ui.admin.col.percent", "ui.card.spent_and_left", "ui.name",
    "ui.sentences.by", "ui.strip.key.o", "ui.strip.route.o", "ui.told", "ui.workers.head", "ui.workers.step"];
  const shared = /** @type {Record<string, string[]>} */ ({
    fr: ["ui.admin.title", "ui.book.pages", "ui.card.place", "ui.export.form.csv", "ui.export.form.json", "ui.export.form.xlsx", "ui.nav.home",
      "ui.option.any.pages", "ui.option.certificate.pages", "ui.options", "ui.plan.pages", "ui.review.by", "ui.sentences.col.page",
      "ui.sentences.page",
      "ui.ships.actions", "ui.strip", "ui.strip.page", "ui.toasts"],
  });
  for (const { file, tag, words } of others) {
    const allowed = new Set([...alike, ...shared[tag] ?? []]);
    none(file, "says these in English", Object.keys(words).filter((key) => words[key] === dictionary[key] && !allowed.has(key)));
  }
});

test("French is set as French is: narrow spaces that do not break, and no straight apostrophe", () => {
  const french = others.find((each) => each.tag === "fr");
  assert.ok(french);
  none(french.file, "breaks the rules of French typography in these", Object.keys(french.words).filter((key) => {
    const texts = JSON.stringify(french.words[key]).slice(1, -1).replaceAll(/"(one|many|other)":/g, "");
    return / [;:!?»]|«(?!\u202f)|[^\u202f]»|[\p{L}}][;!?]|'/u.test(texts);
  }));
});

test("the language is the one that was chosen, else the first that is preferred and known, else English", () => {
  assert.equal(wished("en", ["vi-VN"]), "en");
  assert.equal(wished(null, ["tlh-QX", "vi-VN", "en"]), "vi");
  assert.equal(wished(null, ["fr-CA", "en"]), "fr");
  assert.equal(wished("tlh", ["EN-us"]), "en");
  assert.equal(wished(null, ["constructor"]), "en");
});

test("numbers, times and sizes follow the language", () => {
  const vietnamese = others.find((each) => each.tag === "vi");
  assert.ok(vietnamese);
  speak(vietnamese.words, "vi");
  try {
    assert.equal(t("ui.card.pages", { count: 1200 }), "1.200 trang");
    assert.deepEqual([12, 150, 3900].map(duration), ["12\u00a0giây", "2 phút 30\u00a0giây", "1 giờ 5 phút"]);
    assert.deepEqual([999, 1_500_000].map(bytes), ["999 byte", "1,5 MB"]);
    assert.equal(problemText({ code: "not_possible", status: 409, params: { state: "completed", event: "cancel" } }),
      "Không thể “Hủy” khi tài liệu đang ở trạng thái “Đã xong”.");
  } finally {
    speak(dictionary, "en");
  }
});

test("French counts nothing and one alike, and writes numbers, times and sizes its own way", () => {
  const french = others.find((each) => each.tag === "fr");
  assert.ok(french);
  speak(french.words, "fr");
  try {
    const pages = [0, 1, 2, 1200, 1_000_000].map((count) => t("ui.card.pages", { count }));
    assert.deepEqual(pages, ["0 page", "1 page", "2 pages", "1\u202f200 pages", "1\u202f000\u202f000 de pages"]);
    const plain = [...[12, 150, 3900].map(duration), ...[999, 1_500_000].map(bytes)].map((each) => each.replaceAll(/\s/g, " "));
    assert.deepEqual(plain, ["12 s", "2 min 30 s", "1 h 5 min", "999 octets", "1,5 Mo"]);
    assert.equal(problemText({ code: "not_possible", status: 409, params: { state: "completed", event: "cancel" } }),
      "«\u202fAnnuler\u202f» n’est pas possible tant que l’état du document est «\u202fTerminé\u202f».");
  } finally {
    speak(dictionary, "en");
  }
});

test("every state, action and strip word that the code can build is there", () => {
  const states = ["upload_waiting", "uploading", "storing", "accepted", "refused", "lost", "staged", "queued", "processing",
    "pausing", "paused", "waiting", "completed", "warnings", "rejected", "failed", "cancelled"];
  const actions = ["start", "pause", "resume", "cancel", "retry", "retry_pages", "again", "dismiss", "stop_upload"];
  for (const each of states) assert.ok(known(`ui.state.${each}`), each);
  for (const each of actions) assert.ok(known(`ui.action.${each}`), each);
  for (const each of ["t", "o", "s", "u"]) assert.ok(known(`ui.strip.route.${each}`), each);
  for (const each of ["p", "r", "d", "f"]) assert.ok(known(`ui.strip.state.${each}`), each);
});

test("plurals, numbers and lacking words", () => {
  assert.equal(t("ui.card.pages", { count: 1 }), "1 page");
  assert.equal(t("ui.card.pages", { count: 1200 }), "1,200 pages");
  assert.equal(say("failure", { code: "of_tomorrow", params: {}, text: "As the service said it." }), "As the service said it.");
  assert.equal(say("phase", { code: "reading" }), "Reading");
  assert.equal(percent(99.9), "99%");
});

test("durations and sizes read as people say them", () => {
  assert.deepEqual([0, 59, 60, 150, 3900].map(duration), ["0\u00a0s", "59\u00a0s", "1 min", "2 min 30\u00a0s", "1 hr 5 min"]);
  assert.deepEqual([0.2, 7, 12, 23, 54, 56, 89, 130].map(roughly), ["1\u00a0s", "7\u00a0s", "15\u00a0s", "25\u00a0s", "55\u00a0s", "1 min", "1 min", "2 min"]);
  assert.deepEqual([0, 999, 1000, 480_000, 1_500_000, 500_000_000].map(bytes), ["0 bytes", "999 bytes", "1 kB", "480 kB", "1.5 MB", "500 MB"]);
});

test("html escapes what it is given, wherever it stands", () => {
  const evil = `<img src=x onerror="alert('1')">&`;
  assert.equal(html`<p title="${evil}">${evil}</p>`.text,
    "<p title=\"&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;\">&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;</p>");
  assert.equal(html`${["<", html`<b>${">"}</b>`]}`.text, "&lt;<b>&gt;</b>");
  assert.equal(html`${null}${undefined}${false}${0}`.text, "0");
  assert.equal(html`${{ text: "<i>" }}`.text, "[object Object]");
  assert.ok(html`x` instanceof Markup);
});

test("the page loads all its modules at once, and nothing in it is inline", () => {
  const index = readFileSync(new URL("index.html", PAGE), "utf8");
  const preloaded = [...index.matchAll(/modulepreload" href="\/static\/([^"]+)"/g)].map((found) => found[1]);
  const loaded = modules.filter((each) => each !== "types.js").map((each) => each.replaceAll("\\", "/"));
  assert.deepEqual(preloaded.sort(), loaded.sort());
  assert.ok(!/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/.test(index));
  const markup = [...sources.matchAll(/html`[^`]*`/g)].map((found) => found[0]).join("\n");
  assert.ok(!/\sstyle="|\son\w+="/.test(markup));
});

test("dates, categories and columns in messages are told in the page's language", () => {
  const words = JSON.parse(readFileSync(new URL("i18n/vi.json", PAGE), "utf8"));
  speak(words, "vi");
  assert.match(say("failure", { code: "expired", params: { date: "2027-05-03" } }), /3 thg 5, 2027/);
  const asked = say("question", { code: "wrong_category", params: { certificate: "P&I", category: "insurance", expected: "class" } });
  assert.match(asked, /Bảo hiểm.*Phân cấp/);
  const other = say("question", { code: "other_ship", params: { imo: "9074729", other: "B", expected: "9074717", ship: "A" } });
  assert.match(other, /9074717/);
  const refused = say("failure", { code: "value_no_date", params: { row: 8, column: "valid_until" } });
  assert.ok(refused.includes(words["ui.column.valid_until"]), refused);
  speak(dictionary, "en");
});
