/** What happened to a job, line by line, newest last; follows its end while the reader is there. */

/** @import {LogLine} from "../types.js" */

import { arrange, fill, html } from "../html.js";
import { clockTime, say, t } from "../i18n.js";
import { Piece } from "./piece.js";

export class Log extends Piece {
  #list = document.createElement("ol");
  /** @type {Map<string, HTMLLIElement>} */
  #lines = new Map();

  build() {
    this.className = "log panel";
    fill(this, html`<h2>${t("ui.log")}</h2>`);
    this.#list.className = "log-lines";
    this.#list.tabIndex = 0;
    this.#list.setAttribute("aria-label", t("ui.log"));
    this.append(this.#list);
  }

  /** @param {Record<string, LogLine>} log */
  show(log) {
    // Several tell of one job, so lines may be numbered in another order than things happened.
    const keys = Object.keys(log).sort((a, b) => (log[a]?.at ?? 0) - (log[b]?.at ?? 0) || Number(a) - Number(b));
    const list = this.#list;
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 24;
    arrange(list, keys, this.#lines, (key) => lineOf(log[key]));
    if (atEnd) list.scrollTop = list.scrollHeight;
  }
}

/**
 * @param {LogLine | undefined} line
 * @returns {HTMLLIElement}
 */
function lineOf(line) {
  const item = document.createElement("li");
  if (!line) return item;
  item.dataset["level"] = line.level;
  const level = line.level === "info" ? "" : `${t(`ui.log.${line.level}`)}: `;
  fill(item, html`<time datetime="${new Date(line.at * 1000).toISOString()}">${clockTime(line.at)}</time>
    <span>${level}${say("log", withPhase(line))}</span>`);
  return item;
}

/**
 * A phase named in a line travels as its code; its words are the dictionary's.
 * @param {LogLine} line
 */
function withPhase(line) {
  const phase = line.params["phase"];
  if (typeof phase !== "string") return line;
  return { ...line, params: { ...line.params, phase: say("phase", { code: phase, text: phase }) } };
}

customElements.define("hw-log", Log);
