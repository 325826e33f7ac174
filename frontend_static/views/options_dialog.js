/** A job's options in a dialog: other ones before its start, and the same or others for the same document once more. */

/** @import {App} from "../app.js" */
/** @import {JobValue, Pipeline} from "../types.js" */

import { Refused, api, unreachable } from "../api.js";
import { problemText } from "../describe.js";
import { fragment, html, part, setText } from "../html.js";
import { say, t } from "../i18n.js";
import { fieldsOf } from "../schema.js";
import { openDialog } from "./dialogs.js";
import { OptionsForm } from "./options_form.js";
import { make } from "./piece.js";

/**
 * @param {App} app
 * @param {JobValue} job that was not started
 */
export async function changeOptions(app, job) {
  await optionsDialog(app, job, {
    title: t("ui.change.title"), text: job.name, does: t("ui.save"), mayWait: false,
    act: async (options) => void (await api.changeOptions(job.id, options)),
  });
}

/**
 * @param {App} app
 * @param {JobValue} job that has ended
 */
export async function repeat(app, job) {
  await optionsDialog(app, job, {
    title: t("ui.repeat.title"), text: job.name, does: t("ui.repeat.do"), mayWait: true,
    act: async (options, start) => {
      const { job_id: fresh } = await api.repeat(job.id, { options, start });
      app.navigate(`/jobs/${fresh}`);
    },
  });
}

/**
 * @typedef {object} Way
 * @property {string} title
 * @property {string} text
 * @property {string} does what the main button says
 * @property {boolean} mayWait whether it may be left not started
 * @property {(options: Record<string, unknown>, start: boolean) => Promise<void>} act
 */

/**
 * @param {App} app
 * @param {JobValue} job
 * @param {Way} way
 */
async function optionsDialog(app, job, { title, text, does, mayWait, act }) {
  const pipeline = app.pipelines.find((each) => each.name === job.pipeline);
  if (!pipeline) return app.notice("failed", title, t("ui.start.no_pipeline"));
  const form = prefilled(app, job, pipeline);
  await openDialog(html`<p class="muted">${text} · ${say("pipeline", pipeline.title ?? { code: pipeline.name })}</p>`, title, (dialog) => {
    dialog.classList.add("options-dialog");
    dialog.append(form, fragment(html`<p class="field-error" role="alert" data-part="said"></p><div class="dialog-actions">
      ${mayWait && html`<label class="inline later"><input type="checkbox" data-part="later"> ${t("ui.repeat.later")}</label>`}
      <button type="button" data-part="no">${t("ui.review.leave")}</button><button type="button" class="primary" data-part="do">${does}</button></div>`));
    part(dialog, "no", HTMLElement).addEventListener("click", () => dialog.close());
    const go = async () => {
      const chosen = form.chosen();
      const button = part(dialog, "do", HTMLButtonElement);
      if (!chosen || button.disabled) return;
      const later = mayWait && part(dialog, "later", HTMLInputElement).checked;
      button.disabled = true;
      try {
        await act({ ...presetsOf(pipeline), ...chosen.options }, !later);
        dialog.close();
      } catch (error) {
        const problem = error instanceof Refused ? error.problem : unreachable();
        setText(part(dialog, "said", HTMLElement), problemText(problem));
        button.disabled = false;
      }
    };
    part(dialog, "do", HTMLElement).addEventListener("click", () => void go());
    form.addEventListener("submit", () => void go());
  });
}

/**
 * @param {App} app
 * @param {JobValue} job
 * @param {Pipeline} pipeline
 */
function prefilled(app, job, pipeline) {
  const form = make(OptionsForm, app);
  Object.assign(form, { pipeline, given: job.options ?? {}, ofUpload: false });
  return form;
}

/**
 * All that the form asks for as it is without a choice: what is left out of a change stays as it was.
 * @param {Pipeline} pipeline
 */
function presetsOf({ options_schema: schema }) {
  return Object.fromEntries(fieldsOf(schema).filter((each) => each.kind !== "ship").map(({ name, preset }) => [name, preset]));
}
