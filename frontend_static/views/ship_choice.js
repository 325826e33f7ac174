/**
 * A ship to be chosen: one of one's own, found by name or number while typing, a new one, or, where that may be, none.
 * Says `chosen` with each choice of a person.
 */

/** @import {ShipName} from "../types.js" */

import { Refused, unreachable } from "../api.js";
import { problemText } from "../describe.js";
import { fill, html, part, setAttribute, setText } from "../html.js";
import { t } from "../i18n.js";
import { ships } from "../records.js";
import { icon } from "./icons.js";
import { Piece } from "./piece.js";
import { shipByDialog } from "./ship_dialog.js";

const SHOWN = 8;

/** What can be chosen: no ship at all, a ship, or one that is to be made. @typedef {ShipName | "none" | "new"} Choice */

export class ShipChoice extends Piece {
  /** What is chosen. @type {ShipName | null} */
  ship = null;
  /** Whether there may be none. */
  optional = true;
  /** @type {Choice[]} */
  #choices = [];
  #at = -1;
  #asked = 0;

  build() {
    this.className = "ship-choice field";
    fill(this, html`<label for="ship-choice">${t("ui.ship_choice")}</label>
      <div class="combo"><input id="ship-choice" role="combobox" aria-expanded="false" aria-controls="ship-choice-list" aria-autocomplete="list"
        autocomplete="off" spellcheck="false" maxlength="300" placeholder="${t("ui.ship_choice.none")}" data-part="input">
      <button type="button" class="quiet icon-button small" aria-label="${t("ui.ship_choice.clear")}" title="${t("ui.ship_choice.clear")}" data-part="clear">${icon("cross")}</button>
      <div class="combo-list" data-part="popup" hidden><div id="ship-choice-list" role="listbox" aria-label="${t("ui.ship_choice")}" data-part="list"></div>
        <p class="muted" data-part="note" role="status"></p></div></div>`);
    const input = part(this, "input", HTMLInputElement);
    input.addEventListener("input", () => void this.#ask(input.value.trim()));
    input.addEventListener("click", () => this.#open || void this.#ask(""));
    input.addEventListener("keydown", (event) => this.#key(event));
    input.addEventListener("focus", () => input.select());
    input.addEventListener("blur", () => this.#close());
    part(this, "popup", HTMLElement).addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    part(this, "list", HTMLElement).addEventListener("click", (event) => {
      const option = event.target instanceof Element ? event.target.closest("[role=option]") : null;
      if (option instanceof HTMLElement) void this.#choose(this.#choices[Number(option.dataset["at"])]);
    });
    part(this, "clear", HTMLElement).addEventListener("click", () => {
      void this.#choose("none");
      input.focus();
    });
  }

  draw() {
    const { ship } = this;
    if (!this.#open) part(this, "input", HTMLInputElement).value = ship ? titled(ship) : "";
    part(this, "clear", HTMLElement).hidden = !ship || !this.optional;
  }

  get #open() {
    return !part(this, "popup", HTMLElement).hidden;
  }

  /**
   * Shows what fits the words; of several questions under way only the last is answered.
   * @param {string} q
   */
  async #ask(q) {
    const asked = (this.#asked += 1);
    let note = "";
    /** @type {ShipName[]} */
    let found = [];
    try {
      const page = await ships.list({ q, limit: SHOWN });
      found = page.items;
      if (page.next) note = t("ui.ship_choice.more");
    } catch (error) {
      const problem = error instanceof Refused ? error.problem : unreachable();
      note = problemText(problem);
    }
    if (asked !== this.#asked || !this.contains(document.activeElement)) return;
    const none = /** @type {Choice[]} */ (this.optional ? ["none"] : []);
    this.#choices = q ? [...found, ...none, "new"] : [...none, ...found, "new"];
    const chosen = this.#choices.findIndex((each) => typeof each === "object" && each.id === this.ship?.id);
    this.#at = q ? (found.length > 0 ? 0 : this.#choices.length - 1) : Math.max(0, chosen);
    this.#list(q);
    setText(part(this, "note", HTMLElement), note);
  }

  /** @param {string} q */
  #list(q) {
    fill(part(this, "list", HTMLElement), html`${this.#choices.map((each, at) => html`<div role="option" id="ship-choice-${at}" data-at="${at}"
      aria-selected="${at === this.#at}">${optionMarkup(each, q)}</div>`)}`);
    part(this, "popup", HTMLElement).hidden = false;
    setAttribute(part(this, "input", HTMLInputElement), "aria-expanded", "true");
    this.#point();
  }

  #point() {
    for (const each of this.querySelectorAll("[role=option]")) {
      const here = each.id === `ship-choice-${this.#at}`;
      setAttribute(each, "aria-selected", String(here));
      if (here) each.scrollIntoView({ block: "nearest" });
    }
    setAttribute(part(this, "input", HTMLInputElement), "aria-activedescendant", this.#open ? `ship-choice-${this.#at}` : null);
  }

  #close() {
    this.#asked += 1;
    part(this, "popup", HTMLElement).hidden = true;
    setAttribute(part(this, "input", HTMLInputElement), "aria-expanded", "false");
    this.#point();
    this.draw();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (!this.#open) return void this.#ask("");
      this.#at = (this.#at + step + this.#choices.length) % this.#choices.length;
      this.#point();
    } else if (event.key === "Enter" && this.#open) {
      event.preventDefault();
      void this.#choose(this.#choices[this.#at]);
    } else if (event.key === "Escape" && this.#open) {
      event.stopPropagation();
      this.#close();
    }
  }

  /** @param {Choice | undefined} choice */
  async #choose(choice) {
    if (!choice) return;
    const typed = part(this, "input", HTMLInputElement).value.trim();
    this.#close();
    if (choice === "new") {
      const known = this.ship && titled(this.ship) === typed;
      const number = /^(?:IMO\s*)?\d[\d\s]*$/i.test(typed);
      const made = await shipByDialog(null, known ? {} : number ? { imo: typed } : { name: typed });
      if (!made) return;
      this.ship = made;
    } else this.ship = choice === "none" ? null : choice;
    this.draw();
    this.dispatchEvent(new Event("chosen"));
  }
}

/** @param {ShipName} ship */
function titled({ name, imo }) {
  return imo ? `${name} · ${imo}` : name;
}

/**
 * @param {Choice} choice
 * @param {string} q
 */
function optionMarkup(choice, q) {
  if (choice === "none") return html`<span>${t("ui.ship_choice.none")}</span>`;
  if (choice === "new") return html`<span>${q ? t("ui.ship_choice.new_named", { name: q }) : t("ui.ship_choice.new")}</span>`;
  return html`<span dir="auto">${choice.name}</span> <span class="muted">${choice.imo ?? ""}</span>`;
}

customElements.define("hw-ship-choice", ShipChoice);
