/**
 * The certificates that match a query, as far as they were asked for. Read again whenever something of them changed:
 * what is shown stays until the new is there as a whole. No DOM.
 */

/** @import {Certificate, Problem} from "./types.js" */

import { Refused, call, unreachable } from "./api.js";

export const AT_FIRST = 50;
const MOST_AT_ONCE = 500;

/**
 * @typedef {object} CertificatePage
 * @property {Certificate[]} items
 * @property {string | null} next
 * @property {Record<string, number>} counts by when they end, whatever the query says of that; and `total`
 * @property {string[]} categories that one has
 */

/** @typedef {(query: string) => Promise<CertificatePage>} AskForCertificates */

/** @type {AskForCertificates} */
const byHttp = (query) => call("GET", `/api/certificates?${query}`);

/** Tells of every change by the event `change`. */
export class CertificateList extends EventTarget {
  /** @type {Certificate[]} */
  items = [];
  /** @type {Record<string, number>} */
  counts = {};
  /** @type {string[]} */
  categories = [];
  /** Whether the query's first answer has come. */
  known = false;
  /** Whether there are more than those that are shown. */
  more = false;
  /** Why the last reading failed. @type {Problem | null} */
  problem = null;
  #query = "";
  #wanted = AT_FIRST;
  #reading = 0;
  #busy = false;
  #again = false;

  /** @param {AskForCertificates} [ask] */
  constructor(ask = byHttp) {
    super();
    this.ask = ask;
  }

  /**
   * Another query: what was under way for the one before is of no interest any more.
   * @param {string} query without limit and cursor
   * @param {number} [rows] how many are wanted at first
   */
  show(query, rows = AT_FIRST) {
    this.#query = query;
    this.#wanted = rows;
    this.known = false;
    return this.#read();
  }

  /** Something changed: what is shown is read anew. However often this is said meanwhile, it is read once more. */
  async refresh() {
    if (this.#busy) this.#again = true;
    else await this.#read();
  }

  /** As many more. */
  async showMore() {
    this.#wanted = this.items.length + AT_FIRST;
    await this.refresh();
  }

  async #read() {
    const reading = ++this.#reading;
    this.#busy = true;
    do {
      this.#again = false;
      const found = await this.#found(reading);
      if (reading !== this.#reading) return;
      if (found) Object.assign(this, found);
      this.dispatchEvent(new Event("change"));
    } while (this.#again);
    this.#busy = false;
  }

  /**
   * All that is wanted, page by page; null where that failed or is not wanted any more.
   * @param {number} reading
   */
  async #found(reading) {
    /** @type {Map<string, Certificate>} */
    const items = new Map();
    try {
      for (let cursor = "";;) {
        const limit = String(Math.min(MOST_AT_ONCE, this.#wanted - items.size));
        const page = await this.ask([this.#query, new URLSearchParams({ limit, ...(cursor && { cursor }) })].filter(String).join("&"));
        if (reading !== this.#reading) return null;
        for (const each of page.items) items.set(each.id, each);
        cursor = page.next ?? "";
        if (cursor && items.size < this.#wanted && page.items.length > 0) continue;
        this.problem = null;
        const { counts, categories } = page;
        return { items: [...items.values()], counts, categories, more: cursor !== "", known: true };
      }
    } catch (error) {
      if (reading === this.#reading) this.problem = error instanceof Refused ? error.problem : unreachable();
      return null;
    }
  }
}
