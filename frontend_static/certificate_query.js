/** Which certificates are looked at: by what the address says, and as the service is asked for them. Pure. */

/** When certificates end, as lists filter them; the first is all of them. */
export const EXPIRIES = ["", "overdue", "30", "60", "90", "none"];
export const SORTINGS = ["", "created"];

/** @typedef {{expiry: string, ship: string, category: string, q: string, sort: string}} CertificateFilters */

/**
 * What the address asks for; what makes no sense is left out.
 * @param {string} search
 * @returns {CertificateFilters}
 */
export function certificateFilters(search) {
  const query = new URLSearchParams(search);
  const said = (/** @type {string} */ name) => query.get(name)?.trim() ?? "";
  const [expiry, sort] = [said("expiry"), said("sort")];
  return {
    expiry: EXPIRIES.includes(expiry) ? expiry : "", ship: said("ship"), category: said("category"), q: said("q"),
    sort: SORTINGS.includes(sort) ? sort : "",
  };
}

/**
 * The query of the address and of the service; what is not chosen is not in it.
 * @param {Partial<CertificateFilters>} filters
 * @param {Record<string, string>} [more]
 */
export function certificateQuery({ expiry, ship, category, q, sort }, more = {}) {
  const all = Object.entries({ expiry, ship, category, q, sort, ...more });
  return new URLSearchParams(all.flatMap(([name, value]) => (value ? [[name, value]] : []))).toString();
}

/**
 * Whether anything is filtered, so that others may be hidden.
 * @param {CertificateFilters} filters
 */
export function isFiltered({ expiry, ship, category, q }) {
  return Boolean(expiry || ship || category || q);
}
