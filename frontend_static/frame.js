/** Work for the next frame, once however often it is asked for. In a hidden tab, where frames rest, soon all the same. */

/** @type {Set<() => void>} */
let waiting = new Set();
let planned = false;

/** @param {() => void} work the same function counts once */
export function nextFrame(work) {
  waiting.add(work);
  if (planned) return;
  planned = true;
  const frame = requestAnimationFrame(flush);
  const timer = setTimeout(flush, 250);
  function flush() {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    planned = false;
    const now = waiting;
    waiting = new Set();
    for (const each of now) each();
  }
}
