/** Which language the page speaks: the one chosen here before, else the first that the browser's owner prefers, else English. */

import { LANGUAGES, speak } from "./i18n.js";

const KEPT = "language";
const PRESET = "en";

/**
 * @param {string | null} chosen
 * @param {readonly string[]} preferred as the browser tells them: "vi-VN", "en"
 */
export function wished(chosen, preferred) {
  const wishes = [chosen ?? "", ...preferred].map((each) => each.toLowerCase().split("-")[0] ?? "");
  return wishes.find((each) => Object.hasOwn(LANGUAGES, each)) ?? PRESET;
}

/**
 * Fetches a language's words and speaks it from now on. Where they cannot be had, all stays as it is.
 * @param {string} tag
 */
async function speakAs(tag) {
  const response = await fetch(`/static/i18n/${tag}.json`);
  if (!response.ok) throw new Error(`no words of ${tag}`);
  speak(await response.json(), tag);
  document.documentElement.lang = tag;
}

/** Speaks as is wished on this device. */
export async function speakAsWished() {
  await speakAs(wished(localStorage.getItem(KEPT), navigator.languages));
}

/**
 * Speaks another language, now and when one comes back.
 * @param {string} tag
 */
export async function speakFromNowOn(tag) {
  await speakAs(tag);
  localStorage.setItem(KEPT, tag);
}
