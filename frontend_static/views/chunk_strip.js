/** A cell a chunk, by state and tries. Arrow keys move, Enter shows its sentences; a click does both. */

/** @import {JobValue} from "../types.js" */
/** @import {ChunkCell} from "../chunk_cells.js" */

import { chunkCells, chunkCounts, chunkFailures } from "../chunk_cells.js";
import { ofTotal } from "../describe.js";
import { arrange, fill, html, part, setAttribute, setText } from "../html.js";
import { say, t } from "../i18n.js";
import { Piece } from "./piece.js";
import { Roving } from "./roving.js";

/** More than these have no room for their numbers. */
const MOST_NUMBERED = 80;
const KEYS = ["d", "r", "w", "f", "p"];

export class ChunkStrip extends Piece {
  /** @type {Map<string, HTMLElement>} */
  #cells = new Map();
  /** @type {ChunkCell[]} */
  #shown = [];
  #roving = /** @type {Roving | null} */ (null);
  #failures = "";

  build() {
    this.className = "chunks";
    fill(this, html`<div class="chunks-head"><h2 id="chunks-title">${t("ui.chunks")}</h2><span class="muted" data-part="count"></span>
        <p class="strip-key muted" data-part="key">${KEYS.map((each) => html`<span data-key="${each}"><i class="chunk" data-state="${each}"></i>${t(`ui.chunks.state.${each}`)}</span>`)}</p></div>
      <div class="chunk-cells" role="listbox" aria-orientation="horizontal" aria-labelledby="chunks-title" data-part="cells"></div>
      <div class="failure" data-part="failures" hidden></div>`);
    this.#roving = new Roving(part(this, "cells", HTMLElement), (at) => this.#open(at));
  }

  /** @param {JobValue} job */
  show(job) {
    const cells = chunkCells(job);
    this.hidden = cells.length === 0;
    const holder = part(this, "cells", HTMLElement);
    holder.dataset["dense"] = String(cells.length > MOST_NUMBERED);
    this.#shown = cells;
    arrange(holder, cells.map((each) => String(each.number)), this.#cells, () => document.createElement("div"));
    cells.forEach((cell) => this.#paint(cell));
    this.#roving?.renewed();
    const counts = chunkCounts(cells);
    setText(part(this, "count", HTMLElement), t("ui.chunks.done", { of: ofTotal(counts["d"] ?? 0, cells.length) }));
    for (const each of part(this, "key", HTMLElement).children) {
      if (each instanceof HTMLElement) each.hidden = !counts[each.dataset["key"] ?? ""];
    }
    this.#drawFailures(job);
  }

  /** @param {ChunkCell} cell */
  #paint(cell) {
    const element = this.#cells.get(String(cell.number));
    if (!element) return;
    const state = `${cell.state}${cell.tries}`;
    if (element.dataset["told"] === state) return;
    Object.assign(element.dataset, { told: state, state: cell.state });
    element.className = "chunk";
    const label = labelOf(cell);
    setAttribute(element, "role", "option");
    setAttribute(element, "aria-selected", "false");
    setAttribute(element, "aria-label", label);
    element.title = label;
    fill(element, html`<span class="chunk-number">${cell.number}</span>${cell.tries > 1 && html`<span class="chunk-tries" data-tries="${cell.tries}"></span>`}`);
  }

  /** @param {JobValue} job */
  #drawFailures(job) {
    const failures = chunkFailures(job);
    const state = JSON.stringify(failures);
    if (state === this.#failures) return;
    this.#failures = state;
    const place = part(this, "failures", HTMLElement);
    place.hidden = failures.length === 0;
    fill(place, html`<p class="failure-what">${t("ui.chunks.failed", { count: failures.length })}</p>
      <ul>${failures.map(({ failure }) => html`<li>${say("failure", failure)} <span class="muted">${whyOf(failure)}</span></li>`)}</ul>
      <p><button type="button" class="primary" data-do="retry_chunks">${t("ui.action.retry_chunks")}</button>
        <span class="muted">${t("ui.chunks.retry_help")}</span></p>`);
  }

  /** @param {number} at */
  #open(at) {
    const cell = this.#shown[at];
    if (cell) this.dispatchEvent(new CustomEvent("open-chunk", { detail: cell.number }));
  }
}

/** @param {ChunkCell} cell */
function labelOf({ number, state, tries }) {
  const words = t("ui.chunks.cell", { chunk: number, state: t(`ui.chunks.state.${state}`) });
  return tries > 1 ? t("ui.chunks.tried", { cell: words, tries }) : words;
}

/** The engine's own failure, where the warning carries it. @param {import("../types.js").Failure} failure */
function whyOf(failure) {
  const reason = failure.params["reason"];
  return typeof reason === "string" ? say("failure", { code: reason, params: failure.params, text: "" }) : "";
}

customElements.define("hw-chunk-strip", ChunkStrip);
