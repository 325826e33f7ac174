/** Shown instead of everything when nobody is signed in; the code's error stands beside its field. */

import { Refused, api, unreachable } from "../api.js";
import { problemText } from "../describe.js";
import { fragment, html, part, setAttribute } from "../html.js";
import { t } from "../i18n.js";

/**
 * @param {HTMLElement} root
 * @param {string} trouble what went wrong with the link that was followed, or ""
 */
export function showSignIn(root, trouble) {
  document.title = `${t("ui.sign_in.title")} · ${t("ui.name")}`;
  root.replaceChildren(fragment(html`
    <header class="plain-header"><span class="brand">${t("ui.name")}</span></header>
    <main id="main" class="sign-in" tabindex="-1">
      <h1>${t("ui.sign_in.title")}</h1>
      <p>${t("ui.sign_in.text")}</p>
      <form novalidate data-part="form">
        <div class="field"><label for="code">${t("ui.sign_in.code")}</label>
        <input id="code" name="code" autocomplete="one-time-code" spellcheck="false" required aria-describedby="code-error" data-part="code">
        <p class="field-error" id="code-error" role="alert" data-part="error">${trouble}</p></div>
        <button class="primary">${t("ui.sign_in.enter")}</button>
      </form>
    </main>`));
  const code = part(root, "code", HTMLInputElement);
  const complain = (/** @type {string} */ text) => {
    part(root, "error", HTMLElement).textContent = text;
    setAttribute(code, "aria-invalid", text ? "true" : null);
    if (text) code.focus();
  };
  code.addEventListener("input", () => complain(""));
  part(root, "form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    const given = codeIn(code.value.trim());
    if (!given) return complain(t("ui.sign_in.empty"));
    api.signIn(given).then(
      () => location.reload(),
      (error) => complain(problemText(error instanceof Refused ? error.problem : unreachable())),
    );
  });
  if (trouble) complain(trouble);
}

/**
 * The code in what was pasted, also when that is the whole link.
 * @param {string} text
 */
function codeIn(text) {
  if (!text.includes("code=")) return text;
  return new URLSearchParams(text.slice(text.indexOf("code="))).get("code") ?? "";
}
