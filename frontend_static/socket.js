/**
 * The live connection: subscribes, resumes, notices a dead link, comes back with full jitter. No DOM; what it needs
 * of the world is handed in, so that it runs in Node with a clock of its own.
 */

/** @import {Frame} from "./types.js" */

import { BadRange } from "./page_ranges.js";

export const PROTOCOL = "headway.v1";

/**
 * connecting: never been live. live: what is shown is true now. delayed: the service lost its own source.
 * reconnecting: the link is gone, coming back. signed_out, closed: not coming back without a person.
 * @typedef {"connecting"|"live"|"delayed"|"reconnecting"|"signed_out"|"closed"} LinkState
 *
 * @typedef {object} World
 * @property {(url: string, protocol: string) => WebSocket} open
 * @property {(callback: () => void, milliseconds: number) => unknown} after
 * @property {(timer: any) => void} stop
 * @property {() => number} now milliseconds since 1970
 * @property {() => number} random
 */

/** @returns {World} */
export function browserWorld() {
  return {
    open: (url, protocol) => new WebSocket(url, protocol),
    after: (callback, milliseconds) => setTimeout(callback, milliseconds),
    stop: (timer) => clearTimeout(timer),
    now: () => Date.now(),
    random: () => Math.random(),
  };
}

/**
 * How long to wait before try `tries` (0 for the first), in milliseconds: full jitter up to min(20 s, 0.5·2ⁿ s).
 * @param {number} tries
 * @param {() => number} random
 */
export function backoff(tries, random) {
  return random() * Math.min(20_000, 500 * 2 ** Math.min(tries, 10));
}

/**
 * What a close code asks for.
 * @param {number} code
 * @returns {"sign_in" | "never" | "after_a_wait" | "at_once"}
 */
export function closeMeaning(code) {
  if (code === 4001) return "sign_in";
  if (code >= 4000 && code < 4100) return "never";
  if (code >= 4200 && code < 4300) return "at_once";
  return "after_a_wait";
}

export class Link extends EventTarget {
  /** @type {LinkState} */
  state = "connecting";
  /** When a frame last came, in milliseconds; what is shown is at least as true as it was then. */
  lastFrame = 0;
  /** When the link was last known to be good, in milliseconds: a frame came, or it was begun. */
  #soundAt = 0;
  /** Milliseconds that the service's clock is ahead of ours. */
  clockAhead = 0;

  /** @type {WebSocket | null} */
  #socket = null;
  #tries = 0;
  #heartbeat = 10_000;
  #requests = 0;
  #comeBackAfter = 0;
  /** @type {unknown} */
  #retryTimer = null;
  /** @type {unknown} */
  #beatTimer = null;
  /** @type {Map<string, number>} topic → holders */
  #topics = new Map();
  /** @type {Set<string>} asked for, not yet answered: what is shown of them may be old */
  #unanswered = new Set();
  #said = false;
  #degraded = false;

  /**
   * @param {string} url
   * @param {{take: (frame: Frame) => string, since: (topic: string) => string | undefined}} store
   * @param {World} world
   */
  constructor(url, store, world = browserWorld()) {
    super();
    this.url = url;
    this.store = store;
    this.world = world;
  }

  /** Opens the connection unless there is one. */
  connect() {
    if (this.#socket) return;
    this.world.stop(this.#retryTimer);
    this.#retryTimer = null;
    const socket = this.world.open(this.url, PROTOCOL);
    this.#socket = socket;
    this.#said = false;
    this.#comeBackAfter = 0;
    socket.onmessage = (event) => {
      if (this.#socket === socket) this.#receive(JSON.parse(String(event.data)));
    };
    socket.onclose = (event) => {
      if (this.#socket === socket) this.#closed(event.code);
    };
    this.#soundAt = this.world.now();
    this.#watchBeat(Math.max(this.#heartbeat, 10_000));
  }

  /** The person is back: do not wait out the backoff, and do not trust a link that was silent while nobody looked. */
  wake() {
    if (this.#socket && this.world.now() - this.#soundAt > 2 * this.#heartbeat) this.renew();
    else this.#connectUnlessEnded();
  }

  /** The network or the whole page was away: whatever link there was belongs to what was before. */
  renew() {
    this.#drop();
    this.#connectUnlessEnded();
  }

  #connectUnlessEnded() {
    if (this.state !== "signed_out" && this.state !== "closed") this.connect();
  }

  /** Starts again after a sign-in. */
  restart() {
    this.#tries = 0;
    this.#enter("connecting");
    this.connect();
  }

  /** Ends the connection for good, as after a sign-out. */
  end() {
    const socket = this.#socket;
    this.#socket = null;
    this.#stopTimers();
    socket?.close(1000);
    this.#enter("signed_out");
  }

  /**
   * Holds a topic; it is asked for at once and again after every reconnect. Give it back with `release`.
   * @param {string} topic
   */
  hold(topic) {
    const holders = this.#topics.get(topic) ?? 0;
    this.#topics.set(topic, holders + 1);
    if (holders === 0 && this.#said) this.#ask(topic);
  }

  /** @param {string} topic */
  release(topic) {
    const holders = this.#topics.get(topic) ?? 0;
    if (holders > 1) {
      this.#topics.set(topic, holders - 1);
      return;
    }
    this.#topics.delete(topic);
    this.#unanswered.delete(topic);
    if (holders === 1 && this.#said) this.#send({ type: "unsubscribe", topic });
    this.#judge();
  }

  /** @param {string} topic */
  holds(topic) {
    return this.#topics.has(topic);
  }

  /** @param {Frame} frame */
  #receive(frame) {
    this.lastFrame = this.#soundAt = this.world.now();
    this.#watchBeat(2 * this.#heartbeat);
    if (frame.at) this.clockAhead = frame.at * 1000 - this.lastFrame;
    if (frame.type === "hello") this.#greeted(frame);
    else if (frame.type === "ping") {
      this.#send({ type: "pong" });
      this.#tries = 0; // only a link that lasted a beat counts as good: a service that greets and drops is not hammered
    } else if (frame.type === "bye") this.#comeBackAfter = frame.after_ms ?? 0;
    else if (frame.type === "degraded") this.#degraded = true;
    else if (frame.type === "recovered") this.#degraded = false;
    try {
      this.#deliver(frame);
    } catch (wrong) {
      if (!(wrong instanceof BadRange)) throw wrong;
      this.#drop(); // whoever says that is not to be believed any more: another one may answer, after a wait
    }
    this.#judge();
  }

  /** @param {Frame} frame */
  #greeted(frame) {
    this.#said = true;
    this.#degraded = false;
    this.#heartbeat = (frame.heartbeat_seconds ?? 10) * 1000;
    this.#watchBeat(2 * this.#heartbeat);
    for (const topic of this.#topics.keys()) this.#ask(topic);
  }

  /** @param {Frame} frame */
  #deliver(frame) {
    const topic = frame.topic ?? "";
    const waiting = this.#unanswered.has(topic);
    if (frame.type === "snapshot" || frame.type === "error") this.#unanswered.delete(topic);
    else if (waiting && !this.store.since(topic)) return; // of the subscription that was given up: its sum is on the way
    const answer = this.store.take(frame);
    if (answer === "taken") this.#unanswered.delete(topic);
    if (answer === "resubscribe" && this.#topics.has(topic) && !waiting) this.#ask(topic, true);
  }

  /**
   * @param {string} topic
   * @param {boolean} [anew] from a fresh snapshot, since what is known has a hole
   */
  #ask(topic, anew = false) {
    if (anew) this.#send({ type: "unsubscribe", topic });
    const since = anew ? undefined : this.store.since(topic);
    this.#requests += 1;
    // A resumed topic that missed nothing is answered by silence, so only the others are waited for.
    if (!since) this.#unanswered.add(topic);
    this.#send({ type: "subscribe", id: this.#requests, topic, ...(since ? { since } : {}) });
  }

  /** @param {object} frame */
  #send(frame) {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(frame));
  }

  /** Live only when every topic has been answered; never more than is true. */
  #judge() {
    if (!this.#socket || !this.#said) return;
    if (this.#degraded) this.#enter("delayed");
    else if (this.#unanswered.size === 0 || this.state === "live") this.#enter("live");
  }

  /** @param {number} milliseconds */
  #watchBeat(milliseconds) {
    this.world.stop(this.#beatTimer);
    this.#beatTimer = this.world.after(() => this.#drop(), milliseconds);
  }

  #drop() {
    const socket = this.#socket;
    if (!socket) return;
    this.#closed(1006);
    socket.close();
  }

  /** @param {number} code */
  #closed(code) {
    this.#socket = null;
    this.#said = false;
    this.#unanswered.clear();
    this.#stopTimers();
    const meaning = closeMeaning(code);
    if (meaning === "sign_in") return this.#enter("signed_out");
    if (meaning === "never") return this.#enter("closed");
    if (this.state !== "connecting") this.#enter("reconnecting");
    this.#retryTimer = this.world.after(() => this.connect(), this.#wait(meaning));
    this.#tries += 1;
  }

  /** @param {"after_a_wait" | "at_once"} meaning */
  #wait(meaning) {
    const asked = this.#comeBackAfter;
    this.#comeBackAfter = 0;
    if (asked) return asked;
    // "At once" holds for the first try; a service that keeps saying it is met with the usual patience.
    return meaning === "at_once" && this.#tries === 0 ? 0 : backoff(this.#tries, this.world.random);
  }

  #stopTimers() {
    this.world.stop(this.#beatTimer);
    this.world.stop(this.#retryTimer);
    this.#beatTimer = this.#retryTimer = null;
  }

  /** @param {LinkState} state */
  #enter(state) {
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }
}

/**
 * Tells the link whenever the browser says that something came back: the network, the page out of the browser's
 * memory, or the person.
 * @param {Link} link
 */
export function wakeOnReturn(link) {
  addEventListener("online", () => link.renew());
  addEventListener("pageshow", (event) => {
    if (event.persisted) link.renew();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") link.wake();
  });
}
