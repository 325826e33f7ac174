/** Tells people what happens while they look elsewhere: the tab's title, notes in the corner, the live region. */

/** @import {App} from "./app.js" */
/** @import {JobValue} from "./types.js" */

import { Announcer } from "./announcer.js";
import { Changes } from "./changes.js";
import { batchLook, batchWords, failureOf, lineOf, lookOf, phaseOf } from "./describe.js";
import { say, t } from "./i18n.js";
import { countsOf, sumOf, tally } from "./items.js";

export class Narrator {
  #changes = new Changes();
  /** @type {Map<string, boolean>} batch → was at work when last seen */
  #atWork = new Map();

  /**
   * @param {App} app
   * @param {Element} region that is live and polite
   */
  constructor(app, region) {
    this.app = app;
    this.region = region;
    this.announcer = new Announcer(
      (text) => region.replaceChildren(text),
      { after: (callback, milliseconds) => setTimeout(callback, milliseconds), now: () => performance.now() },
    );
  }

  /** Forgets what it was about to say, and what it said last: the language changes. */
  hush() {
    this.announcer.hush();
    this.region.replaceChildren();
  }

  /** Tells what is new. */
  turn() {
    const { jobs } = this.app.jobList;
    for (const { kind, job } of this.#changes.of(jobs, (job) => this.app.uploads.ofJob(job) !== undefined)) {
      if (kind === "phase") this.announcer.phase(t("ui.told", { name: job.name, what: phaseOf(job) }));
      if (kind === "question") this.announcer.ending(t("ui.told", { name: job.name, what: say("question", job.question) }));
      if (kind === "ending") this.#ended(job);
    }
    this.#batches();
    const list = this.app.list();
    const sum = tally(list, (id) => this.app.store.batch(`batch:${id}`));
    const asking = list.urgent.length;
    this.app.progress([
      asking > 0 && t("ui.batch.needs_you", { count: asking }), sum && `${sum.done}/${sum.total}`,
    ].filter(Boolean).join(" · "));
  }

  /**
   * The note says what the card says. Of a batch only failures get a note each; the others share one at its end.
   * @param {JobValue} job
   */
  #ended(job) {
    const item = { key: job.id, group: "", job, upload: null };
    const failure = failureOf(item);
    const words = [lineOf(item, this.app.now()), failure?.what].filter(Boolean).join(" · ");
    this.announcer.ending(t("ui.told", { name: job.name, what: words }));
    const alone = this.app.list().groups.every((group) => !group.items.some((each) => each.job?.id === job.id) || group.items.length < 2);
    if (alone || job.state === "failed") this.app.notice(lookOf(item), job.name, words, `/jobs/${job.id}`);
  }

  #batches() {
    const { groups, urgent } = this.app.list();
    for (const group of groups) {
      const batch = group.batchId ? this.app.store.batch(`batch:${group.batchId}`) : undefined;
      const items = [...group.items, ...urgent.filter((each) => each.group === group.key)];
      const { done, total } = sumOf(items, batch);
      if (total < 2) continue;
      // What was dropped here is at work before its batch is heard of; all else may have ended last week.
      const atWork = batch ? done < total : items.some((each) => each.upload);
      if (batch && this.#atWork.get(group.key) && !atWork) {
        const counts = countsOf(items, batch);
        this.app.notice(batchLook(counts), t("ui.batch.over"), batchWords(counts, total).join(" · "), "/");
      }
      this.#atWork.set(group.key, atWork);
    }
  }
}
