/** One upload request by XMLHttpRequest, the only way a browser tells how many bytes have gone up. */

/**
 * @typedef {(request: {url: string, form: FormData, key: string, signal: AbortSignal,
 *   progress: (loaded: number, total: number) => void}) =>
 *   Promise<{status: number, text: string, retryAfter: number | null}>} Send
 */

/** Rejects when the connection fails or the signal aborts; any answer of a server resolves. @type {Send} */
export const sendByXhr = ({ url, form, key, signal, progress }) => new Promise((resolve, reject) => {
  const request = new XMLHttpRequest();
  request.open("POST", url);
  request.setRequestHeader("Idempotency-Key", key);
  request.upload.onprogress = (event) => progress(event.loaded, event.total);
  request.onload = () => {
    const wait = Number(request.getResponseHeader("Retry-After"));
    resolve({ status: request.status, text: request.responseText, retryAfter: wait > 0 ? Math.min(wait, 30) : null });
  };
  request.onerror = () => reject(new Error("the connection failed"));
  request.onabort = () => reject(new Error("stopped"));
  if (signal.aborted) return reject(new Error("stopped"));
  signal.addEventListener("abort", () => request.abort());
  request.send(form);
});

/**
 * Waits so many seconds, and then for the network if the browser knows it to be gone.
 * @param {number} seconds
 */
export async function patience(seconds) {
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  if (!navigator.onLine) await new Promise((resolve) => addEventListener("online", resolve, { once: true }));
}
