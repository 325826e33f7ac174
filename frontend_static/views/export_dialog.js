/** What is filtered, as a file: in which form is asked, and kept for the next time while the page is open. */

import { html, part, setText } from "../html.js";
import { t } from "../i18n.js";
import { openDialog } from "./dialogs.js";

const FORMS = ["xlsx", "csv", "json"];
/** By the name that the service has for each; `;` is what spreadsheets expect where a comma stands in numbers. */
const SEPARATORS = /** @type {Record<string, string>} */ ({ comma: ",", semicolon: ";", tab: "tab", pipe: "|" });

let chosen = { format: "xlsx", separator: "comma", bom: true };

/**
 * @param {string} query the filters
 * @param {number} count of certificates that match
 */
export async function exportByDialog(query, count) {
  await openDialog(html`
    <p>${t("ui.export.text", { count })}</p>
    <fieldset class="chips"><legend class="hidden">${t("ui.export.form")}</legend>${FORMS.map((each) => html`<label class="chip">
      <input type="radio" name="format" value="${each}" ${each === chosen.format && html`checked`}><span>${t(`ui.export.form.${each}`)}</span></label>`)}</fieldset>
    <div data-part="csv" class="dialog-form">
      <div class="field"><label for="export-separator">${t("ui.export.separator")}</label><select id="export-separator" name="separator">
        ${Object.keys(SEPARATORS).map((each) => html`<option value="${each}" ${each === chosen.separator && html`selected`}>${t(`ui.export.separator.${each}`)}</option>`)}</select></div>
      <div class="field flag"><label><input type="checkbox" name="bom" ${chosen.bom && html`checked`} aria-describedby="export-bom-help"> ${t("ui.export.bom")}</label>
        <p class="muted" id="export-bom-help">${t("ui.export.bom_help")}</p></div>
    </div>
    <p class="muted" data-part="about"></p>
    <div class="dialog-actions"><a class="button primary" download data-part="file">${t("ui.export.do")}</a></div>`,
  t("ui.export.title"), (dialog) => {
    const form = /** @type {HTMLFormElement} */ (dialog.querySelector("form"));
    const draw = () => {
      const given = new FormData(form);
      chosen = { format: String(given.get("format")), separator: String(given.get("separator")), bom: given.has("bom") };
      const isCsv = chosen.format === "csv";
      part(dialog, "csv", HTMLElement).hidden = !isCsv;
      setText(part(dialog, "about", HTMLElement), t(`ui.export.about.${chosen.format}`));
      const how = { format: chosen.format, ...(isCsv && { separator: SEPARATORS[chosen.separator], bom: String(chosen.bom) }) };
      const asked = [query, new URLSearchParams(/** @type {Record<string, string>} */ (how))].filter(String).join("&");
      part(dialog, "file", HTMLAnchorElement).href = `/api/certificates/export?${asked}`;
    };
    form.addEventListener("change", draw);
    part(dialog, "file", HTMLAnchorElement).addEventListener("click", () => setTimeout(() => dialog.close(), 0));
    draw();
  });
}
