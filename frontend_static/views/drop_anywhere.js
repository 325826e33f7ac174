/** The whole window takes drops and pastes. */

import { filesOfDrop, filesOfList } from "../files.js";
import { t } from "../i18n.js";

/** @param {(files: File[]) => void} take */
export function takeDropsAnywhere(take) {
  const veil = document.createElement("div");
  veil.className = "veil";
  veil.setAttribute("aria-hidden", "true");
  const on = (/** @type {string} */ type, /** @type {(event: any) => void} */ listener) => addEventListener(type, listener);
  let depth = 0;
  const show = (/** @type {number} */ now) => {
    depth = Math.max(0, now);
    veil.textContent = t("ui.start.let_go");
    if (depth > 0) document.body.append(veil);
    else veil.remove();
  };
  on("dragenter", (event) => hasFiles(event) && show(depth + 1));
  on("dragleave", (event) => hasFiles(event) && show(depth - 1));
  on("dragover", (event) => hasFiles(event) && event.preventDefault());
  on("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    show(0);
    void filesOfDrop(event.dataTransfer).then(take);
  });
  on("paste", (event) => {
    const files = filesOfList(event.clipboardData?.files ?? null);
    if (files.length > 0) take(files);
  });
}

/** @param {DragEvent} event */
function hasFiles(event) {
  return event.dataTransfer?.types.includes("Files") ?? false;
}
