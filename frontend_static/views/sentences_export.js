/** The sentences of a book as a file, or in a new Google Sheet. */

/** @import {App} from "../app.js" */
/** @import {JobValue} from "../types.js" */

import { addresses } from "../api.js";
import { chunkCells, partOf } from "../chunk_cells.js";
import { part } from "../html.js";
import { t } from "../i18n.js";
import { ENDED } from "../items.js";
import { exportDialog } from "./export_dialog.js";
import { make } from "./piece.js";
import { SheetPiece } from "./sheet.js";

const SHEET = "sheet";

/**
 * A sheet is made of a whole book only.
 * @param {App} app
 * @param {JobValue} job
 */
export async function exportSentences(app, job) {
  const { id: jobId } = job;
  const maker = make(SheetPiece, app);
  maker.bookId = jobId;
  const forms = ["xlsx", "csv", "txt", "json", ...(job.state === "completed" ? [SHEET] : [])];
  await exportDialog({
    title: t("ui.sentences.export.title"), text: textOf(job), forms,
    about: (form) => t(`ui.sentences.export.about.${form}`),
    address: (form, how) => (form === SHEET ? "" : addresses.sentences(jobId, form, how)),
    drawn: (dialog, form) => {
      part(dialog, "actions", HTMLElement).hidden = form === SHEET;
      if (!maker.isConnected) part(dialog, "actions", HTMLElement).before(maker);
      maker.hidden = form !== SHEET;
    },
  });
}

/** What will be in the file: where chunks lack it says which are there. @param {JobValue} job */
function textOf(job) {
  const some = partOf(chunkCells(job));
  if (!some) return t("ui.sentences.export.text");
  return t(ENDED.has(job.state) ? "ui.sentences.export.part" : "ui.sentences.export.part_so_far", some);
}
