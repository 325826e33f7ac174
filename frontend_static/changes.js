/** What happened to jobs while somebody watched: phases, endings, questions. Pure. */

/** @import {JobValue} from "./types.js" */

import { ENDED } from "./items.js";

/** @typedef {{kind: "phase" | "ending" | "question", job: JobValue}} Change */

export class Changes {
  /** @type {Map<string, {state: string, phase: number, question: string | undefined}>} */
  #seen = new Map();

  /**
   * The changes since the last call. What is met for the first time is no change, since it may be as old as last week,
   * unless somebody waits for it here: a short job may have ended before it is heard of.
   * @param {JobValue[]} jobs
   * @param {(job: JobValue) => boolean} awaited
   * @returns {Change[]}
   */
  of(jobs, awaited = () => false) {
    /** @type {Change[]} */
    const found = [];
    for (const job of jobs) {
      const now = { state: job.state, phase: job.phase?.index ?? 0, question: job.question?.id };
      const was = this.#seen.get(job.id) ?? (awaited(job) ? { state: "", phase: 0, question: undefined } : null);
      this.#seen.set(job.id, now);
      if (!was) continue;
      if (ENDED.has(now.state) && !ENDED.has(was.state)) found.push({ kind: "ending", job });
      else if (now.question && now.question !== was.question) found.push({ kind: "question", job });
      else if (now.state === "processing" && now.phase !== was.phase) found.push({ kind: "phase", job });
    }
    return found;
  }
}
