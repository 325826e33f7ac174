/** Where documents come in: a large zone on an empty page, a bar once there are jobs. */

import { filesOfList } from "../files.js";
import { fill, html, part, setText } from "../html.js";
import { bytes, listed, say, t } from "../i18n.js";
import { shipFieldOf } from "../schema.js";
import { icon } from "./icons.js";
import { OptionsForm } from "./options_form.js";
import { documentOfPhotos } from "./photo_sheet.js";
import { Piece, make } from "./piece.js";
import { ShipChoice } from "./ship_choice.js";

export class Start extends Piece {
  small = false;
  #options = /** @type {OptionsForm | null} */ (null);

  build() {
    this.className = "start";
    const { accepts, file_bytes } = this.app.session.limits;
    const accept = accepts.join(",");
    fill(this, html`
      <div class="zone">
        <div class="zone-mark">${icon("up")}</div>
        <p class="zone-text">${t("ui.start.drop")} <button type="button" class="primary" data-open="files">${t("ui.start.choose")}</button></p>
        <p class="zone-more"><button type="button" class="quiet" data-open="folder">${icon("folder")}${t("ui.start.folder")}</button>
        <button type="button" class="quiet camera" data-open="camera">${icon("camera")}${t("ui.start.camera")}</button></p>
        <p class="zone-formats muted">${t("ui.start.formats", { formats: listed(accepts.map((each) => each.replace(".", "").toUpperCase())), size: bytes(file_bytes) })}</p>
        <input type="file" multiple hidden data-part="files" accept="${accept}">
        <input type="file" multiple hidden webkitdirectory data-part="folder">
        <input type="file" hidden accept="image/*" capture="environment" data-part="camera">
      </div>
      <div class="start-choices">
        <fieldset class="chips" data-part="chips"><legend class="hidden">${t("ui.start.pipeline")}</legend></fieldset>
        <div data-part="ship" hidden></div>
        <details class="options"><summary>${t("ui.options")}</summary><div data-part="options"></div></details>
      </div>`);
    for (const name of ["files", "folder", "camera"]) {
      const input = part(this, name, HTMLInputElement);
      input.addEventListener("change", () => {
        const files = filesOfList(input.files);
        if (name === "camera") void this.#review(files);
        else this.offer(files);
        input.value = "";
      });
    }
    this.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("[data-open]") : null;
      if (button instanceof HTMLElement) part(this, button.dataset["open"] ?? "", HTMLInputElement).click();
    });
    this.addEventListener("change", () => this.#drawOptions());
    const ship = make(ShipChoice, this.app);
    ship.ship = this.app.ship;
    ship.addEventListener("chosen", () => (this.app.ship = ship.ship));
    part(this, "ship", HTMLElement).append(ship);
    this.#drawChips();
  }

  draw() {
    this.classList.toggle("small", this.small);
  }

  /** The pipeline that new documents go to. */
  get pipeline() {
    const chosen = this.querySelector('input[name="pipeline"]:checked');
    const name = chosen instanceof HTMLInputElement ? chosen.value : "";
    return this.app.pipelines.find((each) => each.name === name);
  }

  /**
   * Uploads files with what is chosen; says why when it cannot.
   * @param {File[]} files
   */
  offer(files) {
    const { pipeline } = this;
    if (files.length === 0) return;
    if (!pipeline) return this.app.notice("failed", t("ui.start.none"), t("ui.start.no_pipeline"));
    const chosen = this.#options?.chosen() ?? { options: {}, start: true, priority: "normal" };
    if (!chosen) return;
    const [field, ship] = [shipFieldOf(pipeline), this.app.ship];
    const options = field && ship ? { ...chosen.options, [field]: ship.id } : chosen.options;
    void this.app.uploads.add(files, { pipeline: pipeline.name, ...chosen, options });
  }

  /**
   * Photos are the pages of one document.
   * @param {File[]} photos
   */
  async #review(photos) {
    const whole = photos.length > 0 ? await documentOfPhotos(photos) : null;
    if (whole) this.offer([whole]);
  }

  /** The choices anew, as when the service has learned of pipelines since. */
  #drawChips() {
    const { pipelines } = this.app;
    const preset = pipelines.find((each) => each.default) ?? pipelines[0];
    const chips = part(this, "chips", HTMLElement);
    for (const each of chips.querySelectorAll("label, p")) each.remove();
    const holder = document.createElement("template");
    fill(holder, html`${pipelines.map((each) => html`<label class="chip"><input type="radio" name="pipeline" value="${each.name}"
      ${each === preset && html`checked`}><span>${say("pipeline", each.title ?? { code: each.name })}</span></label>`)}
      ${pipelines.length === 0 && html`<p class="muted">${t("ui.start.no_pipeline")}</p>`}`);
    chips.append(...holder.childNodes);
    this.#drawOptions();
  }

  #drawOptions() {
    const { pipeline } = this;
    const details = /** @type {HTMLElement} */ (this.querySelector("details"));
    details.hidden = !pipeline;
    part(this, "ship", HTMLElement).hidden = !pipeline || !shipFieldOf(pipeline);
    if (!pipeline || this.#options?.pipeline === pipeline) return;
    if (!this.#options) {
      this.#options = make(OptionsForm, this.app);
      this.#options.pipeline = pipeline;
      part(this, "options", HTMLElement).append(this.#options);
    } else {
      this.#options.pipeline = pipeline;
      this.#options.draw();
    }
    setText(/** @type {Element} */ (details.querySelector("summary")), t("ui.options"));
  }
}

customElements.define("hw-start", Start);
