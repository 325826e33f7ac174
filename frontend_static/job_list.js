/** One's own list of jobs as a topic whose limit grows when more is asked for; the old one stays until the new one is there. */

/** @import {Store} from "./store.js" */

const LIMITS = [50, 100, 200, 500];

export class JobList {
  #limit = 50;
  /** @type {(() => void)[]} */
  #releases = [];

  /**
   * @param {Store} store
   * @param {(topic: string) => () => void} watch
   */
  constructor(store, watch) {
    this.store = store;
    this.watch = watch;
    this.topic = "jobs";
    this.#releases.push(watch(this.topic));
    store.listen((topic) => {
      if (topic === this.#wanted && topic !== this.topic && store.topic(topic).known) this.#move(topic);
    });
  }

  get #wanted() {
    return this.#limit === 50 ? "jobs" : `jobs?limit=${this.#limit}`;
  }

  get jobs() {
    return this.store.list(this.topic);
  }

  /** How many jobs are in which state, of all, however many are shown. */
  get counts() {
    return this.store.topic(this.topic).counts;
  }

  /** Whether the service has more than is shown, and a larger list can be asked for. */
  get more() {
    return this.store.topic(this.topic).more && this.#limit < (LIMITS.at(-1) ?? 0);
  }

  /** @param {number} jobs that should be in the list */
  atLeast(jobs) {
    const limit = LIMITS.find((each) => each >= jobs) ?? LIMITS.at(-1) ?? 50;
    if (limit <= this.#limit) return;
    this.#limit = limit;
    this.#releases.push(this.watch(this.#wanted));
  }

  showMore() {
    this.atLeast(this.#limit + 1);
  }

  /** @param {string} topic */
  #move(topic) {
    this.topic = topic;
    for (const release of this.#releases.splice(0, this.#releases.length - 1)) release();
  }
}
