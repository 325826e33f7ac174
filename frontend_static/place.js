/** Where one was on a view, kept with its entry of the history: who comes back finds it, as far as the rows allow. */

const SETTLED_MS = 120;
const PATIENCE_MS = 5000;

/** Keeps the place of the entry that is shown, from now on. */
export function keepPlaces() {
  history.scrollRestoration = "manual"; // a browser scrolls before the rows are there
  let timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
  addEventListener("scroll", () => {
    clearTimeout(timer);
    const { href } = location;
    timer = setTimeout(() => location.href === href && keepPlace(), SETTLED_MS);
  }, { passive: true });
}

/** Keeps it now, before another entry is shown. */
export function keepPlace() {
  noted({ scroll: Math.round(scrollY) });
}

/**
 * Keeps more with the entry that is shown.
 * @param {Record<string, number>} what
 */
export function noted(what) {
  history.replaceState({ ...history.state, ...what }, "");
}

/** What was kept with the entry that is shown. @returns {{scroll?: number, rows?: number}} */
export function kept() {
  return history.state ?? {};
}

/** Scrolls to where one was as soon as so much is there, unless the person scrolls first. */
export function toKeptPlace() {
  const wanted = kept().scroll ?? 0;
  const { href } = location;
  const until = performance.now() + PATIENCE_MS;
  const given = new AbortController();
  for (const each of ["wheel", "touchmove", "keydown", "pointerdown"]) {
    addEventListener(each, () => given.abort(), { once: true, passive: true, signal: given.signal });
  }
  const step = () => {
    if (given.signal.aborted || location.href !== href) return;
    const isThere = document.documentElement.scrollHeight - innerHeight >= wanted;
    if (isThere) scrollTo(0, wanted);
    if (isThere || performance.now() > until) given.abort();
    else requestAnimationFrame(step);
  };
  step();
}
