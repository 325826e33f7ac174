/** Dialogs: a question with two answers, a text to read, a link to copy. The browser gives the focus back. */

import { fragment, html, part } from "../html.js";
import { t } from "../i18n.js";
import { icon } from "./icons.js";

/** @import {Markup} from "../html.js" */

let opened = 0;

/**
 * Opens a dialog and gives back when it closes what it was closed with.
 * @param {Markup} content
 * @param {string} title
 * @param {(dialog: HTMLDialogElement) => void} [prepare]
 * @returns {Promise<string>}
 */
export function openDialog(content, title, prepare) {
  const dialog = document.createElement("dialog");
  const titleId = `dialog-title-${(opened += 1)}`; // one may open above another
  dialog.setAttribute("aria-labelledby", titleId);
  dialog.append(fragment(html`
    <form method="dialog" class="dialog-form">
      <div class="dialog-head"><h2 id="${titleId}">${title}</h2>
      <button value="" class="quiet icon-button" aria-label="${t("ui.dialog.close")}" formnovalidate>${icon("cross")}</button></div>
      ${content}
    </form>`));
  const opener = document.activeElement;
  document.body.append(dialog);
  prepare?.(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      giveBack(opener);
      resolve(dialog.returnValue);
    });
  });
}

/** @param {Element | null} opener */
function giveBack(opener) {
  const target = opener?.isConnected ? opener : document.querySelector("main");
  if (target instanceof HTMLElement) target.focus();
}

/**
 * Asks before something that cannot be undone; the safe answer has the focus.
 * @param {{title: string, text: string, yes: string, no: string}} words
 */
export async function confirmed({ title, text, yes, no }) {
  const answer = await openDialog(html`
    <p>${text}</p>
    <div class="dialog-actions">
      <button value="" autofocus>${no}</button>
      <button value="yes" class="danger">${yes}</button>
    </div>`, title);
  return answer === "yes";
}

/**
 * @param {string} title
 * @param {string} text
 * @param {string} note
 */
export async function showText(title, text, note) {
  await openDialog(html`
    ${note && html`<p class="muted">${note}</p>`}
    <pre class="dialog-text" tabindex="0" aria-label="${title}">${text}</pre>`, title, (dialog) => dialog.classList.add("wide"));
}

/**
 * @param {string} title
 * @param {string} text
 * @param {string} link
 */
export async function showLink(title, text, link) {
  await openDialog(html`
    <p>${text}</p>
    <label class="field"><span>${t("ui.account.link")}</span>
    <input readonly data-part="link" value="${link}"></label>
    <div class="dialog-actions"><button type="button" class="primary" data-part="copy">${t("ui.copy")}</button></div>`, title, (dialog) => {
    const input = part(dialog, "link", HTMLInputElement);
    const button = part(dialog, "copy", HTMLButtonElement);
    button.addEventListener("click", async () => {
      button.textContent = (await copied(link, input)) ? t("ui.copied") : t("ui.copy");
    });
  });
}

/**
 * Copies; where the clipboard is closed to pages (plain HTTP), selects the field instead, if there is one.
 * @param {string} text
 * @param {HTMLInputElement} [field]
 * @returns {Promise<boolean>}
 */
export async function copied(text, field) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    field?.select();
    return false;
  }
}
