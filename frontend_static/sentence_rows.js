/**
 * A table of sentences as far as it is known: which chunks have how many rows, and the rows that were fetched. Rows are
 * kept by chunk and place in it, since a chunk that comes later moves all that stand behind it. Pure.
 */

/** @import {SentenceRow, SentencesAnswer} from "./types.js" */
/** @import {ChunkCell} from "./chunk_cells.js" */

export const BLOCK_ROWS = 50;
export const MOST_ROWS = 200;

/**
 * So many rows of a chunk that are drawn together, or in their stead what is said of chunks that have none.
 * @typedef {object} Block
 * @property {string} key
 * @property {number} chunk
 * @property {number} from place in the chunk
 * @property {number} count rows
 * @property {number} offset place in the table
 * @property {{first: number, last: number, state: string} | null} gap
 */

export class SentenceRows {
  /** @type {[number, number][]} chunk and how many rows it has, in order */
  counts = [];
  total = 0;
  /** The chunks are one table: rows have their numbers, and may be changed. */
  whole = false;
  /** Whether an answer has come. */
  known = false;
  #version = 0;
  /** The version of `counts`. */
  #counted = -1;
  /** @type {Map<number, (SentenceRow | undefined)[]>} */
  #rows = new Map();
  /** @type {Map<string, number>} block → version that was read */
  #read = new Map();

  /** @param {{found?: boolean}} [how] `found`: rows that were searched for, of whatever chunks */
  constructor({ found = false } = {}) {
    this.found = found;
  }

  /** What was read may be out of date: it is shown until it is read again. */
  stale() {
    this.#version += 1;
  }

  get version() {
    return this.#version;
  }

  /**
   * Whether rows stand elsewhere than they did: chunks became one table, or that is made anew.
   * @param {SentencesAnswer} answer
   */
  turned(answer) {
    return this.known && answer.whole !== this.whole;
  }

  /**
   * @param {SentencesAnswer} answer
   * @param {number} [version] at which it was asked for
   */
  take(answer, version = this.#version) {
    const counts = this.found ? /** @type {[number, number][]} */ ([[0, answer.total]]) : countsOf(answer);
    if (this.turned(answer)) {
      this.#read.clear();
      this.#rows.clear();
    }
    this.#counted = version;
    Object.assign(this, { counts, total: answer.total, whole: answer.whole, known: true });
    answer.items.forEach((row, at) => this.#put(answer.offset + at, row));
    const end = answer.offset + answer.items.length;
    for (const block of this.blocks([])) {
      if (block.offset >= answer.offset && block.offset + block.count <= end) this.#read.set(block.key, version);
    }
  }

  /**
   * @param {number} place
   * @param {SentenceRow} row
   */
  #put(place, row) {
    const at = this.whereIs(place);
    if (!at) return;
    const rows = this.#rows.get(at.chunk) ?? [];
    rows[at.index] = row;
    this.#rows.set(at.chunk, rows);
  }

  /**
   * One row as it is now, wherever it stands.
   * @param {SentenceRow} fresh
   */
  replace(fresh) {
    for (const rows of this.#rows.values()) {
      const at = rows.findIndex((each) => each?.id === fresh.id);
      if (at >= 0) rows[at] = fresh;
    }
  }

  /**
   * The chunk of a place in the table, and the place in it.
   * @param {number} place
   */
  whereIs(place) {
    let before = 0;
    for (const [chunk, count] of this.counts) {
      if (place < before + count) return { chunk, index: place - before };
      before += count;
    }
    return null;
  }

  /**
   * The place in the table of the first row of a chunk; null where it has none.
   * @param {number} chunk
   */
  beginning(chunk) {
    let before = 0;
    for (const [each, count] of this.counts) {
      if (each === chunk) return count > 0 ? before : null;
      before += count;
    }
    return null;
  }

  /**
   * The place of the row of this id, or of the one that it has become part of; null where that is not known.
   * @param {string} id
   */
  placeOf(id) {
    /** @type {{place: number, id: string} | null} */
    let best = null;
    for (const [chunk, rows] of this.#rows) {
      const first = this.beginning(chunk);
      if (first === null) continue;
      rows.forEach((row, index) => {
        if (row && compare(row.id, id) <= 0 && (!best || compare(row.id, best.id) > 0)) best = { place: first + index, id: row.id };
      });
    }
    return /** @type {{place: number} | null} */ (best)?.place ?? null;
  }

  /** @param {number} place */
  row(place) {
    const at = this.whereIs(place);
    return at ? this.#rows.get(at.chunk)?.[at.index] : undefined;
  }

  /**
   * All of the table in blocks; chunks without rows, that others stand behind or beside, as gaps.
   * @param {ChunkCell[]} cells
   * @returns {Block[]}
   */
  blocks(cells) {
    const counts = new Map(this.counts);
    const states = new Map(this.found ? [] : cells.map((each) => [each.number, each.state]));
    const chunks = [...new Set([...counts.keys(), ...states.keys()])].sort((a, b) => a - b);
    /** @type {Block[]} */
    const blocks = [];
    let offset = 0;
    for (const chunk of chunks) {
      const count = counts.get(chunk) ?? 0;
      for (let from = 0; from < count; from += BLOCK_ROWS) {
        const size = Math.min(BLOCK_ROWS, count - from);
        blocks.push({ key: `${chunk}:${from}`, chunk, from, count: size, offset: offset + from, gap: null });
      }
      offset += count;
      const state = states.get(chunk);
      if (count === 0 && state && state !== "d") addGap(blocks, chunk, state, offset);
    }
    return blocks;
  }

  /** @param {Block} block */
  rowsOf(block) {
    const rows = this.#rows.get(block.chunk);
    return Array.from({ length: block.count }, (_, at) => rows?.[block.from + at]);
  }

  /**
   * What to ask for next so that these blocks are there as they are now; null where they are.
   * @param {Block[]} blocks in order
   * @returns {{offset: number, limit: number} | null}
   */
  wants(blocks) {
    const wanting = blocks.filter((each) => !each.gap && this.#read.get(each.key) !== this.#version);
    const [first] = wanting;
    if (!first) return this.#counted === this.#version ? null : { offset: 0, limit: 2 * BLOCK_ROWS };
    const last = wanting.filter((each) => each.offset + each.count <= first.offset + MOST_ROWS).at(-1) ?? first;
    return { offset: first.offset, limit: Math.min(MOST_ROWS, last.offset + last.count - first.offset) };
  }
}

/**
 * Rows stand by page, offset and piece, which is what their ids say.
 * @param {string} one
 * @param {string} other
 */
function compare(one, other) {
  const [mine, theirs] = [one.split(":").map(Number), other.split(":").map(Number)];
  return mine.map((each, at) => each - (theirs[at] ?? 0)).find(Boolean) ?? 0;
}

/**
 * Gaps that say the same are one.
 * @param {Block[]} blocks
 * @param {number} chunk
 * @param {string} state
 * @param {number} offset
 */
function addGap(blocks, chunk, state, offset) {
  const before = blocks.at(-1)?.gap;
  if (before && before.state === state && before.last === chunk - 1) before.last = chunk;
  else blocks.push({ key: `gap:${chunk}`, chunk, from: 0, count: 0, offset, gap: { first: chunk, last: chunk, state } });
}

/** @param {SentencesAnswer} answer @returns {[number, number][]} */
function countsOf({ chunks }) {
  return Object.entries(chunks).map(([chunk, count]) => /** @type {[number, number]} */ ([Number(chunk), count]))
    .sort(([a], [b]) => a - b);
}

/**
 * A text in pieces, those that a search found marked: whatever the case, and the marks over letters.
 * @param {string} text
 * @param {string} query
 * @returns {{text: string, hit: boolean}[]}
 */
export function hitsIn(text, query) {
  const sought = folded(query.trim());
  const letters = [...text];
  const plain = letters.map(folded);
  if (!sought) return [{ text, hit: false }];
  const pieces = /** @type {{text: string, hit: boolean}[]} */ ([]);
  let from = 0;
  for (let at = 0; at < letters.length; at += 1) {
    const end = endOf(plain, at, sought);
    if (end === 0) continue;
    if (at > from) pieces.push({ text: letters.slice(from, at).join(""), hit: false });
    pieces.push({ text: letters.slice(at, end).join(""), hit: true });
    from = end;
    at = end - 1;
  }
  if (from < letters.length) pieces.push({ text: letters.slice(from).join(""), hit: false });
  return pieces;
}

/**
 * Where what is sought ends if it begins here, else 0.
 * @param {string[]} plain
 * @param {number} from
 * @param {string} sought
 */
function endOf(plain, from, sought) {
  let seen = "";
  for (let at = from; at < plain.length; at += 1) {
    seen += plain[at];
    if (seen.startsWith(sought)) return at + 1;
    if (!sought.startsWith(seen)) return 0;
  }
  return 0;
}

const PLAIN = /** @type {Record<string, string>} */ ({ œ: "oe", æ: "ae", đ: "d", ø: "o", ł: "l", "’": "'", "\u00a0": " ", "\u202f": " " });

/** As the service looks for it: without case, and without the marks of letters. @param {string} text */
function folded(text) {
  return text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replace(/[œæđøł’\u00a0\u202f]/gu, (each) => PLAIN[each] ?? each);
}
