/**
 * Words by key, and numbers, times and durations as people here write them. The dictionary is handed in: the page
 * fetches it, tests read it.
 */

/** @import {Message} from "./types.js" */

/** Languages there is a dictionary of. */
export const LANGUAGES = /** @type {Record<string, string>} */ ({ en: "English", fr: "Français", vi: "Tiếng Việt" });

/** What messages call a date, and what they call something by a code that has words of its own. */
const DATED = ["date", "first", "then"];
const CATEGORY = "ui.option.certificate.category.";
const CODED = /** @type {Record<string, string>} */ ({ category: CATEGORY, expected: CATEGORY, column: "ui.column." });

/** @typedef {Record<string, string | Record<string, string>>} Dictionary */

/** @type {Dictionary} */
let words = {};
let language = "en";
/** @type {Map<string, any>} */
const formats = new Map();

/**
 * @param {Dictionary} dictionary
 * @param {string} tag
 */
export function speak(dictionary, tag) {
  words = dictionary;
  language = tag;
  formats.clear();
}

/** The tag of the language that is spoken. */
export function spoken() {
  return language;
}

/**
 * @template T
 * @param {string} key
 * @param {() => T} make
 * @returns {T}
 */
function kept(key, make) {
  if (!formats.has(key)) formats.set(key, make());
  return formats.get(key);
}

/**
 * The text of a key. A text with plurals is a map of Intl.PluralRules' categories, chosen by `params.count`.
 * @param {string} key
 * @param {Record<string, unknown>} [params] numbers are written as people here write them
 */
export function t(key, params = {}) {
  return worded(words[key], params) ?? key;
}

/**
 * The text of a message of a family: translated by its code, else the text it came with.
 * @param {string} family
 * @param {Message | {code: string, params?: Record<string, unknown>, text?: string} | null | undefined} message
 */
export function say(family, message) {
  if (!message) return "";
  return worded(words[`${family}.${message.code}`], message.params ?? {}) ?? message.text ?? message.code;
}

/**
 * The text of a key, or nothing when the dictionary lacks it.
 * @param {string} key
 */
export function known(key) {
  return worded(words[key], {});
}

/**
 * @param {string | Record<string, string> | undefined} entry
 * @param {Record<string, unknown>} params
 * @returns {string | undefined}
 */
function worded(entry, params) {
  if (entry === undefined) return undefined;
  let template = entry;
  if (typeof template === "object") {
    const rules = kept("plural", () => new Intl.PluralRules(language));
    template = template[rules.select(Number(params["count"] ?? 0))] ?? template["other"] ?? "";
  }
  return template.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = params[name];
    return value === undefined || value === null ? whole : shown(name, value);
  });
}

/**
 * A value as people here write it: numbers, dates, and what has a code.
 * @param {string} name
 * @param {unknown} value
 */
function shown(name, value) {
  if (typeof value === "number") return number(value);
  const text = String(value);
  if (DATED.includes(name) && /^\d{4}-\d\d-\d\d$/.test(text)) return day(text);
  return (name in CODED ? known(`${CODED[name]}${text}`) : undefined) ?? text;
}

/**
 * @param {number} value
 * @param {number} [digits] at most, after the point
 */
export function number(value, digits = 1) {
  return kept(`number${digits}`, () => new Intl.NumberFormat(language, { maximumFractionDigits: digits })).format(value);
}

/**
 * A whole percentage, rounded down: 99.9 is not yet 100.
 * @param {number} value 0 to 100
 */
export function percent(value) {
  const format = kept("percent", () => new Intl.NumberFormat(language, { style: "percent" }));
  return format.format(Math.floor(value) / 100);
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

/** @param {number} value */
export function bytes(value) {
  const power = value < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(value) / 3));
  const unit = UNITS[power] ?? "byte";
  const shown = value / 1000 ** power;
  const digits = power > 0 && shown < 10 ? 1 : 0;
  const format = kept(`${unit}${digits}`, () => new Intl.NumberFormat(language, {
    style: "unit", unit, unitDisplay: power === 0 ? "long" : "short", maximumFractionDigits: digits,
  }));
  return format.format(shown);
}

/**
 * "25 s", "2 min", "2 min 30 s", "1 hr 5 min".
 * @param {number} seconds
 */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  if (hours > 0) return join(unit(hours, "hour"), minutes > 0 && unit(minutes, "minute"));
  if (minutes > 0) return join(unit(minutes, "minute"), rest > 0 && unit(rest, "second"));
  return unit(rest, "second");
}

/**
 * A guess should not look exact: 25 s, 1 min, 3 min.
 * @param {number} seconds
 */
export function roughly(seconds) {
  if (seconds < 10) return duration(Math.max(1, seconds));
  if (seconds < 55) return duration(Math.ceil(seconds / 5) * 5);
  return duration(Math.max(1, Math.round(seconds / 60)) * 60);
}

/** @param {(string | false)[]} words */
function join(...words) {
  return words.filter(Boolean).join(" ");
}

/**
 * @param {number} value
 * @param {string} name
 */
function unit(value, name) {
  const style = name === "second" ? "narrow" : "short";
  const format = kept(`${name}`, () => new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: style }));
  return name === "second" ? format.format(value).replace(/(\d)\s?(\p{L})/u, "$1\u00a0$2") : format.format(value);
}

/**
 * The time of day, to the second.
 * @param {number} seconds since 1970
 */
export function clockTime(seconds) {
  const format = kept("clock", () => new Intl.DateTimeFormat(language, {
    hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
  }));
  return format.format(seconds * 1000);
}

/**
 * The time today, else the date as well.
 * @param {number} seconds since 1970
 */
export function moment(seconds) {
  const date = new Date(seconds * 1000);
  const today = date.toDateString() === new Date().toDateString();
  const format = kept(today ? "time" : "date", () => new Intl.DateTimeFormat(language, today
    ? { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }
    : { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }));
  return format.format(date);
}

/**
 * A date without a time, as records have it.
 * @param {string} iso YYYY-MM-DD
 */
export function day(iso) {
  const date = new Date(`${iso}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return iso;
  return kept("day", () => new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone: "UTC" })).format(date);
}

/**
 * The name of a language by its tag.
 * @param {string} tag
 */
export function languageName(tag) {
  return kept("languages", () => new Intl.DisplayNames(language, { type: "language" })).of(tag) ?? tag;
}

/** @param {string[]} items */
export function listed(items) {
  return kept("list", () => new Intl.ListFormat(language, { style: "short", type: "unit" })).format(items);
}
