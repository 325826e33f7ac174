/**
 * The `html` tag: every value is escaped unless it is itself made by `html`. Nothing else in the page makes markup.
 * The DOM is touched only by `fragment` and what follows it, so that the tag runs in Node too.
 */

const ESCAPES = /** @type {Record<string, string>} */ ({
  "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;",
});

/** Markup that was escaped where it had to be. */
export class Markup {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }

  toString() {
    return this.text;
  }
}

/** @param {unknown} value */
export function escape(value) {
  return String(value).replace(/[&<>"']/g, (each) => ESCAPES[each] ?? each);
}

/**
 * Null, undefined and false give nothing; lists are joined; all else is escaped. Put attributes in quotes.
 * @param {TemplateStringsArray} strings
 * @param {...unknown} values
 */
export function html(strings, ...values) {
  const parts = [strings[0] ?? ""];
  values.forEach((value, at) => parts.push(markupOf(value), strings[at + 1] ?? ""));
  return new Markup(parts.join(""));
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function markupOf(value) {
  if (value === null || value === undefined || value === false) return "";
  if (Array.isArray(value)) return value.map(markupOf).join("");
  return value instanceof Markup ? value.text : escape(value);
}

/** Where the browser has Trusted Types, the policy lets through only what `html` made. */
const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("headway", {
  createHTML: (/** @type {string} */ text) => text,
});

/**
 * @param {Markup} markup
 * @returns {DocumentFragment}
 */
export function fragment(markup) {
  const template = document.createElement("template");
  template.innerHTML = policy ? policy.createHTML(markup.text) : markup.text;
  return template.content;
}

/**
 * Replaces what an element holds.
 * @param {Element} element
 * @param {Markup} markup
 */
export function fill(element, markup) {
  element.replaceChildren(fragment(markup));
}

/**
 * The part of a root marked `data-part="name"`, which must be there and of this class. Parts of custom elements inside
 * the root are theirs, whatever their names.
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} name
 * @param {{new (): T, prototype: T}} kind
 * @returns {T}
 */
export function part(root, name, kind) {
  for (const found of root.querySelectorAll(`[data-part="${name}"]`)) {
    if (found instanceof kind && belongsTo(found, root)) return found;
  }
  throw new Error(`no part ${name}`);
}

/**
 * @param {Element} element
 * @param {ParentNode} root
 */
function belongsTo(element, root) {
  let above = element.parentElement;
  while (above && above !== root && !above.localName.includes("-")) above = above.parentElement;
  return above === root;
}

/**
 * Sets text only when it differs, so that selections and screen readers are left in peace.
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Sets, or with null removes, an attribute only when that changes something.
 * @param {Element} element
 * @param {string} name
 * @param {string | null} value
 */
export function setAttribute(element, name, value) {
  if (value === null) element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/**
 * Makes the children of a parent match the keys, in order, keeping the element of a key and moving as few as can be
 * (an element that is moved loses its focus, so those that stand right are not touched).
 * @template {Element} T
 * @param {Element} parent
 * @param {string[]} keys
 * @param {Map<string, T>} known key → element, kept by the caller
 * @param {(key: string) => T} make
 */
export function arrange(parent, keys, known, make) {
  const wanted = new Set(keys);
  for (const [key, element] of known) {
    if (wanted.has(key)) continue;
    element.remove();
    known.delete(key);
  }
  let next = parent.firstElementChild;
  for (const key of keys) {
    let element = known.get(key);
    if (element === next && next) {
      next = next.nextElementSibling;
      continue;
    }
    if (!element) {
      element = make(key);
      known.set(key, element);
    }
    parent.insertBefore(element, next);
  }
}
