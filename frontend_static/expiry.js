/** How near the end of a certificate is. Pure. Days are UTC's, as the service counts them. */

const DAY = 86_400;

/**
 * Whole days until then; on the day itself 0, after it less.
 * @param {string | null | undefined} iso YYYY-MM-DD
 * @param {number} now seconds since 1970
 * @returns {number | null} null for no date
 */
export function daysLeft(iso, now) {
  const at = iso ? Date.parse(`${iso}T00:00:00Z`) / 1000 : Number.NaN;
  return Number.isNaN(at) ? null : Math.round((at - Math.floor(now / DAY) * DAY) / DAY);
}

/**
 * @param {number | null} days
 * @returns {"none" | "overdue" | "soon" | "near" | "far"} soon: within 30 days; near: within 90
 */
export function nearness(days) {
  if (days === null) return "none";
  if (days < 0) return "overdue";
  if (days <= 30) return "soon";
  return days <= 90 ? "near" : "far";
}
