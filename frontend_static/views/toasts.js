/** Short notes in the corner. They repeat what a card says, so losing one loses nothing; the live region speaks it. */

import { fragment, html, part } from "../html.js";
import { t } from "../i18n.js";
import { Piece } from "./piece.js";
import { ICON_OF, icon, iconButton } from "./icons.js";

const SHOWN = 3;
const SECONDS = 7;

export class Toasts extends Piece {
  build() {
    this.className = "toasts";
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", t("ui.toasts"));
  }

  /**
   * @param {string} look
   * @param {string} title
   * @param {string} text
   * @param {string} [href] where the card is
   */
  show(look, title, text, href) {
    const toast = document.createElement("div");
    toast.className = "toast";
    toast.dataset["look"] = look;
    toast.append(fragment(html`
      <span class="state-icon">${icon(ICON_OF[look] ?? "file")}</span>
      <span class="toast-text">${href ? html`<a href="${href}">${title}</a>` : html`<strong>${title}</strong>`}<span>${text}</span></span>
      ${iconButton("cross", t("ui.toast.dismiss"), "dismiss")}`));
    part(toast, "dismiss", HTMLButtonElement).addEventListener("click", () => toast.remove());
    this.append(toast);
    while (this.childElementCount > SHOWN) this.firstElementChild?.remove();
    this.#leaveLater(toast);
  }

  /**
   * Goes after a while, but not from under a pointer or a focus.
   * @param {HTMLElement} toast
   */
  #leaveLater(toast) {
    setTimeout(() => {
      if (toast.matches(":hover, :focus-within")) this.#leaveLater(toast);
      else toast.remove();
    }, SECONDS * 1000);
  }
}

customElements.define("hw-toasts", Toasts);
