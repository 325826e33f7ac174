/** A pipeline's JSON Schema as fields of a form, and the form's values as options. Pure. */

/** @import {Pipeline} from "./types.js" */

/**
 * @typedef {object} OptionField
 * @property {string} name
 * @property {"choice"|"flag"|"number"|"text"|"list"|"set"|"ship"} kind list: free words with commas; set: some of the choices;
 *   ship: the id of one of one's own
 * @property {string} title
 * @property {string} help
 * @property {unknown} preset
 * @property {string[]} choices
 * @property {number | undefined} least
 * @property {number | undefined} most
 * @property {string | undefined} pattern
 * @property {boolean} whole whole numbers only
 * @property {boolean} optional may be left empty
 */

/** @typedef {Record<string, any>} Schema */

/**
 * @param {Schema} schema
 * @returns {OptionField[]}
 */
export function fieldsOf(schema) {
  const required = new Set(schema["required"] ?? []);
  return Object.entries(schema["properties"] ?? {}).map(([name, raw]) => {
    const { node, optional } = unwrapped(resolved(/** @type {Schema} */ (raw), schema), schema);
    const items = node["items"] ? resolved(node["items"], schema) : undefined;
    return {
      name,
      kind: kindOf(node, items),
      title: raw.title ?? node["title"] ?? name,
      help: raw.description ?? node["description"] ?? "",
      preset: raw.default ?? null,
      choices: (node["enum"] ?? items?.["enum"] ?? constsOf(node)).map(String),
      least: node["minimum"] ?? node["exclusiveMinimum"],
      most: node["maximum"] ?? node["exclusiveMaximum"],
      pattern: node["pattern"],
      whole: node["type"] === "integer",
      optional: optional || !required.has(name),
    };
  });
}

/**
 * The option that takes the id of a ship, if there is one.
 * @param {Pipeline} pipeline
 */
export function shipFieldOf({ options_schema: schema }) {
  return fieldsOf(schema).find((each) => each.kind === "ship")?.name;
}

/**
 * @param {Schema} node
 * @param {Schema} root
 * @returns {Schema}
 */
function resolved(node, root) {
  const reference = node["$ref"] ?? node["allOf"]?.[0]?.["$ref"];
  if (typeof reference !== "string") return node;
  const target = root["$defs"]?.[reference.split("/").pop() ?? ""] ?? {};
  return { ...target, ...node };
}

/**
 * Without the "or null" around it.
 * @param {Schema} node
 * @param {Schema} root
 */
function unwrapped(node, root) {
  const ways = /** @type {Schema[] | undefined} */ (node["anyOf"]);
  if (!ways) return { node, optional: false };
  const real = ways.filter((each) => each["type"] !== "null");
  return { node: { ...node, ...resolved(real[0] ?? {}, root) }, optional: real.length < ways.length };
}

/** @param {Schema} node */
function constsOf(node) {
  return node["const"] === undefined ? [] : [node["const"]];
}

/**
 * @param {Schema} node
 * @param {Schema | undefined} items
 * @returns {OptionField["kind"]}
 */
function kindOf(node, items) {
  if (node["format"] === "ship") return "ship";
  if (node["enum"] || node["const"] !== undefined) return "choice";
  if (node["type"] === "array") return items?.["enum"] ? "set" : "list";
  if (node["type"] === "boolean") return "flag";
  return node["type"] === "integer" || node["type"] === "number" ? "number" : "text";
}

/**
 * The options that differ from their presets, and what is wrong, by field: a code of `ui.options.wrong.`.
 * @param {OptionField[]} fields
 * @param {Record<string, string | boolean | string[]>} given
 * @returns {{options: Record<string, unknown>, wrong: Record<string, string>}}
 */
export function read(fields, given) {
  /** @type {Record<string, unknown>} */
  const options = {};
  /** @type {Record<string, string>} */
  const wrong = {};
  for (const field of fields) {
    const raw = given[field.name];
    if (raw === undefined) continue;
    if (raw === "") {
      if (!field.optional) wrong[field.name] = "empty";
      continue;
    }
    const value = valueOf(field, raw);
    const code = wrongWith(field, value);
    if (code) wrong[field.name] = code;
    else if (JSON.stringify(value) !== JSON.stringify(field.preset)) options[field.name] = value;
  }
  return { options, wrong };
}

/**
 * @param {OptionField} field
 * @param {string | boolean | string[]} raw
 */
function valueOf(field, raw) {
  if (typeof raw !== "string") return raw;
  if (field.kind === "number") return Number(raw);
  if (field.kind === "list") return raw.split(",").map((each) => each.trim()).filter(Boolean);
  return raw.trim();
}

/**
 * @param {OptionField} field
 * @param {unknown} value
 */
function wrongWith(field, value) {
  if (field.kind === "number") {
    const number = Number(value);
    if (!Number.isFinite(number)) return "number";
    if (field.whole && !Number.isInteger(number)) return "whole";
    if (field.least !== undefined && number < field.least) return "least";
    if (field.most !== undefined && number > field.most) return "most";
  }
  return field.kind === "text" && field.pattern && !matches(field.pattern, String(value)) ? "pattern" : null;
}

/**
 * A pattern that this language cannot read is left to the service.
 * @param {string} pattern
 * @param {string} text
 */
function matches(pattern, text) {
  try {
    return new RegExp(pattern, "u").test(text);
  } catch {
    return true;
  }
}
