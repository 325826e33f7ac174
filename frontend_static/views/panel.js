/**
 * What is at work, in the corner of every page but the start page, whose own list it would repeat. It opens to cards and
 * shrinks to a line of counts, as its owner left it. What ended stays in it until it is closed, so that nothing moves
 * under a pointer.
 */

/** @import {Group, Item} from "../items.js" */

import { ofTotal, waitsForLong } from "../describe.js";
import { arrange, fill, html, part, setAttribute, setText } from "../html.js";
import { t } from "../i18n.js";
import { countsOf, needsPerson, sumOf, underWay } from "../items.js";
import { Card } from "./card.js";
import { icon, iconButton } from "./icons.js";
import { Piece, make } from "./piece.js";

const KEPT = "panel";
/** As many batches are counted by the service; others by their cards. */
const WATCHED = 10;

export class Panel extends Piece {
  /** Groups that were at work since the start page was left. @type {Set<string>} */
  #followed = new Set();
  /** Cards that were shown since then. @type {Set<string>} */
  #shown = new Set();
  /** @type {Map<string, Card>} */
  #cards = new Map();
  /** @type {Map<string, () => void>} */
  #watched = new Map();
  /** The view it was fitted to. */
  #beside = "";

  build() {
    this.className = "at-work";
    this.hidden = true;
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", t("ui.panel"));
    fill(this, html`
      <div class="at-work-head"><button type="button" class="quiet" data-part="turn" aria-controls="at-work"><span class="at-work-mark">${icon("work")}</span>
        <span class="at-work-text" data-part="text"></span><span class="at-work-turn">${icon("right")}</span></button>
        ${iconButton("cross", t("ui.panel.close"), "close")}</div>
      <div class="at-work-body" id="at-work" data-part="body">
        <div class="cards" role="list" aria-label="${t("ui.panel")}" data-part="cards"></div>
        <p class="at-work-all"><a href="/">${t("ui.panel.all")}</a></p></div>`);
    this.#fit();
    part(this, "turn", HTMLElement).addEventListener("click", () => this.#choose(!this.#open));
    part(this, "close", HTMLElement).addEventListener("click", () => this.#forget());
    this.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.#open) return;
      this.#choose(false);
      part(this, "turn", HTMLElement).focus();
    });
  }

  attached() {
    this.on(this.app, "route", () => this.#fit());
    for (const each of ["change", "tick", "route"]) this.on(this.app, each, () => this.refresh());
    this.hold(() => {
      this.app.needQueue(this, false);
      this.#watch([]);
    });
  }

  get #open() {
    return this.dataset["open"] === "true";
  }

  /** @param {boolean} open */
  #turn(open) {
    this.dataset["open"] = String(open);
    setAttribute(part(this, "turn", HTMLElement), "aria-expanded", String(open));
    part(this, "body", HTMLElement).hidden = !open;
  }

  /** As it was left, but small wherever it would lie on what is being corrected, until it is opened there. */
  #fit() {
    const { view } = this.app;
    if (view === this.#beside) return;
    this.#beside = view;
    const kept = localStorage.getItem(KEPT);
    this.#turn(view !== "review" && (kept ? kept === "open" : innerWidth > 640));
  }

  /** @param {boolean} open */
  #choose(open) {
    localStorage.setItem(KEPT, open ? "open" : "small");
    this.#turn(open);
    this.draw();
  }

  /** Once all has ended it can be closed; what comes next opens it again. */
  #forget() {
    this.#followed.clear();
    this.#shown.clear();
    this.draw();
    this.closest("body")?.querySelector("main")?.focus();
  }

  draw() {
    const away = this.app.view !== "home";
    const list = this.app.list();
    const groups = list.groups.map((each) => ({ ...each, items: [...list.urgent.filter((item) => item.group === each.key), ...each.items] }));
    if (!away) {
      this.#followed.clear();
      this.#shown.clear();
    } else for (const each of groups) if (each.items.some(underWay)) this.#followed.add(each.key);
    const followed = groups.filter((each) => this.#followed.has(each.key));
    this.#watch(followed.slice(0, WATCHED).flatMap((each) => (each.items.length > 1 && each.batchId ? [`batch:${each.batchId}`] : [])));
    const elsewhere = followed.flatMap((each) => each.items).filter((each) => !this.#isThePage(each));
    const wanted = elsewhere.filter((each) => underWay(each) || this.#shown.has(each.key));
    const gone = wanted.length === 0;
    if (gone && this.contains(document.activeElement)) this.closest("body")?.querySelector("main")?.focus();
    this.hidden = gone;
    const open = this.#open && !gone;
    const now = this.app.now();
    this.app.needQueue(this, open && wanted.some(({ job }) => waitsForLong(job, now)));
    if (gone) return;
    for (const each of wanted) this.#shown.add(each.key);
    this.#drawCounts(followed);
    part(this, "close", HTMLElement).hidden = followed.some((each) => each.items.some(underWay));
    if (open) this.#drawCards([...wanted.filter(needsPerson), ...wanted.filter((each) => !needsPerson(each))]);
  }

  /** Of the document whose page is open that page tells. @param {Item} item */
  #isThePage({ job, upload }) {
    return location.pathname === `/jobs/${job?.id ?? upload?.jobId}`;
  }

  /** @param {Group[]} groups */
  #drawCounts(groups) {
    const sums = { done: 0, total: 0, needs: 0, failed: 0 };
    for (const { batchId, items } of groups) {
      const batch = batchId && this.#watched.has(`batch:${batchId}`) ? this.app.store.batch(`batch:${batchId}`) : undefined;
      const { done, total } = sumOf(items, batch);
      const { needsYou, failed } = countsOf(items, batch);
      sums.done += done;
      sums.total += total;
      sums.needs += needsYou;
      sums.failed += failed;
    }
    const look = sums.needs > 0 ? "waiting" : sums.failed > 0 ? "failed" : sums.done < sums.total ? "processing" : "completed";
    this.dataset["look"] = look;
    setText(part(this, "text", HTMLElement), [
      ofTotal(sums.done, sums.total),
      sums.needs > 0 && t("ui.batch.needs_you", { count: sums.needs }),
      sums.failed > 0 && t("ui.batch.failed", { count: sums.failed }),
    ].filter(Boolean).join(" · "));
  }

  /** @param {Item[]} items */
  #drawCards(items) {
    const byKey = new Map(items.map((each) => [each.key, each]));
    arrange(part(this, "cards", HTMLElement), items.map((each) => each.key), this.#cards, (key) => {
      const card = make(Card, this.app);
      card.item = byKey.get(key) ?? card.item;
      return card;
    });
    for (const [key, card] of this.#cards) card.show(byKey.get(key) ?? card.item);
  }

  /** @param {string[]} topics */
  #watch(topics) {
    for (const [topic, release] of this.#watched) {
      if (topics.includes(topic)) continue;
      release();
      this.#watched.delete(topic);
    }
    for (const topic of topics) if (!this.#watched.has(topic)) this.#watched.set(topic, this.app.watch(topic));
  }
}

customElements.define("hw-panel", Panel);
