/** The header: the name, whether what is shown is live, the language, the account. */

import { LANGUAGES, clockTime, spoken, t } from "../i18n.js";
import { fill, html, part, setAttribute, setText } from "../html.js";
import { api } from "../api.js";
import { tried } from "../commands.js";
import { showLink } from "./dialogs.js";
import { icon } from "./icons.js";
import { Piece } from "./piece.js";

export class Header extends Piece {
  build() {
    const { user } = this.app.session;
    fill(this, html`
      <a class="brand" href="/">${t("ui.name")}</a>
      <p class="badge" data-part="badge" role="status"><span class="badge-dot"></span><span data-part="badge-text"></span>
        <button type="button" class="quiet badge-remedy" data-do="reload" data-part="remedy" hidden></button></p>
      <nav class="header-nav" aria-label="${t("ui.nav")}">
        <a href="/" data-nav="/">${t("ui.nav.home")}</a><a href="/certificates" data-nav="/certificates">${t("ui.nav.certificates")}</a>
        <a href="/ships" data-nav="/ships">${t("ui.nav.ships")}</a>
        ${user.role === "admin" && html`<a href="/admin" data-nav="/admin">${t("ui.nav.admin")}</a>`}
      </nav>
      <label class="language"><span class="hidden">${t("ui.language")}</span>
        <select data-part="language">${Object.entries(LANGUAGES).map(([tag, name]) => html`<option value="${tag}" lang="${tag}"
          ${tag === spoken() && html`selected`}>${name}</option>`)}</select></label>
      <details class="account" data-part="account"><summary>${icon("person")}<span class="account-name">${user.name}</span></summary>
        <div class="menu">
          <button type="button" class="quiet" data-do="link">${t("ui.account.another")}</button>
          <button type="button" class="quiet" data-do="out">${t("ui.account.sign_out")}</button>
          <p class="muted">${t("ui.account.version", { version: this.app.session.version })}</p>
        </div></details>`);
    part(this, "language", HTMLSelectElement).addEventListener("change", (event) => {
      if (event.target instanceof HTMLSelectElement) void this.app.speakAnother(event.target.value);
    });
    this.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("[data-do]") : null;
      if (button instanceof HTMLElement) void this.#do(button.dataset["do"] ?? "");
    });
  }

  attached() {
    this.on(this.app.link, "state", () => this.draw());
    this.on(this.app, "route", () => this.draw());
    this.on(document, "click", (event) => this.#closeMenu(event));
    this.on(document, "keydown", (event) => event.key === "Escape" && this.#closeMenu(event));
  }

  draw() {
    const { state, lastFrame } = this.app.link;
    const time = clockTime(lastFrame / 1000);
    const words = {
      connecting: t("ui.link.connecting"), live: t("ui.link.live"), closed: t("ui.link.closed"),
      delayed: t("ui.link.delayed", { time }), reconnecting: t("ui.link.reconnecting", { time }), signed_out: t("ui.link.signed_out"),
    };
    part(this, "badge", HTMLElement).dataset["state"] = state;
    const over = state === "signed_out" || state === "closed";
    setText(part(this, "badge-text", HTMLElement), over ? "" : words[state]);
    setText(part(this, "remedy", HTMLElement), over ? words[state] : "");
    part(this, "remedy", HTMLElement).hidden = !over;
    for (const link of this.querySelectorAll("[data-nav]")) {
      const room = link instanceof HTMLElement ? (link.dataset["nav"] ?? "") : "";
      const here = location.pathname === room || (room !== "/" && location.pathname.startsWith(`${room}/`));
      setAttribute(link, "aria-current", here ? "page" : null);
    }
  }

  /** @param {Event} event */
  #closeMenu(event) {
    const account = part(this, "account", HTMLDetailsElement);
    if (!account.open || (event.type === "click" && event.target instanceof Node && account.contains(event.target))) return;
    const inside = account.contains(document.activeElement);
    account.open = false;
    if (inside) account.querySelector("summary")?.focus();
  }

  /** @param {string} action */
  async #do(action) {
    if (action === "reload") return location.reload();
    part(this, "account", HTMLDetailsElement).open = false;
    this.querySelector("summary")?.focus();
    if (action === "link") {
      await tried(this.app, t("ui.account.another"), async () => {
        const { url } = await api.deviceLink();
        await showLink(t("ui.account.another"), t("ui.account.link_text"), url);
      });
    } else if (await tried(this.app, t("ui.account.sign_out"), () => api.signOut())) this.app.signedOut();
  }
}

customElements.define("hw-header", Header);
