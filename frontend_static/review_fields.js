/** What the review of a certificate shows of its fields, and the list that it came from. Pure but for the dictionary. */

/** @import {CertificateShown, Certificate, Edit, Evidence} from "./types.js" */

import { day, known } from "./i18n.js";

const DATES = new Set(["issue_date", "valid_until", "last_endorsement", "next_survey"]);

/** The rows, in order: the ship that the certificate is kept with, and what can be corrected. */
export const ROWS = ["ship", "ship_name", "imo_number", "certificate_name", "abbreviation", "certificate_number", "certificate_type",
  "issue_date", "valid_until", "last_endorsement", "next_survey", "issuing_authority", "category", "note"];

/**
 * The value of a row as records keep it.
 * @param {Certificate} record
 * @param {string} row
 * @returns {string | null}
 */
export function valueOf({ fields, ship }, row) {
  return row === "ship" ? shipTitle(ship) : (fields[row] ?? null);
}

/** As people tell ships apart, and as the service notes a change of ship. @param {{name: string, imo: string|null}} ship */
export function shipTitle({ name, imo }) {
  return imo ? `${name} (${imo})` : name;
}

/**
 * A value as people here write it.
 * @param {string} row
 * @param {string | null} value
 */
export function shown(row, value) {
  if (value === null) return "";
  if (DATES.has(row)) return day(value);
  return row === "category" ? (known(`ui.option.certificate.category.${value}`) ?? value) : value;
}

/** @param {string} row */
export function isDate(row) {
  return DATES.has(row);
}

/**
 * Where a value stands, in shares of its page; null where that is not known.
 * @param {Evidence | undefined} evidence
 */
export function placeOf(evidence) {
  const [width, height] = evidence?.page_size ?? [0, 0];
  if (!evidence || !width || !height) return null;
  const [left, top, right, bottom] = evidence.box;
  return { page: evidence.page, left: left / width, top: top / height, width: (right - left) / width, height: (bottom - top) / height };
}

/**
 * A confidence as a word: `high`, `fair` or `low`.
 * @param {number} confidence 0 to 1
 */
export function sureness(confidence) {
  if (confidence >= 0.9) return "high";
  return confidence >= 0.7 ? "fair" : "low";
}

/**
 * Who corrected a row last, while that is what it still says; null for what stands as it was read.
 * @param {string} row
 * @param {string | null} value
 * @param {Edit[]} edits the newest first
 */
export function correctedBy(row, value, edits) {
  const last = edits.find((each) => each.field === row);
  return last && last.new === value ? last : null;
}

/**
 * The row at which a person should look first: one that a check speaks of, else one that was read with doubt.
 * @param {CertificateShown} record
 * @param {Edit[]} edits
 */
export function firstToLookAt(record, edits) {
  const flawed = ROWS.find((row) => record.flaws.some((each) => each.code !== "expired" && each.fields.includes(row)));
  const doubtful = ROWS.find((row) => {
    const evidence = record.evidence[row];
    return evidence && sureness(evidence.confidence) !== "high" && !correctedBy(row, valueOf(record, row), edits);
  });
  return flawed ?? doubtful ?? "certificate_name";
}

/**
 * @param {string[]} ids of the list
 * @param {string} id
 */
export function neighbours(ids, id) {
  const at = ids.indexOf(id);
  return { place: at + 1, previous: at > 0 ? (ids[at - 1] ?? null) : null, next: at >= 0 ? (ids[at + 1] ?? null) : null };
}
