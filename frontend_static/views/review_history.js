/** Who changed what of a certificate, and when; the newest first. */

/** @import {Edit} from "../types.js" */

import { fill, html, part } from "../html.js";
import { moment, t } from "../i18n.js";
import { shown } from "../review_fields.js";
import { Piece } from "./piece.js";

export class ReviewHistory extends Piece {
  #state = "";

  build() {
    this.className = "review-history";
    fill(this, html`<h2>${t("ui.review.history")}</h2><ol data-part="edits" role="list" aria-label="${t("ui.review.history")}"></ol>`);
  }

  /** @param {Edit[]} edits */
  show(edits) {
    this.hidden = edits.length === 0;
    const state = edits.map((each) => each.id).join();
    if (state === this.#state) return;
    this.#state = state;
    fill(part(this, "edits", HTMLElement), html`${edits.map((each) => html`<li>
      <p><b>${t(`ui.column.${each.field}`)}</b> <span class="edit-change">${valueMarkup(each, each.old)} <span aria-hidden="true">→</span><span class="hidden">${t("ui.review.to")}</span> ${valueMarkup(each, each.new)}</span></p>
      <p class="muted">${t("ui.review.by", { name: each.by.name, time: moment(each.at) })}</p></li>`)}`);
  }
}

/**
 * @param {Edit} edit
 * @param {string | null} value
 */
function valueMarkup({ field }, value) {
  return value === null ? html`<span class="muted">${t("ui.review.empty")}</span>` : html`<span dir="auto">${shown(field, value)}</span>`;
}

customElements.define("hw-review-history", ReviewHistory);
