/** `/ships`: one's fleet, with how many certificates each ship has and what ends next. */

/** @import {Ship} from "../types.js" */

import { tried } from "../commands.js";
import { arrange, fill, fragment, html, part, setText } from "../html.js";
import { day, number, t } from "../i18n.js";
import { ships } from "../records.js";
import { confirmed } from "./dialogs.js";
import { icon } from "./icons.js";
import { Piece } from "./piece.js";
import { shipByDialog } from "./ship_dialog.js";

const A_PAGE = 100;

export class Ships extends Piece {
  /** @type {Ship[]} */
  #ships = [];
  /** @type {string | null} */
  #next = null;
  #asked = 0;
  #known = false;
  #seen = "";
  /** @type {Map<string, HTMLTableRowElement>} */
  #rows = new Map();

  build() {
    this.className = "ships";
    fill(this, html`
      <div class="ships-head"><h1>${t("ui.ships.title")}</h1><button type="button" class="primary" data-part="add">${t("ui.ship.new")}</button></div>
      <form role="search" data-part="form"><label><span class="hidden">${t("ui.ships.search")}</span>
        <input type="search" name="q" maxlength="200" placeholder="${t("ui.ships.search")}" data-part="q"></label></form>
      <table class="ship-table" data-part="table" hidden><thead><tr><th scope="col">${t("ui.ship.name")}</th><th scope="col">${t("ui.ship.imo")}</th>
        <th scope="col" class="figure">${t("ui.ships.certificates")}</th><th scope="col">${t("ui.ships.next")}</th><th scope="col">${t("ui.ships.overdue")}</th>
        <th scope="col"><span class="hidden">${t("ui.ships.actions")}</span></th></tr></thead><tbody data-part="rows"></tbody></table>
      <p class="notice" data-part="empty" role="status" hidden></p>
      <p class="more" data-part="more" hidden><button type="button">${t("ui.home.more")}</button></p>`);
    const q = part(this, "q", HTMLInputElement);
    q.value = new URLSearchParams(location.search).get("q") ?? "";
    q.addEventListener("input", () => {
      history.replaceState(null, "", q.value.trim() ? `/ships?${new URLSearchParams({ q: q.value.trim() })}` : "/ships");
      void this.#fetch();
    });
    part(this, "form", HTMLFormElement).addEventListener("submit", (event) => event.preventDefault());
    part(this, "more", HTMLElement).addEventListener("click", () => void this.#fetch(this.#next ?? undefined));
    part(this, "add", HTMLElement).addEventListener("click", () => void this.#add());
    this.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("[data-do]") : null;
      const ship = this.#ships.find((each) => button instanceof HTMLElement && each.id === button.dataset["ship"]);
      if (ship && button instanceof HTMLElement) void (button.dataset["do"] === "change" ? this.#change(ship) : this.#remove(ship));
    });
  }

  attached() {
    this.hold(this.app.store.listen((topic) => topic === "records" && this.#told()));
    this.hold(this.app.watch("records"));
    void this.#fetch();
  }

  /** Something of one's records is another than it was, or a day has begun. */
  #told() {
    const state = JSON.stringify(this.app.store.topic("records").value);
    if (state === this.#seen) return;
    this.#seen = state;
    void this.#fetch();
  }

  /**
   * The first page anew, with as many ships as are shown; or the page after.
   * @param {string} [cursor]
   */
  async #fetch(cursor) {
    const asked = (this.#asked += 1);
    await tried(this.app, t("ui.ships.title"), async () => {
      const limit = Math.min(500, Math.max(A_PAGE, cursor ? 0 : this.#ships.length));
      const page = await ships.list({ q: part(this, "q", HTMLInputElement).value.trim(), limit, cursor });
      if (asked !== this.#asked) return;
      this.#ships = cursor ? [...this.#ships, ...page.items] : page.items;
      this.#next = page.next;
      this.#known = true;
    });
    this.refresh();
  }

  draw() {
    const rows = part(this, "rows", HTMLElement);
    arrange(rows, this.#ships.map((each) => each.id), this.#rows, () => document.createElement("tr"));
    for (const ship of this.#ships) paint(this.#rows.get(ship.id), ship);
    const none = this.#known && this.#ships.length === 0;
    part(this, "table", HTMLElement).hidden = this.#ships.length === 0;
    const empty = part(this, "empty", HTMLElement);
    empty.hidden = !none;
    if (none) setText(empty, part(this, "q", HTMLInputElement).value.trim() ? t("ui.ships.none_found") : t("ui.ships.none"));
    part(this, "more", HTMLElement).hidden = !this.#next;
  }

  async #add() {
    if (await shipByDialog(null, { name: part(this, "q", HTMLInputElement).value.trim() })) await this.#fetch();
  }

  /** @param {Ship} ship */
  async #change(ship) {
    if (await shipByDialog(ship)) await this.#fetch();
  }

  /**
   * The focus goes to the ship after it.
   * @param {Ship} ship
   */
  async #remove(ship) {
    const { name } = ship;
    const words = { title: t("ui.ships.delete_title"), text: t("ui.ships.delete_text", { name }), yes: t("ui.ships.delete"), no: t("ui.ships.keep") };
    if (!(await confirmed(words))) return;
    if (!(await tried(this.app, name, () => ships.remove(ship.id)))) return;
    const at = this.#ships.indexOf(ship);
    const after = this.#ships[at + 1] ?? this.#ships[at - 1];
    await this.#fetch();
    this.draw();
    const row = after && this.#rows.get(after.id);
    (/** @type {HTMLElement | null} */ (row?.querySelector("a")) ?? part(this, "add", HTMLElement)).focus();
  }
}

/**
 * @param {HTMLTableRowElement | undefined} row
 * @param {Ship} ship
 */
function paint(row, ship) {
  const state = JSON.stringify(ship);
  if (!row || row.dataset["state"] === state) return;
  const had = row.contains(document.activeElement) && document.activeElement instanceof HTMLElement ? document.activeElement.dataset["do"] : undefined;
  row.dataset["state"] = state;
  const { total = 0, overdue = 0 } = ship.counts;
  row.replaceChildren(fragment(html`
    <th scope="row"><a href="/certificates?ship=${ship.id}" dir="auto">${ship.name}</a></th>
    <td data-label="${t("ui.ship.imo")}">${ship.imo ?? html`<span class="muted">${t("ui.ships.no_imo")}</span>`}</td>
    <td class="figure" data-label="${t("ui.ships.certificates")}">${number(total, 0)}</td>
    <td data-label="${t("ui.ships.next")}">${ship.next_end ? day(ship.next_end) : html`<span class="muted">–</span>`}</td>
    <td data-label="${t("ui.ships.overdue")}">${overdue > 0 ? html`<a class="overdue" href="/certificates?expiry=overdue&ship=${ship.id}">${icon("warn")}${t("ui.ships.overdue_count", { count: overdue })}</a>`
      : html`<span class="muted">–</span>`}</td>
    <td class="ship-actions"><button type="button" class="quiet" data-do="change" data-ship="${ship.id}" aria-label="${t("ui.action.of", { action: t("ui.ships.change"), name: ship.name })}">${t("ui.ships.change")}</button>
      <button type="button" class="quiet" data-do="delete" data-ship="${ship.id}" aria-label="${t("ui.action.of", { action: t("ui.ships.delete"), name: ship.name })}">${t("ui.ships.delete")}</button></td>`));
  if (had) /** @type {HTMLElement | null} */ (row.querySelector(`[data-do="${had}"]`))?.focus();
}

customElements.define("hw-ships", Ships);
