/** The photos just taken, to be put in order, before they go up as the pages of one document. */

/** @import {Photo} from "../photos_to_pdf.js" */

import { filesOfList } from "../files.js";
import { fragment, html, part, setText } from "../html.js";
import { t } from "../i18n.js";
import { developed } from "../photos.js";
import { pdfOf } from "../photos_to_pdf.js";
import { openDialog } from "./dialogs.js";
import { icon } from "./icons.js";

/** @typedef {Photo & {small: HTMLCanvasElement}} Taken */

/**
 * Opens the sheet with the first photos. Answers with the document, or with null where it was closed without.
 * @param {File[]} files
 * @returns {Promise<File | null>}
 */
export async function documentOfPhotos(files) {
  /** @type {Sheet | null} */
  let sheet = null;
  const answer = await openDialog(html`
    <ol class="photos" data-part="photos"></ol>
    <p class="muted" role="status" data-part="note"></p>
    <p class="field-error" role="alert" data-part="wrong"></p>
    <p><button type="button" data-part="add">${icon("camera")}${t("ui.photos.add")}</button>
      <input type="file" hidden accept="image/*" capture="environment" data-part="camera"></p>
    <div class="field"><label for="photos-name">${t("ui.photos.name")}</label>
      <input id="photos-name" data-part="name" maxlength="120" autocomplete="off" value="${presetName()}"></div>
    <div class="dialog-actions"><button value="upload" class="primary" data-part="upload"></button></div>`, t("ui.photos"), (dialog) => {
    dialog.classList.add("photo-sheet");
    sheet = new Sheet(dialog);
    void sheet.add(files);
  });
  return answer === "upload" ? /** @type {Sheet | null} */ (sheet)?.document() ?? null : null;
}

/** "Photo 2027-05-03 14.05": no name of a file holds a colon everywhere. */
function presetName() {
  const now = new Date();
  const two = (/** @type {number} */ each) => String(each).padStart(2, "0");
  const when = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())} ${two(now.getHours())}.${two(now.getMinutes())}`;
  return t("ui.photos.preset", { when });
}

class Sheet {
  /** @type {Taken[]} */
  #photos = [];
  #coming = 0;

  /** @param {HTMLDialogElement} dialog */
  constructor(dialog) {
    this.dialog = dialog;
    const camera = part(dialog, "camera", HTMLInputElement);
    part(dialog, "add", HTMLElement).addEventListener("click", () => camera.click());
    camera.addEventListener("change", () => {
      void this.add(filesOfList(camera.files));
      camera.value = "";
    });
    part(dialog, "photos", HTMLElement).addEventListener("click", (event) => this.#clicked(event));
    part(dialog, "name", HTMLInputElement).addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return; // else the form's first button, which closes it, would be meant
      event.preventDefault();
      part(dialog, "upload", HTMLButtonElement).click();
    });
    this.#draw();
  }

  /** @param {File[]} files */
  async add(files) {
    setText(part(this.dialog, "wrong", HTMLElement), "");
    this.#coming += files.length;
    this.#draw();
    for (const file of files) {
      try {
        this.#photos.push(await developed(file));
      } catch {
        setText(part(this.dialog, "wrong", HTMLElement), t("ui.photos.unreadable", { name: file.name }));
      }
      this.#coming -= 1;
      this.#draw();
    }
  }

  /** All photos as one PDF. */
  document() {
    const name = part(this.dialog, "name", HTMLInputElement).value.trim().replaceAll(/[\\/]/g, "-") || presetName();
    return new File([pdfOf(this.#photos)], name.toLowerCase().endsWith(".pdf") ? name : `${name}.pdf`, { type: "application/pdf" });
  }

  #draw() {
    const count = this.#photos.length;
    const list = part(this.dialog, "photos", HTMLElement);
    list.replaceChildren(...this.#photos.map((photo, at) => {
      const item = document.createElement("li");
      const button = (/** @type {string} */ action, /** @type {string} */ image, /** @type {string} */ label, off = false) =>
        html`<button type="button" class="quiet icon-button" data-do="${action}" data-at="${at}" aria-label="${label}" title="${label}"
          ${off && html`disabled`}>${icon(image)}</button>`;
      photo.small.setAttribute("role", "img");
      photo.small.setAttribute("aria-label", t("ui.page.title", { page: at + 1, total: count }));
      item.append(photo.small, fragment(html`<div class="photo-actions">
        ${button("earlier", "left", t("ui.photos.earlier", { page: at + 1 }), at === 0)}<span aria-hidden="true">${at + 1}</span>
        ${button("later", "right", t("ui.photos.later", { page: at + 1 }), at === count - 1)}
        ${button("remove", "cross", t("ui.photos.remove", { page: at + 1 }))}</div>`));
      return item;
    }));
    setText(part(this.dialog, "note", HTMLElement), this.#coming > 0 ? t("ui.photos.coming") : "");
    const upload = part(this.dialog, "upload", HTMLButtonElement);
    upload.disabled = count === 0 || this.#coming > 0;
    setText(upload, t("ui.photos.upload", { count }));
  }

  /** @param {Event} event */
  #clicked(event) {
    const button = event.target instanceof Element ? event.target.closest("[data-do]") : null;
    if (!(button instanceof HTMLElement)) return;
    const action = button.dataset["do"] ?? "";
    const at = Number(button.dataset["at"]);
    const [photo] = this.#photos.splice(at, 1);
    const to = action === "earlier" ? at - 1 : at + 1;
    if (photo && action !== "remove") this.#photos.splice(to, 0, photo);
    this.#draw();
    this.#focus(action, action === "remove" ? Math.min(at, this.#photos.length - 1) : to);
  }

  /**
   * The same button of the photo that was moved, or the next best.
   * @param {string} action
   * @param {number} at
   */
  #focus(action, at) {
    const buttons = [...this.dialog.querySelectorAll(`[data-at="${at}"]`)].filter((each) => each instanceof HTMLButtonElement && !each.disabled);
    const best = buttons.find((each) => each instanceof HTMLElement && each.dataset["do"] === action) ?? buttons[0] ?? part(this.dialog, "add", HTMLElement);
    if (best instanceof HTMLElement) best.focus();
  }
}
