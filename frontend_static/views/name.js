/** A document's name, shortened in the middle: what tells files apart is at both ends. */

import { html } from "../html.js";

const TAIL = 12;

/**
 * Head and tail as two boxes, of which only the head shrinks; the text stays whole for copying and for readers.
 * @param {string} name
 */
export function shortName(name) {
  const letters = Array.from(name);
  const cut = letters.length > TAIL * 2 ? letters.length - TAIL : letters.length;
  const [head, tail] = [letters.slice(0, cut).join(""), letters.slice(cut).join("")];
  return html`<span class="name" title="${name}"><bdi class="name-head">${head}</bdi><bdi class="name-tail">${tail}</bdi></span>`;
}
