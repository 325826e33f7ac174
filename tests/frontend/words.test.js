import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { Markup, html } from "../../frontend_static/html.js";
import { bytes, duration, known, percent, roughly, say, speak, t } from "../../frontend_static/i18n.js";

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

test("every language has the same keys and parameters", () => {
  const holes = (/** @type {unknown} */ text) => [...new Set(JSON.stringify(text).match(/\{\w+\}/g) ?? [])].sort();
  for (const file of files.filter((each) => /^i18n.[\w-]+\.json$/.test(each))) {
    const other = JSON.parse(readFileSync(new URL(file, PAGE), "utf8"));
    assert.deepEqual(Object.keys(other).sort(), Object.keys(dictionary).sort(), file);
    for (const key of Object.keys(dictionary)) assert.deepEqual(holes(other[key]), holes(dictionary[key]), `${file} ${key}`);
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
