/**
 * What is said to those who listen to the page: phase changes at most every 5 s, only the newest; endings always,
 * gathered for a moment so that thirty of them are one sentence each and none is talked over.
 */

const PHASE_PAUSE = 5000;
const GATHER = 400;

export class Announcer {
  /** @type {string[]} */
  #endings = [];
  #phase = "";
  #lastPhase = -Infinity;
  /** @type {unknown} */
  #timer = null;

  /**
   * @param {(text: string) => void} speak
   * @param {{after: (callback: () => void, milliseconds: number) => unknown, now: () => number}} world
   */
  constructor(speak, world) {
    this.speak = speak;
    this.world = world;
  }

  /** @param {string} text */
  ending(text) {
    this.#endings.push(text);
    this.#plan();
  }

  /** @param {string} text */
  phase(text) {
    this.#phase = text;
    this.#plan();
  }

  /** What was not said yet is not said any more. */
  hush() {
    this.#endings = [];
    this.#phase = "";
  }

  #plan() {
    if (this.#timer !== null) return;
    const wait = this.#endings.length > 0 ? GATHER : this.#lastPhase + PHASE_PAUSE - this.world.now();
    this.#timer = this.world.after(() => this.#turn(), Math.max(GATHER, Math.min(wait, GATHER * 2)));
  }

  #turn() {
    this.#timer = null;
    const now = this.world.now();
    const sentences = this.#endings.splice(0);
    if (this.#phase && now - this.#lastPhase >= PHASE_PAUSE) {
      sentences.push(this.#phase);
      this.#phase = "";
      this.#lastPhase = now;
    }
    if (sentences.length > 0) this.speak(sentences.join(". "));
    if (this.#phase || this.#endings.length > 0) this.#plan();
  }
}
