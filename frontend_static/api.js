/** Commands go up by HTTP. Every failure arrives as a `Refused` with a problem that can be said. */

/** @import {DocumentValue, PageModel, Pipeline, Problem, SentenceRow, SentencesAnswer, Session} from "./types.js" */

/** The service said no, or could not be reached (code `unreachable`). */
export class Refused extends Error {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.detail ?? problem.title ?? problem.code);
    this.problem = problem;
  }
}

/** @returns {Problem} */
export function unreachable() {
  return { code: "unreachable", status: 0, params: {} };
}

/**
 * The problem that a response carries, also when something in between answered with a page of its own.
 * @param {number} status
 * @param {string} text
 * @returns {Problem}
 */
export function problemFrom(status, text) {
  try {
    const body = JSON.parse(text);
    if (body && typeof body.code === "string") return { ...body, status };
  } catch {
    // Not JSON: a proxy's page.
  }
  return { code: status === 413 ? "refused_on_the_way" : "unexpected", status, params: { status } };
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body] sent as JSON
 * @returns {Promise<any>} the body of the answer
 */
export async function call(method, path, body) {
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? null : JSON.stringify(body),
    });
  } catch {
    throw new Refused(unreachable());
  }
  const text = await response.text();
  if (!response.ok) throw new Refused(problemFrom(response.status, text));
  return text ? JSON.parse(text) : null;
}

/** @param {string} path */
const get = (path) => call("GET", path);
/**
 * @param {string} path
 * @param {unknown} [body]
 */
const post = (path, body) => call("POST", path, body);
const encoded = encodeURIComponent;

export const api = {
  /** @returns {Promise<Session>} */
  session: () => get("/api/session"),
  /** @param {string} code */
  signIn: (code) => post("/api/session", { code }),
  signOut: () => call("DELETE", "/api/session"),
  /** @returns {Promise<{url: string, expires_at: number}>} */
  deviceLink: () => post("/api/session/links", {}),
  /** @returns {Promise<Pipeline[]>} */
  pipelines: async () => (await get("/api/pipelines")).items,
  /** @returns {Promise<{batch_id: string, topic: string}>} */
  newBatch: () => post("/api/batches", {}),
  /**
   * @param {string} id
   * @param {"start"|"cancel"|"pause"|"resume"|"retry"|"priority"} command
   * @param {{stop?: boolean, priority?: string}} [how]
   */
  command: (id, command, how) => post(`/api/jobs/${encoded(id)}/${command}`, how),
  /**
   * @param {string} id
   * @param {string} questionId
   * @param {Record<string, string>} answer
   */
  answer: (id, questionId, answer) => post(`/api/jobs/${encoded(id)}/answer`, { question_id: questionId, answer }),
  /**
   * Has a worker look at a staged job; what it finds comes as the job's `estimate`.
   * @param {string} id
   */
  estimate: (id) => get(`/api/jobs/${encoded(id)}/estimate`),
  /**
   * Other options for a job that was not started.
   * @param {string} id
   * @param {Record<string, unknown>} options
   */
  changeOptions: (id, options) => call("PATCH", `/api/jobs/${encoded(id)}`, { options }),
  /**
   * A new job over the same document.
   * @param {string} id
   * @param {{options: Record<string, unknown>, start: boolean}} how
   * @returns {Promise<{job_id: string}>}
   */
  repeat: (id, how) => post(`/api/jobs/${encoded(id)}/repeat`, how),
  /**
   * Rows of the table of sentences, from this place on, or around a row.
   * @param {string} id
   * @param {{offset?: number, near?: string, limit: number, q: string}} range
   * @returns {Promise<SentencesAnswer>}
   */
  sentences: (id, { offset, near, limit, q }) => get(`/api/jobs/${encoded(id)}/sentences?${new URLSearchParams({
    ...(near ? { near } : { offset: String(offset ?? 0) }), limit: String(limit), ...(q && { q }),
  })}`),
  /**
   * @param {string} id
   * @param {string} row
   * @param {{text: string | null, was: string}} change null takes back what was changed
   * @returns {Promise<SentenceRow>}
   */
  changeSentence: (id, row, change) => call("PATCH", `/api/jobs/${encoded(id)}/sentences/${encoded(row)}`, change),
  /**
   * Writes the sentences into a new Google Sheet.
   * @param {string} id
   * @returns {Promise<{job_id: string}>}
   */
  sheet: (id) => post(`/api/jobs/${encoded(id)}/sheet`),
  /**
   * @param {string} id
   * @param {number} page
   * @returns {Promise<PageModel>}
   */
  page: (id, page) => get(`/api/jobs/${encoded(id)}/pages/${page}`),
  /**
   * @param {string} id
   * @returns {Promise<DocumentValue>}
   */
  document: (id) => get(`/api/documents/${encoded(id)}`),
  /**
   * @param {string} id
   * @param {"retry-failed"|"cancel"|"pause"|"resume"} command
   */
  batchCommand: (id, command) => post(`/api/batches/${encoded(id)}/${command}`),
  /** Ends all of one's own jobs that have not ended, however many. */
  cancelAll: () => post("/api/jobs/all/cancel"),
  /**
   * @param {"cancel"|"retry"} command
   * @param {string[]} ids
   */
  adminCommand: (command, ids) => post(`/api/admin/jobs/${command}`, { ids }),
  /**
   * To all jobs that match, however many.
   * @param {"retry-failed"|"cancel"} command
   * @param {string} query
   */
  adminListCommand: (command, query) => post(`/api/admin/jobs/all/${command}?${query}`),
  /**
   * @param {"pause"|"resume"} command
   * @param {{stop?: boolean}} [how]
   */
  queueCommand: (command, how) => post(`/api/admin/queue/${command}`, how ?? {}),
  /**
   * @param {string} query
   * @returns {Promise<{items: any[], next: string | null, counts: Record<string, number>}>}
   */
  adminJobs: (query) => get(`/api/admin/jobs?${query}`),
};

export const addresses = {
  /**
   * @param {string} id
   * @param {string} name
   */
  artifact: (id, name) => `/api/jobs/${encoded(id)}/artifacts/${encoded(name)}`,
  /** @param {string} documentId */
  original: (documentId) => `/api/documents/${encoded(documentId)}/content`,
  /**
   * @param {string} documentId
   * @param {number} page
   * @param {number} width pixels
   */
  pageImage: (documentId, page, width) => `/api/documents/${encoded(documentId)}/pages/${page}.png?width=${width}`,
  /**
   * The table of sentences, with what was changed in it.
   * @param {string} id
   * @param {string} form "csv", "xlsx", "txt" or "json"
   * @param {Record<string, string>} how
   */
  sentences: (id, form, how) => `/api/jobs/${encoded(id)}/sentences.${form}${how["separator"] ? `?${new URLSearchParams(how)}` : ""}`,
  /** @param {string} batchId */
  batchArtifacts: (batchId) => `/api/batches/${encoded(batchId)}/artifacts.zip`,
};
