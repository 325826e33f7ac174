/** The results of a job: to look at, and to take away. */

/** @import {JobValue} from "../types.js" */

import { addresses } from "../api.js";
import { tried } from "../commands.js";
import { fill, html } from "../html.js";
import { bytes, t } from "../i18n.js";
import { showText } from "./dialogs.js";
import { icon } from "./icons.js";
import { Piece } from "./piece.js";

/** More than this is no reading matter for a dialog; the download has it all. */
const LOOK_BYTES = 300_000;

export class Artifacts extends Piece {
  #shown = "";
  #jobId = "";

  build() {
    this.className = "artifacts panel";
    this.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("[data-view]") : null;
      if (button instanceof HTMLElement) void this.#view(button.dataset["view"] ?? "");
    });
  }

  /** @param {JobValue} job */
  show(job) {
    const files = Object.entries(job.artifacts ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
    const isChanged = Boolean(job.edits) && files.length > 0;
    const state = JSON.stringify([job.id, files, job.document_id, isChanged]);
    if (state === this.#shown) return;
    this.#shown = state;
    this.#jobId = job.id;
    fill(this, html`<h2>${t("ui.artifacts")}</h2><ul>
      ${files.map(([name, each]) => html`<li><span class="artifact-name">${name}</span><span class="muted">${bytes(each.size)}</span>
        ${/^text\/|json/.test(each.media_type) && html`<button type="button" class="quiet" data-view="${name}"
          aria-label="${t("ui.artifacts.view_of", { file: name })}">${t("ui.artifacts.view")}</button>`}
        <a class="button quiet icon-button" download href="${addresses.artifact(job.id, name)}"
          aria-label="${t("ui.artifacts.download", { file: name })}" title="${t("ui.artifacts.download", { file: name })}">${icon("down")}</a></li>`)}
      ${job.document_id && html`<li><span class="artifact-name">${t("ui.artifacts.original")}</span><span class="muted">${job.size === undefined ? "" : bytes(job.size)}</span>
        <a class="button quiet icon-button" download href="${addresses.original(job.document_id)}"
          aria-label="${t("ui.artifacts.download", { file: job.name })}" title="${t("ui.artifacts.download", { file: job.name })}">${icon("down")}</a></li>`}
    </ul>${isChanged && html`<p class="muted">${t("ui.artifacts.as_made")}</p>`}`);
  }

  /** @param {string} name */
  async #view(name) {
    await tried(this.app, name, async () => {
      const response = await fetch(addresses.artifact(this.#jobId, name));
      if (!response.ok || !response.body) throw new Error("not there");
      const { text, whole } = await beginning(response.body);
      await showText(name, text, whole ? "" : t("ui.artifacts.cut", { size: bytes(LOOK_BYTES) }));
    });
  }
}

/**
 * The beginning of a text, without fetching the rest.
 * @param {ReadableStream<Uint8Array>} stream
 */
async function beginning(stream) {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let [text, read] = ["", 0];
  while (read < LOOK_BYTES) {
    const { done, value } = await reader.read();
    if (done) return { text: text + decoder.decode(), whole: true };
    read += value.byteLength;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return { text, whole: false };
}

customElements.define("hw-artifacts", Artifacts);
