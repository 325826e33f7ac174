/** Ships and certificates, as they are asked for and changed by HTTP. */

/** @import {CertificateShown, CertificatesPage, Edit, Ship} from "./types.js" */

import { call } from "./api.js";

const encoded = encodeURIComponent;

export const ships = {
  /**
   * A page of one's own ships, by name.
   * @param {{q?: string, limit?: number, cursor?: string}} query
   * @returns {Promise<{items: Ship[], next: string | null}>}
   */
  list: (query) => call("GET", `/api/ships?${searched(query)}`),
  /**
   * @param {{name: string, imo: string | null}} ship
   * @returns {Promise<Ship>}
   */
  add: (ship) => call("POST", "/api/ships", ship),
  /**
   * @param {string} id
   * @param {{name: string, imo: string | null}} ship
   * @returns {Promise<Ship>}
   */
  change: (id, ship) => call("PATCH", `/api/ships/${encoded(id)}`, ship),
  /** @param {string} id */
  remove: (id) => call("DELETE", `/api/ships/${encoded(id)}`),
};

export const certificates = {
  /**
   * A page of them.
   * @param {Record<string, string | number | null | undefined>} query
   * @returns {Promise<CertificatesPage>}
   */
  list: (query) => call("GET", `/api/certificates?${searched(query)}`),
  /**
   * @param {string} id
   * @returns {Promise<CertificateShown>}
   */
  show: (id) => call("GET", `/api/certificates/${encoded(id)}`),
  /**
   * @param {string} id
   * @param {{fields?: Record<string, string | null>, ship_id?: string, version: number}} change of what was seen in this version
   * @returns {Promise<CertificateShown>}
   */
  change: (id, change) => call("PATCH", `/api/certificates/${encoded(id)}`, change),
  /** @param {string} id */
  remove: (id) => call("DELETE", `/api/certificates/${encoded(id)}`),
  /**
   * The newest first.
   * @param {string} id
   * @returns {Promise<Edit[]>}
   */
  edits: async (id) => (await call("GET", `/api/certificates/${encoded(id)}/edits`)).items,
};

/**
 * What is empty is left out.
 * @param {Record<string, string | number | null | undefined>} query
 */
function searched(query) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
}
