/**
 * One bar from the first uploaded byte to the finished job: a notch parts the upload from the work (`items.js` says
 * why). It eases to reported values and never runs ahead of them.
 */

/** @import {Item} from "../items.js" */

import { barText } from "../describe.js";
import { fill, html, part, setAttribute } from "../html.js";
import { barOf } from "../items.js";
import { Piece } from "./piece.js";

export class Bar extends Piece {
  /** @type {HTMLElement[]} */
  #fills = [];

  /**
   * @param {Item} item
   * @param {string} tone
   * @param {string} label whose bar this is
   */
  show(item, tone, label) {
    const { upload, work, whole } = barOf(item);
    this.set([upload, work], whole, tone, label, barText(item));
  }

  /**
   * @param {number[]} shares how full each part is, 0 to 1: the upload and the work, or one for a plain bar
   * @param {number} whole 0 to 100
   * @param {string} tone
   * @param {string} label
   * @param {string} text
   */
  set(shares, whole, tone, label, text) {
    if (this.childElementCount !== shares.length) this.#parts(shares.length);
    shares.forEach((share, at) => {
      this.#fills[at]?.style.setProperty("--share", String(Math.max(0, Math.min(1, share))));
    });
    this.dataset["tone"] = tone;
    setAttribute(this, "role", "progressbar");
    setAttribute(this, "aria-valuemin", "0");
    setAttribute(this, "aria-valuemax", "100");
    setAttribute(this, "aria-valuenow", String(Math.floor(whole * 10) / 10));
    setAttribute(this, "aria-label", label);
    setAttribute(this, "aria-valuetext", text);
  }

  /** @param {number} count */
  #parts(count) {
    const parts = Array.from({ length: count }, (_, at) => at);
    fill(this, html`${parts.map((at) => html`<span class="bar-part"><span class="bar-fill" data-part="fill-${at}"></span></span>`)}`);
    this.#fills = parts.map((at) => part(this, `fill-${at}`, HTMLElement));
    this.classList.toggle("bar-split", count > 1);
  }
}

customElements.define("hw-bar", Bar);
