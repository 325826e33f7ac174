/** Pages as cells of a strip: one a page, groups past 300. Pure. */

export const MOST_CELLS = 300;

/**
 * `route` and `state` as in the snapshot: t text, o OCR, s skipped, u unknown yet; p planned, r running, d done, f failed.
 * @typedef {object} Cell
 * @property {number} first
 * @property {number} last
 * @property {string} route of most of its pages
 * @property {"p"|"r"|"d"|"f"} state failed if any is, running if any is, done when all are
 * @property {number} done 0 to 1
 * @property {number} failed pages
 */

/** @param {number} total pages */
export function pagesPerCell(total) {
  return Math.max(1, Math.ceil(total / MOST_CELLS));
}

/**
 * @param {number} total
 * @param {Record<string, string>} pages page number → route and state
 * @returns {Cell[]}
 */
export function cellsOf(total, pages) {
  const span = pagesPerCell(total);
  return Array.from({ length: Math.ceil(total / span) }, (_, at) => {
    const first = at * span + 1;
    return cellOf(first, Math.min(total, first + span - 1), pages);
  });
}

/**
 * @param {number} first
 * @param {number} last
 * @param {Record<string, string>} pages
 * @returns {Cell}
 */
function cellOf(first, last, pages) {
  /** @type {Record<string, number>} */
  const routes = {};
  /** @type {Record<string, number>} */
  const states = {};
  for (let page = first; page <= last; page += 1) {
    const [route = "u", state = "p"] = pages[String(page)] ?? "up";
    routes[route] = (routes[route] ?? 0) + 1;
    states[state] = (states[state] ?? 0) + 1;
  }
  const count = last - first + 1;
  const route = Object.entries(routes).sort((a, b) => b[1] - a[1])[0]?.[0] ?? "u";
  const [done, failed] = [states["d"] ?? 0, states["f"] ?? 0];
  const state = failed ? "f" : done === count ? "d" : states["r"] || done ? "r" : "p";
  return { first, last, route, state, done: (done + failed) / count, failed };
}
