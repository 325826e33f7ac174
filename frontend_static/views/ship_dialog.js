/** A ship's name and number, asked for in a dialog; what the service does not take is told beside its field. */

/** @import {Ship, ShipName} from "../types.js" */

import { Refused, unreachable } from "../api.js";
import { problemText } from "../describe.js";
import { html, part, setAttribute, setText } from "../html.js";
import { t } from "../i18n.js";
import { ships } from "../records.js";
import { openDialog } from "./dialogs.js";

const FIELDS = ["name", "imo"];
/** The field that a problem is about. */
const FIELD_OF = /** @type {Record<string, string>} */ ({ value_no_imo: "imo", ship_there: "imo" });

/**
 * Adds a ship, or changes one. Answers with it, or with null where the dialog was left.
 * @param {ShipName | null} ship
 * @param {{name?: string, imo?: string}} [preset] of a new one
 * @returns {Promise<Ship | null>}
 */
export async function shipByDialog(ship, preset = {}) {
  /** @type {Ship | null} */
  let made = null;
  const given = { name: ship?.name ?? preset.name ?? "", imo: ship?.imo ?? preset.imo ?? "" };
  await openDialog(html`
    ${FIELDS.map((name) => html`<div class="field"><label for="ship-${name}">${t(`ui.ship.${name}`)}</label>
      <input id="ship-${name}" name="${name}" data-part="${name}" value="${name === "imo" ? given.imo : given.name}" maxlength="300" autocomplete="off"
        ${name === "imo" && html`inputmode="numeric"`} aria-describedby="ship-${name}-help ship-${name}-error">
      <p class="muted" id="ship-${name}-help">${t(`ui.ship.${name}_help`)}</p>
      <p class="field-error" id="ship-${name}-error" data-error="${name}" role="alert"></p></div>`)}
    <p class="field-error" data-error="" role="alert"></p>
    <div class="dialog-actions"><button type="button" class="primary" data-part="save">${ship ? t("ui.save") : t("ui.ship.add")}</button></div>`,
  ship ? t("ui.ship.change") : t("ui.ship.new"), (dialog) => {
    const form = /** @type {HTMLFormElement} */ (dialog.querySelector("form"));
    const save = async () => {
      made = await saved(dialog, ship);
      if (made) dialog.close("saved");
    };
    part(dialog, "save", HTMLButtonElement).addEventListener("click", () => void save());
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
      event.preventDefault(); // the form's first button closes it
      void save();
    });
    queueMicrotask(() => part(dialog, "name", HTMLInputElement).select());
  });
  return made;
}

/**
 * @param {HTMLDialogElement} dialog
 * @param {ShipName | null} ship
 * @returns {Promise<Ship | null>} null where it was refused, which stands in the dialog then
 */
async function saved(dialog, ship) {
  const [name, imo] = FIELDS.map((each) => part(dialog, each, HTMLInputElement).value.trim());
  complain(dialog, "name", name ? "" : t("ui.options.wrong.empty"));
  if (!name) return null;
  const button = part(dialog, "save", HTMLButtonElement);
  button.disabled = true;
  try {
    const wanted = { name, imo: imo || null };
    return await (ship ? ships.change(ship.id, wanted) : ships.add(wanted));
  } catch (error) {
    const problem = error instanceof Refused ? error.problem : unreachable();
    complain(dialog, FIELD_OF[problem.code] ?? "", problemText(problem));
    return null;
  } finally {
    button.disabled = false;
  }
}

/**
 * @param {HTMLDialogElement} dialog
 * @param {string} field or "" for all
 * @param {string} text
 */
function complain(dialog, field, text) {
  for (const each of dialog.querySelectorAll("[data-error]")) {
    setText(each, each instanceof HTMLElement && each.dataset["error"] === field ? text : "");
  }
  for (const name of FIELDS) setAttribute(part(dialog, name, HTMLInputElement), "aria-invalid", text && name === field ? "true" : null);
  if (text && field) part(dialog, field, HTMLInputElement).focus();
}
