/** The start page: the zone, what needs a person, and the batches, newest first. */

/** @import {Group, Item} from "../items.js" */

import { cancelEverything } from "../commands.js";
import { waitsForLong } from "../describe.js";
import { arrange, fill, html, part, setAttribute, setText } from "../html.js";
import { t } from "../i18n.js";
import { ended } from "../items.js";
import { BatchLine } from "./batch_line.js";
import { Card } from "./card.js";
import { Piece, make } from "./piece.js";
import { Start } from "./start.js";

export class Home extends Piece {
  #start = /** @type {Start | null} */ (null);
  /** @type {Map<string, Card>} */
  #urgent = new Map();
  /** @type {Map<string, BatchSection>} */
  #sections = new Map();

  build() {
    this.className = "home";
    fill(this, html`
      <h1 class="hidden">${t("ui.home.title")}</h1>
      <div data-part="start"></div>
      <div class="list-line" role="group" aria-label="${t("ui.list")}" data-part="list" hidden><p data-part="list-text"></p>
        <button type="button" data-part="cancel">${t("ui.list.cancel")}</button></div>
      <section class="urgent" data-part="urgent" aria-labelledby="urgent-title" hidden>
        <h2 id="urgent-title">${t("ui.home.urgent")}</h2><div class="cards" role="list" data-part="urgent-cards"></div></section>
      <div data-part="groups"></div>
      <p class="more" data-part="more" hidden><button type="button">${t("ui.home.more")}</button></p>`);
    this.#start = make(Start, this.app);
    this.#start.small = this.app.list().groups.length > 0;
    part(this, "start", HTMLElement).append(this.#start);
    part(this, "more", HTMLElement).addEventListener("click", () => this.app.showMore());
    part(this, "cancel", HTMLButtonElement).addEventListener("click", () => void cancelEverything(this.app, this.app.unfinished));
  }

  /** @param {File[]} files */
  offer(files) {
    this.#start?.offer(files);
  }

  attached() {
    this.on(this.app, "change", () => this.refresh());
    this.on(this.app, "tick", () => this.refresh());
    this.hold(() => this.app.needQueue(this, false));
  }

  draw() {
    const list = this.app.list();
    if (this.#start) {
      this.#start.small = list.urgent.length > 0 || list.groups.some((each) => each.items.length > 0);
      this.#start.draw();
    }
    const now = this.app.now();
    this.app.needQueue(this, list.groups.some((each) => each.items.some(({ job }) => waitsForLong(job, now))));
    this.#drawList([...list.groups.flatMap((each) => each.items), ...list.urgent]);
    this.#drawUrgent(list.urgent);
    const groups = new Map(list.groups.map((each) => [each.key, each]));
    const shown = list.groups.filter((each) => each.items.length > 0 || hasUrgent(list.urgent, each));
    arrange(part(this, "groups", HTMLElement), shown.map((each) => each.key), this.#sections, () => make(BatchSection, this.app));
    for (const [key, section] of this.#sections) {
      const group = groups.get(key);
      if (group) section.show(group, list.urgent.filter((each) => each.group === key), shown.indexOf(group) < WATCHED);
    }
    part(this, "more", HTMLElement).hidden = !this.app.more;
  }

  /**
   * What can be done with all that has not ended, where that is more than one batch: each of them has a line of its own.
   * Once there it stays, so that no card moves because work has ended.
   * @param {Item[]} items
   */
  #drawList(items) {
    const line = part(this, "list", HTMLElement);
    const count = this.app.unfinished;
    const groups = new Set(items.filter((each) => !ended(each)).map((each) => each.group));
    if (line.hidden && (count < 2 || (groups.size < 2 && !this.app.more))) return;
    line.hidden = false;
    setText(part(this, "list-text", HTMLElement), count > 0 ? t("ui.list.unfinished", { count }) : t("ui.batch.over"));
    const button = part(this, "cancel", HTMLButtonElement);
    if (count === 0 && document.activeElement === button) this.closest("main")?.focus();
    button.hidden = count === 0;
  }

  /** @param {Item[]} items */
  #drawUrgent(items) {
    part(this, "urgent", HTMLElement).hidden = items.length === 0;
    drawCards(part(this, "urgent-cards", HTMLElement), items, this.#urgent, () => make(Card, this.app));
  }
}

/**
 * @param {Item[]} urgent
 * @param {Group} group
 */
function hasUrgent(urgent, group) {
  return urgent.some((each) => each.group === group.key);
}

/**
 * @param {Element} parent
 * @param {Item[]} items
 * @param {Map<string, Card>} cards
 * @param {() => Card} makeCard
 */
function drawCards(parent, items, cards, makeCard) {
  const byKey = new Map(items.map((each) => [each.key, each]));
  arrange(parent, items.map((each) => each.key), cards, (key) => {
    const card = makeCard();
    card.item = byKey.get(key) ?? card.item;
    return card;
  });
  for (const [key, card] of cards) card.show(byKey.get(key) ?? card.item);
}

/** As many batches are watched live as a socket may hold beside all else; those below count by their cards. */
const WATCHED = 40;

/** The documents of one batch, under a line about all of them when there are several. */
class BatchSection extends Piece {
  #line = /** @type {BatchLine | null} */ (null);
  #release = () => {};
  #watched = "";
  /** @type {Map<string, Card>} */
  #cards = new Map();

  build() {
    this.className = "batch";
    fill(this, html`<div data-part="line"></div><div class="cards" role="list" data-part="cards"></div>`);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#release();
    this.#watched = "";
  }

  /**
   * @param {Group} group
   * @param {Item[]} urgent those of the batch that stand elsewhere
   * @param {boolean} watched
   */
  show(group, urgent, watched) {
    const all = [...group.items, ...urgent];
    this.#watch(watched && all.length > 1 ? group.batchId : null);
    if (all.length > 1 && !this.#line) {
      this.#line = make(BatchLine, this.app);
      part(this, "line", HTMLElement).append(this.#line);
    }
    part(this, "line", HTMLElement).hidden = all.length < 2;
    setAttribute(this, "role", all.length < 2 ? null : "group");
    setAttribute(this, "aria-label", all.length < 2 ? null : t("ui.batch"));
    this.#line?.show(group, all);
    const cards = part(this, "cards", HTMLElement);
    cards.hidden = group.items.length === 0;
    drawCards(cards, group.items, this.#cards, () => make(Card, this.app));
  }

  /** @param {string | null} batchId */
  #watch(batchId) {
    const topic = batchId ? `batch:${batchId}` : "";
    if (topic === this.#watched) return;
    this.#release();
    this.#watched = topic;
    this.#release = topic ? this.app.watch(topic) : () => {};
  }
}

customElements.define("hw-batch", BatchSection);
customElements.define("hw-home", Home);
