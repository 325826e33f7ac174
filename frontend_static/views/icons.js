/** Icons as outlines of 16 by 16; they say nothing by themselves, a word always stands beside or behind them. */

import { Markup, fragment, html } from "../html.js";

const PATHS = /** @type {Record<string, string>} */ ({
  up: "M8 13V3M4 7l4-4 4 4",
  file: "M4 1.5h5L12.5 5v9.5h-9v-13zM9 1.5V5h3.5",
  clock: "M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM8 4.5V8l2.5 1.5",
  work: "M14.2 6.2A6.5 6.5 0 1 0 14.5 8M14.5 2.5v4h-4",
  pause: "M5.5 3v10M10.5 3v10",
  play: "M5 2.8v10.4L13 8z",
  ask: "M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM6 6.2a2 2 0 1 1 2.7 1.9c-.5.2-.7.5-.7 1.1M8 11.2v.3",
  done: "M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM5 8.2l2.1 2.1L11 6.2",
  warn: "M8 2 1.5 13.5h13zM8 6.5v3.5M8 11.7v.3",
  fail: "M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4",
  stop: "M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM5 8h6",
  staged: "M3 3.5h10v9H3zM6 8h4",
  cross: "M4 4l8 8M12 4l-8 8",
  retry: "M1.8 6.2A6.5 6.5 0 1 1 1.5 8M1.5 2.5v4h4",
  down: "M8 3v9M4 8.5 8 12.5l4-4M3 14.5h10",
  folder: "M1.5 13V3h4.7l1.5 2h6.8v8z",
  camera: "M1.5 4.5h3l1-2h5l1 2h3v9h-13zM8 11.2a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  copy: "M5.5 5.5v-4h9v9h-4M1.5 5.5h9v9h-9z",
  pencil: "M11 2.5 13.5 5 5.5 13l-3 .5.5-3z",
  left: "M10 3 5 8l5 5",
  right: "M6 3l5 5-5 5",
  person: "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 14.5c.4-3 2.8-4.5 6-4.5s5.6 1.5 6 4.5",
});

/** The icon of each look of `describe.js`. */
export const ICON_OF = /** @type {Record<string, string>} */ ({
  upload_waiting: "up", uploading: "up", storing: "up", accepted: "clock", refused: "fail", lost: "fail",
  staged: "staged", queued: "clock", processing: "work", pausing: "pause", paused: "pause", waiting: "ask",
  completed: "done", warnings: "warn", rejected: "stop", failed: "fail", cancelled: "stop",
});

/** @param {string} name */
export function icon(name) {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false"><path d="${PATHS[name] ?? ""}"/></svg>`;
}

/**
 * Shows another icon in a holder only when it changes.
 * @param {HTMLElement} holder
 * @param {string} name
 */
export function setIcon(holder, name) {
  if (holder.dataset["icon"] === name) return;
  holder.dataset["icon"] = name;
  holder.replaceChildren(fragment(icon(name)));
}

/**
 * A button of an icon alone; its words are its label and its tooltip.
 * @param {string} name
 * @param {string} label
 * @param {string} part
 * @returns {Markup}
 */
export function iconButton(name, label, part) {
  return html`<button type="button" class="quiet icon-button" data-part="${part}" aria-label="${label}" title="${label}">${icon(name)}</button>`;
}
