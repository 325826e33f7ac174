/** Cells of which Tab reaches one: arrow keys, Home, End and the page keys move, Enter, Space or a click open. */

import { setAttribute } from "../html.js";

const KEYS_A_PAGE = 10;

export class Roving {
  /** The cell that Tab reaches, from 0. */
  at = 0;

  /**
   * @param {HTMLElement} list what holds the cells, each an option
   * @param {(at: number) => void} open
   */
  constructor(list, open) {
    this.list = list;
    this.open = open;
    list.addEventListener("keydown", (event) => this.#pressed(event));
    list.addEventListener("click", (event) => {
      const cell = event.target instanceof Element ? event.target.closest("[role=option]") : null;
      if (cell) this.#open([...list.children].indexOf(cell));
    });
  }

  /** To be called when cells came or went. */
  renewed() {
    const last = this.list.children.length - 1;
    this.at = Math.max(0, Math.min(this.at, last));
    [...this.list.children].forEach((cell, at) => setAttribute(cell, "tabindex", at === this.at ? "0" : "-1"));
  }

  /** @param {number} at */
  #open(at) {
    this.#move(at);
    this.open(at);
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const last = this.list.children.length - 1;
    const row = this.#perRow();
    const to = {
      ArrowRight: this.at + 1, ArrowLeft: this.at - 1, ArrowDown: this.at + row, ArrowUp: this.at - row,
      Home: 0, End: last, PageDown: this.at + KEYS_A_PAGE, PageUp: this.at - KEYS_A_PAGE,
    }[event.key];
    if (event.key === "Enter" || event.key === " ") this.#open(this.at);
    else if (to === undefined) return;
    else this.#move(Math.max(0, Math.min(last, to)));
    event.preventDefault();
  }

  #perRow() {
    const cells = /** @type {HTMLElement[]} */ ([...this.list.children]);
    const row = cells.findIndex((each) => each.offsetTop > (cells[0]?.offsetTop ?? 0));
    return row > 0 ? row : 1;
  }

  /** @param {number} at */
  #move(at) {
    this.at = at;
    this.renewed();
    const cell = this.list.children[at];
    if (cell instanceof HTMLElement) cell.focus();
  }
}
