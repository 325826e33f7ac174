/** The filters of the admin list: in the URL, as a topic, as a query of the HTTP list. Pure. */

/** @typedef {{state: string[], pipeline: string, owner: string, q: string}} Filters */

export const STATES = ["staged", "queued", "processing", "pausing", "paused", "waiting", "completed", "failed", "cancelled"];

/** How many live rows the list holds; older ones come by HTTP, as they were when they were asked for. */
export const LIVE_ROWS = 500;

/**
 * @param {string} search of the address
 * @returns {Filters}
 */
export function filtersOf(search) {
  const query = new URLSearchParams(search);
  const state = (query.get("state") ?? "").split(",").filter((each) => STATES.includes(each));
  return { state, pipeline: query.get("pipeline") ?? "", owner: query.get("owner") ?? "", q: query.get("q") ?? "" };
}

/**
 * The filters as a query, keys sorted, defaults left out, as the service spells its topics.
 * @param {Filters} filters
 * @param {Record<string, string>} [more]
 */
export function queryOf(filters, more = {}) {
  const pairs = Object.entries({
    owner: filters.owner, pipeline: filters.pipeline, q: filters.q, state: [...filters.state].sort().join(","), ...more,
  }).filter(([, value]) => value !== "");
  pairs.sort(([a], [b]) => (a < b ? -1 : 1));
  return new URLSearchParams(pairs).toString().replaceAll("%2C", ",");
}

/** @param {Filters} filters */
export function topicOf(filters) {
  return `admin:jobs?${queryOf({ ...filters, q: "" }, { limit: String(LIVE_ROWS) })}`;
}
