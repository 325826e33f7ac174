/**
 * The law of patches, as the service has it: snapshot(n) + patches(n+1..m), however merged, = snapshot(m).
 * Pure; `tests/protocol/golden.json` holds the vectors that this and the service both run.
 */

/** @import {Patch, Snapshot, Value} from "./types.js" */

/** Fields that merge key by key; null deletes a key. All others are replaced whole. */
export const MAP_FIELDS = new Set(["counters", "pages", "chunks", "log", "artifacts", "warnings"]);

/**
 * The snapshot after the patch; the same patch again changes nothing. Percent never goes down within a run.
 * @param {Snapshot} snapshot
 * @param {Patch} patch
 * @returns {Snapshot}
 */
export function apply(snapshot, patch) {
  const value = { ...snapshot.value };
  for (const [name, fresh] of Object.entries(patch.set)) {
    if (MAP_FIELDS.has(name)) value[name] = mergedMap(value[name] ?? {}, fresh ?? {}, true);
    else if (fresh === null) delete value[name];
    else if (name === "percent" && patch.run <= snapshot.run) value[name] = Math.max(fresh, value[name] ?? 0);
    else value[name] = fresh;
  }
  return {
    epoch: patch.epoch,
    seq: Math.max(snapshot.seq, patch.seq[1]),
    run: Math.max(snapshot.run, patch.run),
    value,
  };
}

/**
 * One patch that does what the two do one after the other.
 * @param {Patch} earlier
 * @param {Patch} later
 * @returns {Patch}
 */
export function merge(earlier, later) {
  const both = { ...earlier.set };
  for (const [name, fresh] of Object.entries(later.set)) {
    const old = both[name];
    if (MAP_FIELDS.has(name) && name in both) both[name] = mergedMap(old, fresh, false);
    else if (name === "percent" && later.run <= earlier.run && isNumber(old) && isNumber(fresh)) {
      both[name] = Math.max(old, fresh);
    } else both[name] = fresh;
  }
  return {
    epoch: later.epoch,
    seq: [Math.min(earlier.seq[0], later.seq[0]), Math.max(earlier.seq[1], later.seq[1])],
    run: Math.max(earlier.run, later.run),
    set: both,
  };
}

/**
 * The fresh snapshot for a reader that knew an older one: within a run its percent stays at least where it was,
 * also across epochs.
 * @param {Snapshot | undefined} known
 * @param {Snapshot} fresh
 * @returns {Snapshot}
 */
export function adopt(known, fresh) {
  if (!known || known.run !== fresh.run) return fresh;
  const percent = Math.max(known.value["percent"] ?? 0, fresh.value["percent"] ?? 0);
  return { ...fresh, value: { ...fresh.value, percent } };
}

/**
 * What a reader at this snapshot does with a patch: apply it, ignore what it has already, or ask again.
 * @param {Snapshot | undefined} snapshot
 * @param {Patch} patch
 * @returns {"apply" | "known" | "gap"}
 */
export function verdict(snapshot, patch) {
  if (!snapshot || patch.epoch !== snapshot.epoch) return "gap";
  if (patch.seq[1] <= snapshot.seq) return "known";
  return patch.seq[0] <= snapshot.seq + 1 ? "apply" : "gap";
}

/**
 * The value of a batch or of the workers after a patch, a JSON merge patch (RFC 7396): objects merge by key to any
 * depth, null deletes, all else is replaced.
 * @param {Value} value
 * @param {Value} set
 * @returns {Value}
 */
export function applyValue(value, set) {
  const after = { ...value };
  for (const [name, fresh] of Object.entries(set)) {
    if (fresh === null) delete after[name];
    else if (isObject(fresh)) after[name] = applyValue(isObject(after[name]) ? after[name] : {}, fresh);
    else after[name] = fresh;
  }
  return after;
}

/**
 * @param {Value} earlier
 * @param {Value} later
 * @param {boolean} dropNulls
 * @returns {Value}
 */
function mergedMap(earlier, later, dropNulls) {
  const both = { ...earlier, ...later };
  if (!dropNulls) return both;
  return Object.fromEntries(Object.entries(both).filter(([, each]) => each !== null));
}

/** @param {unknown} value */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {unknown} value */
function isNumber(value) {
  return typeof value === "number";
}
