/**
 * A form made from a pipeline's JSON Schema. What is left alone is not sent, so the service's presets hold. A ship is
 * chosen beside the form, not in it.
 */

/** @import {Pipeline} from "../types.js" */
/** @import {OptionField} from "../schema.js" */

import { fill, html, setAttribute } from "../html.js";
import { known, languageName, t } from "../i18n.js";
import { PRIORITIES, mayGive } from "../priorities.js";
import { fieldsOf, read } from "../schema.js";
import { Piece } from "./piece.js";

export class OptionsForm extends Piece {
  /** @type {Pipeline | null} */
  pipeline = null;
  /** What is chosen beforehand, where it is other than the presets. @type {Record<string, unknown>} */
  given = {};
  /** Whether it is of something that is not uploaded yet: its start and its priority can be chosen. */
  ofUpload = true;
  /** @type {OptionField[]} */
  #fields = [];
  #shown = "";

  build() {
    this.className = "options-form";
    this.addEventListener("submit", (event) => event.preventDefault());
  }

  draw() {
    const { pipeline } = this;
    if (!pipeline || pipeline.name === this.#shown) return;
    this.#shown = pipeline.name;
    this.#fields = fieldsOf(pipeline.options_schema).filter((each) => each.kind !== "ship");
    fill(this, html`<form novalidate aria-label="${t("ui.options")}">
      ${this.#fields.map((each) => fieldMarkup(pipeline.name, { ...each, preset: this.given[each.name] ?? each.preset }, this.#prefix))}
      ${this.ofUpload && this.#uploadMarkup()}
    </form>`);
  }

  /** Two forms may be there at once. */
  get #prefix() {
    return this.ofUpload ? "option" : "given";
  }

  #uploadMarkup() {
    return html`<div class="field"><label for="option--priority">${t("ui.priority")}</label>
      <select id="option--priority" name="-priority" aria-describedby="option--priority-help">${this.#priorities.map((each) => html`
        <option value="${each}" ${each === "normal" && html`selected`}>${t(`ui.priority.${each}`)}</option>`)}</select>
      <p class="muted" id="option--priority-help">${t(this.#priorities.includes("high") ? "ui.options.priority_help_admin" : "ui.options.priority_help")}</p></div>
      <div class="field flag"><label><input type="checkbox" name="-later"> ${t("ui.options.later")}</label>
      <p class="muted">${t("ui.options.later_help")}</p></div>`;
  }

  /** Those that this person may choose. */
  get #priorities() {
    return PRIORITIES.filter((each) => mayGive(each, this.app.session));
  }

  /**
   * What was chosen; null when something is wrong, which then stands beside its field with the focus on the first.
   * @returns {{options: Record<string, unknown>, start: boolean, priority: string} | null}
   */
  chosen() {
    const form = this.querySelector("form");
    if (!form) return { options: {}, start: true, priority: "normal" };
    /** @type {Record<string, string | boolean | string[]>} */
    const given = {};
    for (const field of this.#fields) {
      const inputs = [...form.querySelectorAll(`[name="${CSS.escape(field.name)}"]`)];
      given[field.name] = givenIn(field, inputs);
    }
    const { options, wrong } = read(this.#fields, given);
    for (const field of this.#fields) this.#complain(field, wrong[field.name]);
    if (Object.keys(wrong).length > 0) return null;
    const later = form.elements.namedItem("-later");
    const priority = form.elements.namedItem("-priority");
    return {
      options, start: !(later instanceof HTMLInputElement && later.checked),
      priority: priority instanceof HTMLSelectElement ? priority.value : "normal",
    };
  }

  /**
   * @param {OptionField} field
   * @param {string | undefined} code
   */
  #complain(field, code) {
    const input = this.querySelector(`[name="${CSS.escape(field.name)}"]`);
    const place = this.querySelector(`[data-error="${CSS.escape(field.name)}"]`);
    if (place) place.textContent = code ? t(`ui.options.wrong.${code}`, { least: field.least, most: field.most }) : "";
    if (!(input instanceof HTMLElement)) return;
    setAttribute(input, "aria-invalid", code ? "true" : null);
    if (code && !this.querySelector("[aria-invalid]:focus")) {
      this.closest("details")?.setAttribute("open", "");
      input.focus();
    }
  }
}

/**
 * @param {OptionField} field
 * @param {Element[]} inputs
 * @returns {string | boolean | string[]}
 */
function givenIn(field, inputs) {
  const first = inputs[0];
  if (field.kind === "set") {
    return inputs.flatMap((each) => (each instanceof HTMLInputElement && each.checked ? [each.value] : []));
  }
  if (field.kind === "flag") return first instanceof HTMLInputElement && first.checked;
  return first instanceof HTMLInputElement || first instanceof HTMLSelectElement ? first.value : "";
}

/**
 * @param {string} pipeline
 * @param {OptionField} field
 * @param {string} prefix of ids
 */
function fieldMarkup(pipeline, field, prefix) {
  const id = `${prefix}-${field.name}`;
  const own = known(`ui.option.${pipeline}.${field.name}`) ? `ui.option.${pipeline}.${field.name}` : `ui.option.any.${field.name}`;
  const title = known(own) ?? field.title;
  const help = known(`${own}.help`) ?? field.help;
  const about = html`${help && html`<p class="muted" id="${id}-help">${help}</p>`}
    <p class="field-error" id="${id}-error" data-error="${field.name}" role="alert"></p>`;
  const described = `${help ? `${id}-help ` : ""}${id}-error`;
  if (field.kind === "flag") {
    return html`<div class="field flag"><label><input type="checkbox" name="${field.name}" id="${id}"
      aria-describedby="${described}" ${field.preset === true && html`checked`}> ${title}</label>${about}</div>`;
  }
  if (field.kind === "set") {
    const preset = Array.isArray(field.preset) ? field.preset : [];
    return html`<fieldset class="field"><legend>${title}</legend>${field.choices.map((each) => html`<label class="inline">
      <input type="checkbox" name="${field.name}" value="${each}" ${preset.includes(each) && html`checked`}> ${choiceText(own, field, each)}</label>`)}${about}</fieldset>`;
  }
  return html`<div class="field"><label for="${id}">${title}</label>${inputMarkup(id, own, field, described)}${about}</div>`;
}

/**
 * A choice in words: the dictionary's, the name of a language, else as it is.
 * @param {string} own
 * @param {OptionField} field
 * @param {string} choice
 */
function choiceText(own, field, choice) {
  return known(`${own}.${choice}`) ?? (field.name === "languages" ? languageName(choice) : choice);
}

/**
 * @param {string} id
 * @param {string} own the key of the option's words
 * @param {OptionField} field
 * @param {string} described
 */
function inputMarkup(id, own, field, described) {
  if (field.kind === "choice") {
    return html`<select id="${id}" name="${field.name}" aria-describedby="${described}">
      ${field.optional && field.preset === null && html`<option value="">${known(`${own}.none`) ?? t("ui.option.any")}</option>`}${field.choices.map((each) => html`
      <option value="${each}" ${each === field.preset && html`selected`}>${choiceText(own, field, each)}</option>`)}</select>`;
  }
  const value = Array.isArray(field.preset) ? field.preset.join(", ") : (field.preset ?? "");
  const mode = field.kind === "number" ? "numeric" : "text";
  return html`<input id="${id}" name="${field.name}" inputmode="${mode}" value="${value}" autocomplete="off" aria-describedby="${described}">`;
}

customElements.define("hw-options-form", OptionsForm);
