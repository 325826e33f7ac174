/** The ground of the page's elements: built once, drawn at most once a frame, and what they hold given back. */

/** @import {App} from "../app.js" */

import { nextFrame } from "../frame.js";

export class Piece extends HTMLElement {
  /** What the composition root hands down; set by whoever makes the element, before it is attached. @type {App} */
  app = /** @type {App} */ (/** @type {unknown} */ (null));
  #built = false;
  /** @type {(() => void)[]} */
  #held = [];
  #draw = () => {
    if (this.isConnected) this.draw();
  };

  connectedCallback() {
    if (!this.#built) {
      this.#built = true;
      this.build();
    }
    this.attached();
    this.draw();
  }

  disconnectedCallback() {
    for (const release of this.#held.splice(0)) release();
  }

  /** Makes the lasting parts, once. */
  build() {}

  /** Takes hold of what is needed while on the page. */
  attached() {}

  /** Shows what is known now; parts that did not change are not touched. */
  draw() {}

  /** Draws in the next frame. */
  refresh() {
    nextFrame(this.#draw);
  }

  /**
   * Calls this when the element leaves the page.
   * @param {() => void} release
   */
  hold(release) {
    this.#held.push(release);
  }

  /**
   * Listens while on the page.
   * @param {EventTarget} target
   * @param {string} type
   * @param {(event: any) => void} listener
   */
  on(target, type, listener) {
    target.addEventListener(type, listener);
    this.hold(() => target.removeEventListener(type, listener));
  }
}

/**
 * An element of the page's own, with what it needs.
 * @template {Piece} T
 * @param {{new (): T}} kind
 * @param {App} app
 * @returns {T}
 */
export function make(kind, app) {
  const element = new kind();
  element.app = app;
  return element;
}
