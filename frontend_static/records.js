/** Ships and certificates, as they are asked for and changed by HTTP. */

/** @import {Ship} from "./types.js" */

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

/**
 * What is empty is left out.
 * @param {Record<string, string | number | undefined>} query
 */
function searched(query) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
}
