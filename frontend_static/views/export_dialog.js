/** What is to be had as a file: in which form is asked, and kept for the next time while the page is open. */

import { html, part, setText } from "../html.js";
import { t } from "../i18n.js";
import { openDialog } from "./dialogs.js";

/** By the name that the service has for each; `;` is what spreadsheets expect where a comma stands in numbers. */
const SEPARATORS = /** @type {Record<string, string>} */ ({ comma: ",", semicolon: ";", tab: "tab", pipe: "|" });

let chosen = { format: "xlsx", separator: "comma", bom: true };

/**
 * @typedef {object} FilesToHave
 * @property {string} title
 * @property {string} text
 * @property {string[]} forms
 * @property {(form: string) => string} about what is said of a form
 * @property {(form: string, how: Record<string, string>) => string} address `how` is of CSV only
 * @property {(dialog: HTMLDialogElement, form: string) => void} [drawn] whenever a form was chosen
 */

/**
 * @param {string} query the filters
 * @param {number} count of certificates that match
 */
export async function exportByDialog(query, count) {
  await exportDialog({
    title: t("ui.export.title"), text: t("ui.export.text", { count }), forms: ["xlsx", "csv", "json"],
    about: (form) => t(`ui.export.about.${form}`),
    address: (format, how) => `/api/certificates/export?${[query, new URLSearchParams({ format, ...how })].filter(String).join("&")}`,
  });
}

/** @param {FilesToHave} files */
export async function exportDialog({ title, text, forms, about, address, drawn }) {
  const preset = forms.includes(chosen.format) ? chosen.format : forms[0];
  await openDialog(html`
    <p>${text}</p>
    <fieldset class="chips"><legend class="hidden">${t("ui.export.form")}</legend>${forms.map((each) => html`<label class="chip">
      <input type="radio" name="format" value="${each}" ${each === preset && html`checked`}><span>${t(`ui.export.form.${each}`)}</span></label>`)}</fieldset>
    <div data-part="csv" class="dialog-form">
      <div class="field"><label for="export-separator">${t("ui.export.separator")}</label><select id="export-separator" name="separator">
        ${Object.keys(SEPARATORS).map((each) => html`<option value="${each}" ${each === chosen.separator && html`selected`}>${t(`ui.export.separator.${each}`)}</option>`)}</select></div>
      <div class="field flag"><label><input type="checkbox" name="bom" ${chosen.bom && html`checked`} aria-describedby="export-bom-help"> ${t("ui.export.bom")}</label>
        <p class="muted" id="export-bom-help">${t("ui.export.bom_help")}</p></div>
    </div>
    <p class="muted" data-part="about"></p>
    <div class="dialog-actions" data-part="actions"><a class="button primary" download data-part="file">${t("ui.export.do")}</a></div>`,
  title, (dialog) => {
    const form = /** @type {HTMLFormElement} */ (dialog.querySelector("form"));
    const draw = () => {
      const given = new FormData(form);
      chosen = { format: String(given.get("format")), separator: String(given.get("separator")), bom: given.has("bom") };
      const isCsv = chosen.format === "csv";
      part(dialog, "csv", HTMLElement).hidden = !isCsv;
      setText(part(dialog, "about", HTMLElement), about(chosen.format));
      const how = /** @type {Record<string, string>} */ (isCsv ? { separator: SEPARATORS[chosen.separator], bom: String(chosen.bom) } : {});
      part(dialog, "file", HTMLAnchorElement).href = address(chosen.format, how);
      drawn?.(dialog, chosen.format);
    };
    form.addEventListener("change", draw);
    part(dialog, "file", HTMLAnchorElement).addEventListener("click", () => setTimeout(() => dialog.close(), 0));
    draw();
  });
}
