/**
 * What the page knows, by topic, from frames. Pure: no DOM, no socket, no clock; it runs in Node as well.
 *
 * A reader keeps (epoch, seq) per topic and job. What does not fit is not guessed at: `take` answers "resubscribe".
 */

/** @import {BatchValue, Frame, JobValue, Patch, Problem, Snapshot, Value} from "./types.js" */

import { adopt, apply, applyValue, verdict } from "./law.js";
import { withPlainPages } from "./page_ranges.js";

export { adopt, apply, merge } from "./law.js";

/**
 * @typedef {object} TopicState
 * @property {Map<string, Snapshot>} jobs job id → snapshot; one entry for a `job:` topic
 * @property {Set<string>} unconfirmed of an earlier list, not seen again since its new beginning
 * @property {number} coming cards that are still to follow the beginning of a list
 * @property {number} beats heard since then
 * @property {Value | null} value of a batch or of the workers
 * @property {Record<string, number>} counts of a list
 * @property {boolean} more the list goes on past its limit
 * @property {boolean} known something has been heard of this topic
 * @property {Problem | null} problem the topic was refused
 */

export class Store {
  constructor() {
    /** @type {Map<string, TopicState>} */
    this.topics = new Map();
    /** @type {Set<(topic: string) => void>} */
    this.listeners = new Set();
  }

  /**
   * Calls the listener with each topic that changed; answers with the function that stops it.
   * @param {(topic: string) => void} listener
   */
  listen(listener) {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  /**
   * The state of a topic, made when first asked for.
   * @param {string} topic
   * @returns {TopicState}
   */
  topic(topic) {
    let state = this.topics.get(topic);
    if (!state) {
      state = {
        jobs: new Map(), unconfirmed: new Set(), coming: 0, beats: 0, value: null, counts: {}, more: false, known: false,
        problem: null,
      };
      this.topics.set(topic, state);
    }
    return state;
  }

  /** @param {string} topic */
  forget(topic) {
    this.topics.delete(topic);
  }

  /**
   * Where to resume a `job:` topic: `epoch:seq`, or undefined when a snapshot is needed.
   * @param {string} topic
   */
  since(topic) {
    if (!topic.startsWith("job:")) return undefined;
    const snapshot = this.topics.get(topic)?.jobs.values().next().value;
    return snapshot ? `${snapshot.epoch}:${snapshot.seq}` : undefined;
  }

  /**
   * The jobs of a list.
   * @param {string} topic
   * @returns {JobValue[]}
   */
  list(topic) {
    const state = this.topics.get(topic);
    return state ? [...state.jobs.values()].map((each) => /** @type {JobValue} */ (each.value)) : [];
  }

  /**
   * The job of a `job:` topic.
   * @param {string} topic
   * @returns {JobValue | undefined}
   */
  job(topic) {
    return this.list(topic)[0];
  }

  /**
   * @param {string} topic
   * @returns {BatchValue | undefined}
   */
  batch(topic) {
    return /** @type {BatchValue | undefined} */ (this.topics.get(topic)?.value ?? undefined);
  }

  /**
   * Takes one frame in. "resubscribe" means that something was missed: ask for the topic again, from the start.
   * Throws BadRange for pages that cannot be.
   * @param {Frame} frame
   * @returns {"taken" | "resubscribe" | "ignored"}
   */
  take(frame) {
    if (frame.type === "ping") this.#beat();
    if (!frame.topic || !this.topics.has(frame.topic)) return "ignored";
    const state = this.topic(frame.topic);
    const answer = this.#turn(state, withPlainPages(frame));
    if (frame.type === "snapshot" && frame.counts) state.coming = cardsToCome(frame.topic, frame.counts);
    const inList = frame.type === "card" || (frame.type === "snapshot" && frame.counts);
    if (!inList || state.coming <= 0) this.#settle(state);
    if (answer === "taken") this.#tell(frame.topic);
    return answer;
  }

  /**
   * @param {TopicState} state
   * @param {Frame} frame
   * @returns {"taken" | "resubscribe" | "ignored"}
   */
  #turn(state, frame) {
    switch (frame.type) {
      case "snapshot":
        beginAnew(state, frame);
        return "taken";
      case "card":
        adoptCard(state, frame);
        return "taken";
      case "patch":
        return patchTopic(state, frame);
      case "gone":
        return state.jobs.delete(frame.job_id ?? "") ? "taken" : "ignored";
      case "counts":
        state.counts = frame.counts ?? {};
        state.more = frame.more ?? state.more;
        return "taken";
      case "error":
        state.problem = frame.problem ?? null;
        return "taken";
      default:
        return "ignored";
    }
  }

  /**
   * A list that began anew keeps showing its old cards until its new ones have all come, or something else comes:
   * what was not confirmed by then has left the list. So nothing flickers on a reconnect.
   * @param {TopicState} state
   */
  #settle(state) {
    for (const jobId of state.unconfirmed) state.jobs.delete(jobId);
    state.unconfirmed.clear();
  }

  /** A beat may overtake the cards of a list; two of them do not. */
  #beat() {
    for (const [topic, state] of this.topics) {
      if (state.unconfirmed.size === 0) continue;
      state.beats += 1;
      if (state.beats < 2) continue;
      this.#settle(state);
      this.#tell(topic);
    }
  }

  /** @param {string} topic */
  #tell(topic) {
    for (const listener of this.listeners) listener(topic);
  }
}

/**
 * @param {TopicState} state
 * @param {Frame} frame
 */
function beginAnew(state, frame) {
  state.known = true;
  state.problem = null;
  if (frame.counts) {
    state.counts = frame.counts;
    state.more = frame.more ?? false;
    state.unconfirmed = new Set(state.jobs.keys());
    state.beats = 0;
  } else if (frame.job_id) {
    state.jobs.set(frame.job_id, adopt(state.jobs.get(frame.job_id), snapshotOf(frame, Number(frame.seq))));
  } else state.value = frame.value ?? {};
}

/**
 * How many cards follow the beginning of a list, as its counts and its own filters say.
 * @param {string} topic
 * @param {Record<string, number>} counts by state, of all states
 */
function cardsToCome(topic, counts) {
  const query = new URLSearchParams(topic.split("?")[1] ?? "");
  const states = query.get("state")?.split(",") ?? Object.keys(counts).filter((each) => each !== "total");
  const matching = states.reduce((sum, each) => sum + (counts[each] ?? 0), 0);
  return Math.min(matching, Number(query.get("limit") ?? 50));
}

/**
 * A card is a whole snapshot of what a card shows, at the end of its span.
 * @param {TopicState} state
 * @param {Frame} frame
 */
function adoptCard(state, frame) {
  const jobId = frame.job_id ?? "";
  const known = state.jobs.get(jobId);
  const fresh = snapshotOf(frame, spanOf(frame)[1]);
  state.unconfirmed.delete(jobId);
  state.coming -= 1;
  if (known && known.epoch === fresh.epoch && known.seq > fresh.seq) return;
  state.jobs.set(jobId, adopt(known, fresh));
}

/**
 * @param {TopicState} state
 * @param {Frame} frame
 * @returns {"taken" | "resubscribe" | "ignored"}
 */
function patchTopic(state, frame) {
  if (!frame.job_id) {
    if (!state.value) return "resubscribe";
    state.value = applyValue(state.value, frame.set ?? {});
    return "taken";
  }
  const known = state.jobs.get(frame.job_id);
  /** @type {Patch} */
  const patch = { epoch: frame.epoch ?? "", seq: spanOf(frame), run: frame.run ?? 0, set: frame.set ?? {} };
  const what = verdict(known, patch);
  if (what === "gap") return "resubscribe";
  if (what === "known" || !known) return "ignored";
  state.jobs.set(frame.job_id, apply(known, patch));
  return "taken";
}

/**
 * @param {Frame} frame
 * @param {number} seq
 * @returns {Snapshot}
 */
function snapshotOf(frame, seq) {
  return { epoch: frame.epoch ?? "", seq, run: frame.run ?? 0, value: frame.value ?? {} };
}

/**
 * @param {Frame} frame
 * @returns {[number, number]}
 */
function spanOf(frame) {
  return Array.isArray(frame.seq) ? frame.seq : [Number(frame.seq), Number(frame.seq)];
}
