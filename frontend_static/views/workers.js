/** The workers as they are now: the queue, what each runs, which engine is away, what waits. */

/** @import {WorkerValue, WorkersValue} from "../types.js" */

import { api } from "../api.js";
import { tried } from "../commands.js";
import { arrange, fill, html, part, setText } from "../html.js";
import { clockTime, duration, number, say, t } from "../i18n.js";
import { Piece, make } from "./piece.js";
import { Waits } from "./waits.js";

const TOPIC = "admin:workers";
const QUEUE = ["queued", "running", "waiting", "oldest"];
const MADE = /** @type {const} */ (["pages", "steps", "jobs"]);

export class Workers extends Piece {
  /** @type {Map<string, HTMLElement>} */
  #workers = new Map();
  /** @type {Map<string, HTMLElement>} */
  #engines = new Map();
  #waits = /** @type {Waits | null} */ (null);

  build() {
    this.className = "workers";
    fill(this, html`
      <div class="queue-state" data-part="queue"><p data-part="open" role="status"></p>
        <button type="button" data-queue="stop" hidden>${t("ui.queue.stop_now")}</button>
        <button type="button" data-queue="turn">${t("ui.queue.pause")}</button></div>
      <dl class="figures">${[...QUEUE, ...MADE].map((each) => html`<div><dt>${t(`ui.queue.${each}`)}</dt><dd data-part="${each}">–</dd></div>`)}</dl>
      <ul class="engines" data-part="engines" aria-label="${t("ui.engines")}"></ul>
      <ul class="worker-list" data-part="workers" aria-label="${t("ui.workers")}"></ul>
      <p class="muted" data-part="none" hidden>${t("ui.workers.none")}</p>`);
    this.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("[data-queue]") : null;
      if (button instanceof HTMLElement) void this.#turn(button.dataset["queue"] === "stop");
    });
    this.#waits = make(Waits, this.app);
    this.append(this.#waits);
  }

  attached() {
    this.hold(this.app.watch(TOPIC));
    this.hold(this.app.store.listen((topic) => {
      if (topic === TOPIC) this.refresh();
    }));
    this.on(this.app, "tick", () => this.refresh());
  }

  draw() {
    const value = /** @type {WorkersValue | null} */ (this.app.store.topic(TOPIC).value);
    if (!value) return;
    const { queue } = value;
    this.#drawQueue(value);
    setText(part(this, "queued", HTMLElement), number(queue?.queued ?? 0, 0));
    setText(part(this, "running", HTMLElement), number(queue?.running ?? 0, 0));
    setText(part(this, "waiting", HTMLElement), number(queue?.waiting ?? 0, 0));
    setText(part(this, "oldest", HTMLElement), queue?.oldest_wait_seconds ? duration(queue.oldest_wait_seconds) : "–");
    for (const each of MADE) {
      const made = value.throughput?.[`${each}_a_minute`] ?? 0;
      setText(part(this, each, HTMLElement), number(made, made < 100 ? 1 : 0));
    }
    this.#waits?.show(value.waits);
    const workers = Object.entries(value.workers ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
    part(this, "none", HTMLElement).hidden = workers.length > 0;
    arrange(part(this, "workers", HTMLElement), workers.map(([id]) => id), this.#workers, () => document.createElement("li"));
    for (const [id, each] of workers) this.#drawWorker(this.#workers.get(id), each);
    const engines = Object.entries(value.engines ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
    arrange(part(this, "engines", HTMLElement), engines.map(([id]) => id), this.#engines, () => document.createElement("li"));
    for (const [name, { state, detail, since, next_try: nextTry }] of engines) {
      const item = this.#engines.get(name);
      if (!item) continue;
      item.dataset["state"] = state;
      setText(item, [
        name, t(`ui.engine.${state}`), since ? t("ui.engine.since", { time: clockTime(since) }) : "", detail,
        nextTry ? t("ui.card.next_try", { time: clockTime(nextTry) }) : "",
      ].filter(Boolean).join(" · "));
    }
  }

  /** @param {WorkersValue} value */
  #drawQueue({ queue, workers }) {
    const paused = queue?.paused;
    const place = part(this, "queue", HTMLElement);
    place.dataset["paused"] = String(Boolean(paused));
    setText(part(this, "open", HTMLElement), paused
      ? t("ui.queue.paused", { by: paused.by, time: clockTime(paused.at) }) : t("ui.queue.open"));
    const [stop, turn] = place.querySelectorAll("button");
    const runs = Object.values(workers ?? {}).some((each) => Object.keys(each.running ?? {}).length > 0);
    if (stop) stop.hidden = !paused || !runs;
    if (turn) setText(turn, t(paused ? "ui.queue.resume" : "ui.queue.pause"));
  }

  /** @param {boolean} stop */
  async #turn(stop) {
    const paused = part(this, "queue", HTMLElement).dataset["paused"] === "true";
    await tried(this.app, t("ui.admin.title"), () =>
      stop ? api.queueCommand("pause", { stop: true }) : api.queueCommand(paused ? "resume" : "pause"));
  }

  /**
   * @param {HTMLElement | undefined} item
   * @param {WorkerValue} worker
   */
  #drawWorker(item, worker) {
    if (!item) return;
    const now = this.app.now();
    const running = Object.values(worker.running ?? {});
    const lines = running.map((each) => ({ ...each, words: t("ui.workers.step", {
      phase: say("phase", { code: each.phase }), time: duration(Math.max(0, now - each.since)) }) }));
    const head = t("ui.workers.head", { host: worker.host, pid: String(worker.pid) });
    const slots = t("ui.workers.slots", { busy: running.length, slots: worker.slots });
    const state = JSON.stringify([head, slots, lines.map((each) => [each.job_id, each.name, each.words])]);
    if (item.dataset["shown"] === state) return;
    item.dataset["shown"] = state;
    const focused = document.activeElement instanceof HTMLAnchorElement && item.contains(document.activeElement) ? document.activeElement.pathname : "";
    fill(item, html`<p><strong>${head}</strong> <span class="muted">${slots}</span></p>
      ${lines.map((each) => html`<p class="worker-step"><a href="/jobs/${each.job_id}" dir="auto">${each.name}</a> <span class="muted">${each.words}</span></p>`)}`);
    if (focused) /** @type {HTMLElement | null} */ (item.querySelector(`a[href="${CSS.escape(focused)}"]`))?.focus();
  }
}

customElements.define("hw-workers", Workers);
