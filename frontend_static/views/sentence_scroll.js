/**
 * Draws the rows in sight of a table that may have a hundred thousand, each as high as its words need. Blocks of rows
 * stand at their places in one tall sheet; when one of them turns out higher, or rows come in above, what is looked at
 * stays where it is.
 */

/** @import {Block, SentenceRows} from "../sentence_rows.js" */
/** @import {ChunkCell} from "../chunk_cells.js" */
/** @import {Looks} from "./sentence_row.js" */

import { arrange, fill, html, part, setAttribute, setText } from "../html.js";
import { t } from "../i18n.js";
import { focusOn, inField, newBlock, newRow, paintGap, paintRow, placeOf, setCurrent } from "./sentence_row.js";
import { Piece } from "./piece.js";

const AROUND = 500;
const GUESSED_ROW = 34;
const GAP_HEIGHT = 64;

export class SentenceScroll extends Piece {
  /** Blocks in sight and around it. @type {Block[]} */
  near = [];
  #rows = /** @type {SentenceRows | null} */ (null);
  /** @type {ChunkCell[]} */
  #cells = [];
  /** @type {Looks} */
  #looks = { most: null, sought: "", open: false };
  /** @type {Map<string, HTMLElement>} */
  #blocks = new Map();
  /** Measured, by block and how many rows it had. @type {Map<string, number>} */
  #heights = new Map();
  #width = 0;
  #rowHeight = GUESSED_ROW;
  /** The row that Tab reaches, by its place. */
  #current = 0;
  /** The place to focus once its row is drawn. */
  #wanted = -1;
  /** The chunk to show once it is known what there is; 0: none. */
  #wantedChunk = 0;
  /**
   * The row that is kept where it is: its id once it was fetched, else its place in its block.
   * @type {{id: string, key: string, index: number, y: number, at: number} | null}
   */
  #anchor = null;
  #empty = "";

  build() {
    this.className = "sentence-scroll";
    fill(this, html`<div class="sentence-window" data-part="window">
      <div role="grid" aria-label="${t("ui.sentences")}" aria-colcount="5" data-part="grid">
        <div role="row" class="sentence sentence-heads" aria-rowindex="1">
          ${["number", "text", "words", "page"].map((each, at) => html`<div role="columnheader" class="sentence-${each}" aria-colindex="${at + 1}">${t(`ui.sentences.col.${each}`)}</div>`)}
          <div role="columnheader" class="sentence-do" aria-colindex="5"><span class="hidden">${t("ui.sentences.edit")}</span></div></div>
        <div role="presentation" class="sentence-sheet" data-part="sheet"></div></div>
      <p class="table-empty muted" data-part="empty"></p></div>`);
    const scroll = this.window;
    scroll.addEventListener("scroll", () => this.refresh());
    this.addEventListener("keydown", (event) => this.#pressed(event));
    this.addEventListener("click", (event) => this.#clicked(event));
    this.addEventListener("dblclick", (event) => {
      const place = placeOf(event.target);
      if (place >= 0 && !inField(event.target)) this.#tell("edit", place);
    });
    this.addEventListener("focusin", (event) => {
      const place = placeOf(event.target);
      if (place >= 0 && place !== this.#current) this.#choose(place);
    });
  }

  attached() {
    const watch = new ResizeObserver(() => this.refresh());
    watch.observe(this.window);
    this.hold(() => watch.disconnect());
  }

  get #headHeight() {
    return part(this, "grid", HTMLElement).firstElementChild?.clientHeight ?? 0;
  }

  get window() {
    return part(this, "window", HTMLElement);
  }

  /**
   * @param {SentenceRows} rows
   * @param {ChunkCell[]} cells
   * @param {Looks} looks
   * @param {string} empty what is said where there is no row
   */
  show(rows, cells, looks, empty) {
    if (rows !== this.#rows) this.#heights.clear();
    this.#rows = rows;
    this.#cells = cells;
    this.#looks = looks;
    this.#empty = empty;
    this.window.dataset["found"] = String(rows.found);
    this.draw();
    if (this.#wantedChunk && rows.known) this.toChunk(this.#wantedChunk);
  }

  draw() {
    const rows = this.#rows;
    if (!rows) return;
    const { window } = this;
    if (window.clientWidth !== this.#width) this.#heights.clear();
    this.#width = window.clientWidth;
    const blocks = rows.blocks(this.#cells);
    const none = !blocks.some((each) => !each.gap);
    part(this, "grid", HTMLElement).hidden = none;
    const empty = part(this, "empty", HTMLElement);
    empty.hidden = !none;
    setText(empty, this.#empty);
    setAttribute(part(this, "grid", HTMLElement), "aria-rowcount", String(rows.total + 1));
    this.#current = Math.max(0, Math.min(this.#current, rows.total - 1));
    // What is found high enough is known only once it is drawn, and then others may come in sight: twice is enough.
    for (let turn = 0; turn < 3; turn += 1) {
      const tops = this.#tops(blocks);
      if (!this.#drawNear(blocks, tops) && turn > 0) break;
    }
    this.#hold(blocks);
    this.#focusWanted();
    if (this.#wanted < 0) this.#note(); // until then what is wanted is held
    if (rows.wants(this.near)) this.dispatchEvent(new Event("want"));
  }

  /** @param {Block} block */
  #sizeOf(block) {
    return block.gap ? GAP_HEIGHT : (this.#heights.get(`${block.key}/${block.count}`) ?? block.count * this.#rowHeight);
  }

  /** Where each block stands, and last where the sheet ends. @param {Block[]} blocks */
  #tops(blocks) {
    const tops = [0];
    for (const block of blocks) tops.push((tops.at(-1) ?? 0) + this.#sizeOf(block));
    return tops;
  }

  /**
   * Draws what is in sight; answers whether a height was other than thought.
   * @param {Block[]} blocks
   * @param {number[]} tops
   */
  #drawNear(blocks, tops) {
    const { window } = this;
    const sheet = part(this, "sheet", HTMLElement);
    sheet.style.setProperty("height", `${tops.at(-1)}px`);
    const [from, to] = [window.scrollTop - AROUND, window.scrollTop + window.clientHeight + AROUND];
    const held = document.activeElement?.closest(".sentence-block");
    this.near = blocks.filter((_, at) => (tops[at + 1] ?? 0) >= from && (tops[at] ?? 0) <= to);
    const shown = blocks.filter((each) => this.near.includes(each) || (held && held === this.#blocks.get(each.key)));
    arrange(sheet, shown.map((each) => each.key), this.#blocks, (key) => newBlock(key));
    for (const block of shown) this.#paint(block, tops[blocks.indexOf(block)] ?? 0);
    let changed = false;
    let [sum, count] = [0, 0];
    for (const block of shown) {
      const height = this.#blocks.get(block.key)?.offsetHeight ?? 0;
      if (block.gap || height === 0) continue;
      const key = `${block.key}/${block.count}`;
      if (Math.abs((this.#heights.get(key) ?? -1) - height) >= 1) {
        this.#heights.set(key, height);
        changed = true;
      }
      [sum, count] = [sum + height, count + block.count];
    }
    if (count > 0 && this.#heights.size < 3) this.#rowHeight = sum / count;
    return changed;
  }

  /**
   * @param {Block} block
   * @param {number} top
   */
  #paint(block, top) {
    const element = this.#blocks.get(block.key);
    if (!element) return;
    element.style.setProperty("top", `${top}px`);
    if (block.gap) return paintGap(element, block.gap);
    while (element.children.length > block.count) element.lastElementChild?.remove();
    while (element.children.length < block.count) element.append(newRow());
    this.#rows?.rowsOf(block).forEach((row, at) => {
      const line = /** @type {HTMLElement} */ (element.children[at]);
      paintRow(line, row, block.offset + at, this.#looks);
      setCurrent(line, block.offset + at === this.#current);
    });
  }

  /** Remembers the first row in sight. */
  #note() {
    const { window } = this;
    if (window.scrollTop <= 0 && !this.near[0]?.gap) return void (this.#anchor = null);
    const line = window.getBoundingClientRect().top + this.#headHeight;
    for (const block of this.near) {
      const element = block.gap ? null : this.#blocks.get(block.key);
      if (!element || element.getBoundingClientRect().bottom <= line) continue;
      for (const [index, row] of [...element.children].entries()) {
        const box = row.getBoundingClientRect();
        if (box.bottom <= line || !(row instanceof HTMLElement)) continue;
        const y = box.top - window.getBoundingClientRect().top;
        this.#anchor = { id: row.dataset["id"] ?? "", key: block.key, index, y, at: window.scrollTop };
        return;
      }
    }
    this.#anchor = null;
  }

  /** Puts the row that was in sight first back to where it was, or has been scrolled to since. @param {Block[]} blocks */
  #hold(blocks) {
    const anchor = this.#anchor;
    const { window } = this;
    // Of scrolling a busy browser tells late. Who has leapt far is let go.
    const scrolled = anchor ? window.scrollTop - anchor.at : 0;
    if (Math.abs(scrolled) > AROUND) this.#wanted = -1;
    if (!anchor || Math.abs(scrolled) > AROUND) return;
    const y = anchor.y - scrolled;
    const top = window.getBoundingClientRect().top;
    // What is drawn on the way there may be higher than thought.
    for (let turn = 0; turn < 3; turn += 1) {
      const row = this.#anchored(anchor);
      const at = blocks.findIndex((each) => each.key === anchor.key);
      if (!row && at < 0) return;
      const off = row ? row.getBoundingClientRect().top - top - y
        : (this.#tops(blocks)[at] ?? 0) + anchor.index * this.#rowHeight - y - window.scrollTop;
      if (row && Math.abs(off) < 1) return;
      window.scrollTop += off;
      Object.assign(anchor, { y, at: window.scrollTop });
      this.#drawNear(blocks, this.#tops(blocks));
    }
  }

  /** @param {{id: string, key: string, index: number}} anchor */
  #anchored({ id, key, index }) {
    return (id ? this.lineOf(id) : null) ?? this.#blocks.get(key)?.children[index] ?? null;
  }

  /**
   * The row that is looked at: the one with the focus if it is in sight, else the first in sight. Null at the top.
   * @returns {{id: string, y: number, focused: boolean} | null}
   */
  reading() {
    const { window } = this;
    const around = window.getBoundingClientRect();
    const line = document.activeElement?.closest(".sentence");
    const focused = line instanceof HTMLElement && this.contains(line);
    if (focused && line.dataset["id"]) {
      const box = line.getBoundingClientRect();
      const inSight = box.bottom > around.top + this.#headHeight && box.top < around.bottom;
      if (inSight) return { id: line.dataset["id"], y: box.top - around.top, focused };
    }
    if (!this.#anchor) this.#note();
    return this.#anchor?.id ? { id: this.#anchor.id, y: this.#anchor.y, focused } : null;
  }

  /**
   * Rows have come to stand elsewhere: this one, or what it has become part of, stays where it was.
   * @param {{id: string, y: number, focused: boolean}} reading
   */
  keep({ id, y, focused }) {
    const rows = this.#rows;
    const place = rows?.placeOf(id) ?? null;
    if (!rows || place === null) return;
    this.#heights.clear();
    const blocks = rows.blocks(this.#cells);
    const at = blocks.findIndex((each) => !each.gap && place >= each.offset && place < each.offset + each.count);
    const block = blocks[at];
    if (!block) return;
    const index = place - block.offset;
    this.#drawNear(blocks, this.#tops(blocks));
    this.window.scrollTop = (this.#tops(blocks)[at] ?? 0) + index * this.#rowHeight - y;
    this.#anchor = { id: rows.row(place)?.id ?? "", key: block.key, index, y, at: this.window.scrollTop };
    this.#choose(place);
    if (focused) this.#wanted = place;
  }

  toTop() {
    this.#anchor = null;
    this.#current = 0;
    this.window.scrollTop = 0;
  }

  /**
   * Shows the rows of a chunk, its first with the focus, or what is said in their stead.
   * @param {number} chunk
   */
  toChunk(chunk) {
    const rows = this.#rows;
    this.#wantedChunk = chunk;
    if (!rows?.known) return;
    this.draw(); // what came since is room to scroll in
    const blocks = rows.blocks(this.#cells);
    const at = blocks.findIndex((each) => (each.gap ? each.gap.first <= chunk && chunk <= each.gap.last : each.chunk === chunk));
    if (at < 0 && rows.wants([])) return; // its rows are to come
    this.#wantedChunk = 0;
    if (at < 0) return;
    this.#anchor = null;
    this.window.scrollTop = this.#tops(blocks)[at] ?? 0;
    const place = rows.beginning(chunk);
    if (place !== null) this.#move(place);
    else this.draw();
  }

  /** The row that is there, drawn. @param {number} place */
  line(place) {
    return /** @type {HTMLElement | null} */ (this.querySelector(`.sentence[data-place="${place}"]`));
  }

  /** The row of this id, drawn. @param {string} id */
  lineOf(id) {
    return /** @type {HTMLElement | null} */ (this.querySelector(`.sentence[data-id="${CSS.escape(id)}"]`));
  }

  /** @param {number} place */
  #choose(place) {
    const before = this.line(this.#current);
    if (before) setCurrent(before, false);
    this.#current = place;
    const line = this.line(place);
    if (line) setCurrent(line, true);
  }

  /** Moves the focus to a row, which may have to be fetched first. @param {number} place */
  #move(place) {
    const rows = this.#rows;
    if (!rows || rows.total === 0) return;
    const { window } = this;
    const to = Math.max(0, Math.min(place, rows.total - 1));
    this.#choose(to);
    this.#wanted = to;
    const blocks = rows.blocks(this.#cells);
    const at = blocks.findIndex((each) => !each.gap && to >= each.offset && to < each.offset + each.count);
    const block = blocks[at];
    if (!block) return;
    const index = to - block.offset;
    const line = this.line(to);
    this.#drawNear(blocks, this.#tops(blocks)); // what came since is room to scroll in
    const top = (this.#tops(blocks)[at] ?? 0) + (index / block.count) * this.#sizeOf(block);
    if (!line) window.scrollTop = top - window.clientHeight / 2;
    const y = line ? line.getBoundingClientRect().top - window.getBoundingClientRect().top : top - window.scrollTop;
    this.#anchor = { id: "", key: block.key, index, y, at: window.scrollTop };
    this.draw();
  }

  #focusWanted() {
    if (this.#wanted < 0) return;
    const line = this.line(this.#wanted);
    if (!line?.dataset["id"]) return;
    this.#wanted = -1;
    focusOn(line, "text");
    const { window } = this;
    const [box, around] = [line.getBoundingClientRect(), window.getBoundingClientRect()];
    const heads = this.#headHeight;
    if (box.top < around.top + heads) window.scrollTop += box.top - around.top - heads;
    else if (box.bottom > around.bottom) window.scrollTop += box.bottom - around.bottom + 1;
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (inField(event.target) || placeOf(event.target) < 0) return;
    const page = Math.max(1, Math.floor(this.window.clientHeight / this.#rowHeight) - 1);
    const to = {
      ArrowDown: this.#current + 1, ArrowUp: this.#current - 1, PageDown: this.#current + page, PageUp: this.#current - page,
      Home: 0, End: (this.#rows?.total ?? 1) - 1,
    }[event.key];
    const onButton = event.target instanceof HTMLButtonElement;
    if (event.key === "F2" || (event.key === "Enter" && !onButton)) this.#tell("edit", this.#current);
    else if (to === undefined || event.altKey || event.metaKey || event.ctrlKey) return;
    else this.#move(to);
    event.preventDefault();
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const button = event.target instanceof Element ? event.target.closest("[data-do]") : null;
    const place = placeOf(event.target);
    if (place < 0) return;
    if (!(button instanceof HTMLElement)) {
      const line = this.line(place);
      if (line && !inField(event.target) && getSelection()?.isCollapsed) focusOn(line, "text");
    } else if (button.dataset["do"] === "page") {
      this.dispatchEvent(new CustomEvent("open-page", { detail: Number(button.dataset["page"]), bubbles: true }));
    } else if (button.dataset["do"] === "edit") this.#tell("edit", place);
    else if (button.dataset["do"] === "take_back") this.#tell("take-back", place);
  }

  /**
   * @param {string} type
   * @param {number} place
   */
  #tell(type, place) {
    this.dispatchEvent(new CustomEvent(type, { detail: place }));
  }
}

customElements.define("hw-sentence-scroll", SentenceScroll);
