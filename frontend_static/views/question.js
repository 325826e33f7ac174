/** What a person must decide, asked inside the card; errors stand beside their fields. */

/** @import {Question} from "../types.js" */

import { Refused, api, unreachable } from "../api.js";
import { answerAll } from "../commands.js";
import { problemText } from "../describe.js";
import { fill, html, part, setAttribute, setText } from "../html.js";
import { known, say, t } from "../i18n.js";
import { alike } from "../items.js";
import { Piece } from "./piece.js";

export class QuestionForm extends Piece {
  jobId = "";
  jobName = "";
  /** @type {Question | null} */
  question = null;
  #shown = "";

  build() {
    this.className = "question";
    this.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit(/** @type {SubmitEvent} */ (event).submitter);
    });
    this.addEventListener("input", (event) => {
      if (event.target instanceof HTMLInputElement) this.#complain(event.target.name, "");
    });
  }

  attached() {
    this.on(this.app, "change", () => this.refresh());
  }

  draw() {
    if (!this.question) return;
    this.#drawQuestion(this.question);
    const others = alike(this.app.list().urgent, this.jobId, this.question).length;
    part(this, "alike", HTMLElement).hidden = others === 0;
    setText(part(this, "alike-text", HTMLElement), t("ui.question.alike", { count: others + 1 }));
  }

  /** @param {Question} question */
  #drawQuestion(question) {
    if (question.id === this.#shown) return;
    const again = this.contains(document.activeElement);
    this.#shown = question.id;
    const text = say("question", question);
    fill(this, html`
      <form novalidate aria-label="${t("ui.question.of", { name: this.jobName })}">
        <p class="question-text">${text}</p>
        ${question.fields.map((each) => this.#field(each))}
        <label class="alike" data-part="alike" hidden><input type="checkbox" data-part="all"> <span data-part="alike-text"></span></label>
        <div class="question-actions">
          ${question.choices.map((choice, at) => html`<button name="choice" value="${choice}" class="${at === 0 ? "primary" : ""}">${choiceText(choice)}</button>`)}
          ${question.choices.length === 0 && html`<button class="primary">${t("ui.question.answer")}</button>`}
        </div>
        <p class="field-error" data-error="" role="alert"></p>
      </form>`);
    if (again) /** @type {HTMLElement | null} */ (this.querySelector("input:not([type=checkbox])"))?.focus();
  }

  /** @param {{name: string, kind: string}} field */
  #field({ name, kind }) {
    const id = `q-${this.jobId}-${name}`;
    return html`<div class="field">
      <label for="${id}">${known(`ui.field.${name}`) ?? name}</label>
      <input id="${id}" name="${name}" type="${kind === "secret" ? "password" : "text"}" maxlength="1000"
        autocomplete="off" aria-describedby="${id}-error" required>
      <p class="field-error" id="${id}-error" data-error="${name}" role="alert"></p></div>`;
  }

  /** @param {HTMLElement | null} button */
  async #submit(button) {
    const { question } = this;
    if (!question) return;
    /** @type {Record<string, string>} */
    const answer = {};
    if (button instanceof HTMLButtonElement && button.name === "choice") answer["choice"] = button.value;
    for (const field of question.fields) {
      const input = this.querySelector(`input[name="${CSS.escape(field.name)}"]`);
      answer[field.name] = input instanceof HTMLInputElement ? input.value : "";
    }
    const empty = question.fields.find((field) => !answer[field.name]);
    for (const field of question.fields) this.#complain(field.name, answer[field.name] ? "" : t("ui.question.empty"));
    if (empty) return this.#focus(empty.name);
    const all = part(this, "all", HTMLInputElement).checked;
    const others = all ? alike(this.app.list().urgent, this.jobId, question) : [];
    this.#busy(true);
    try {
      await api.answer(this.jobId, question.id, answer);
      await answerAll(this.app, others, answer);
    } catch (error) {
      const problem = error instanceof Refused ? error.problem : unreachable();
      const field = String(problem.params?.["field"] ?? "");
      const mine = question.fields.some((each) => each.name === field);
      this.#complain(mine ? field : "", problemText(problem));
      if (mine) this.#focus(field);
    } finally {
      this.#busy(false);
    }
  }

  /** @param {boolean} busy */
  #busy(busy) {
    for (const button of this.querySelectorAll("button")) button.disabled = busy;
  }

  /** @param {string} name */
  #focus(name) {
    const input = this.querySelector(`input[name="${CSS.escape(name)}"]`);
    if (input instanceof HTMLInputElement) input.focus();
  }

  /**
   * @param {string} name a field, or "" for the form
   * @param {string} text
   */
  #complain(name, text) {
    const place = this.querySelector(`[data-error="${CSS.escape(name)}"]`);
    if (place) place.textContent = text;
    const input = name ? this.querySelector(`input[name="${CSS.escape(name)}"]`) : null;
    if (input) setAttribute(input, "aria-invalid", text ? "true" : null);
  }
}

/** @param {string} choice */
function choiceText(choice) {
  return known(`choice.${choice}`) ?? choice.replaceAll("_", " ");
}

customElements.define("hw-question", QuestionForm);
