/**
 * The shapes that travel, as the service documents them. Types only: nothing here runs, no module loads it.
 *
 * @typedef {{code: string, params: Record<string, unknown>, text: string}} Message
 * @typedef {"staged"|"queued"|"processing"|"pausing"|"paused"|"waiting"|"completed"|"failed"|"cancelled"} JobState
 * @typedef {{id: string, code: string, params: Record<string, unknown>, text: string,
 *   fields: {name: string, kind: string}[], choices: string[]}} Question
 * @typedef {{code: string, params: Record<string, unknown>, text: string, advice?: string, phase?: string,
 *   kind?: "usage"|"transient"|"fatal", support_id?: string}} Failure
 * @typedef {{at: number, level: "info"|"warning"|"error", code: string, params: Record<string, unknown>,
 *   text: string}} LogLine
 * @typedef {{size: number, media_type: string}} Artifact
 * @typedef {{index: number, total: number, code: string}} Phase
 *
 * @typedef {object} JobValue
 * @property {string} id
 * @property {string} name
 * @property {string} [kind]
 * @property {number} [size] bytes
 * @property {string} [document_id]
 * @property {string} [batch_id]
 * @property {string} [owner_id]
 * @property {string} [owner]
 * @property {string} pipeline
 * @property {Record<string, unknown>} [options]
 * @property {string} [priority]
 * @property {number} [page_count]
 * @property {number} [edits] how often somebody has changed one of its sentences
 * @property {string} [sheet_id] the job that has sent its sentences to a spreadsheet last
 * @property {{pages?: number|null, chunks?: number|null, tokens?: number|null, steps?: number|null, seconds?: number|null,
 *   error?: string|null}} [estimate]
 * @property {JobState} state
 * @property {string} [outcome]
 * @property {{ship?: string|null, certificate?: string|null, number?: string|null, valid_until?: string|null, url?: string|null,
 *   sentences?: number|null, rows?: number|null, edits?: number|null}} [result]
 * @property {Phase} [phase]
 * @property {number} [percent] 0 to 100, 100 only when completed
 * @property {Message} [detail]
 * @property {number} [eta_seconds]
 * @property {number} [attempt]
 * @property {number} [retry_at] seconds since 1970
 * @property {Message} [waits_for]
 * @property {Question} [question]
 * @property {Record<string, number>} [counters]
 * @property {Record<string, string>} [pages] page number → route letter and state letter; ranges in a frame
 * @property {Record<string, string>} [chunks] chunk number → state letter and on which try
 * @property {Record<string, LogLine>} [log]
 * @property {Failure} [error]
 * @property {Record<string, Artifact>} [artifacts]
 * @property {Record<string, Failure>} [warnings]
 * @property {number} [created_at]
 * @property {number} [queued_at]
 * @property {number} [started_at]
 * @property {number} [ended_at]
 * @property {number} [working_since] at work without a pause since then
 * @property {number} [worked_seconds] at work in this run before that
 * @property {Record<string, {started_at: number, ended_at: number | null}>} [phase_times] by phase code
 * @property {string} [cancelled_by]
 * @property {number} [alive_at]
 *
 * @typedef {Record<string, any>} Value a snapshot's value while the law works on it
 * @typedef {{epoch: string, seq: number, run: number, value: Value}} Snapshot
 * @typedef {{epoch: string, seq: [number, number], run: number, set: Value}} Patch
 *
 * @typedef {object} BatchValue
 * @property {string} id
 * @property {string} [name]
 * @property {number} [created_at]
 * @property {number} total
 * @property {Record<string, number>} counts by state
 * @property {number} [warnings]
 * @property {number} [needs_you]
 * @property {number} [percent] weighted by expected work
 * @property {number} [eta_seconds]
 * @property {Record<string, {job_id: string, name: string, state: JobState, percent: number}>} [jobs]
 *
 * @typedef {{job_id: string, name: string, pipeline: string, phase: string, since: number}} RunningStep
 * @typedef {{host: string, pid: number, started_at: number, slots: number,
 *   running: Record<string, RunningStep>, engines?: string[]}} WorkerValue
 * @typedef {{name: string, owner: string, since: number, waits_for: Message, place?: number, due_at?: number}} WaitValue
 * @typedef {object} WorkersValue
 * @property {Record<string, WorkerValue>} workers
 * @property {{queued: number, running: number, waiting: number, oldest_wait_seconds: number|null,
 *   paused?: {by: string, at: number}|null}} [queue]
 * @property {{jobs?: Record<string, WaitValue>, more: number}} [waits]
 * @property {{minutes: number, steps_a_minute: number, pages_a_minute: number, jobs_a_minute: number}} [throughput]
 * @property {Record<string, {state: string, detail: string|null, since?: number, next_try?: number}>} [engines]
 *
 * @typedef {object} QueueValue
 * @property {number} of
 * @property {Record<string, {place: number, expected_start_at: number|null}>} jobs
 * @property {{by: string, at: number}|null} [paused]
 *
 * @typedef {{type?: string, title?: string, status: number, detail?: string, code: string,
 *   params?: Record<string, unknown>, support_id?: string|null, sentence?: SentenceRow}} Problem `sentence` as it stands now
 *
 * @typedef {object} Frame one frame of the socket, of any type
 * @property {string} type
 * @property {string} [topic]
 * @property {number|null} [id]
 * @property {string} [job_id]
 * @property {string} [epoch]
 * @property {number | [number, number]} [seq]
 * @property {number} [run]
 * @property {number} [place]
 * @property {string} [reason]
 * @property {Value} [value]
 * @property {Value} [set]
 * @property {Record<string, number>} [counts]
 * @property {boolean} [more]
 * @property {Problem} [problem]
 * @property {number} [heartbeat_seconds]
 * @property {number} [at]
 * @property {number} [since]
 * @property {number} [after_ms]
 *
 * @typedef {{name: string, title: Message, phases: {code: string, title: Message|string}[],
 *   options_schema: Record<string, any>, accepts: string[], default?: boolean}} Pipeline
 * @typedef {{user: {id: string, name: string, role: "user"|"admin"},
 *   limits: {file_bytes: number, files_per_request: number, accepts: string[]}, version: string}} Session
 *
 * @typedef {{id: string, name: string, imo: string|null}} ShipName
 * @typedef {object} Certificate as lists have it
 * @property {string} id
 * @property {ShipName} ship
 * @property {Record<string, string|null>} fields by code; dates are YYYY-MM-DD
 * @property {string} expiry the narrowest filter that it passes
 * @property {string|null} job_id
 * @property {string|null} document_id
 * @property {{name: string, url?: string|null, replaced?: boolean}[]} archived
 * @property {number} version
 * @property {number} created_at
 * @property {number} updated_at
 *
 * @typedef {ShipName & {created_at: number, counts: Record<string, number>, next_end: string|null}} Ship `counts` by when
 *   certificates end, as lists filter them, and `total`; `next_end` is the first day, today or later, on which one does
 *
 * @typedef {{page: number, page_size?: [number, number], box: [number, number, number, number], confidence: number,
 *   as_printed: string}} Evidence where a value stands, in points
 * @typedef {{items: Certificate[], next: string|null}} CertificatesPage
 * @typedef {Message & {fields: string[]}} Flaw
 * @typedef {Certificate & {evidence: Record<string, Evidence>, flaws: Flaw[]}} CertificateShown
 * @typedef {{id: string, at: number, by: {id: string, name: string}, field: string, old: string|null, new: string|null}} Edit
 * @typedef {{id: string, name: string, page_count: number|null}} DocumentValue
 *
 * @typedef {object} SentenceRow
 * @property {string} id
 * @property {number|null} number null until the chunks are one table
 * @property {number} chunk
 * @property {string} text
 * @property {number} words
 * @property {number} page
 * @property {string} [source] the sentence of the book that it is of
 * @property {boolean} [opens] a paragraph begins with it
 * @property {string} [original] where a person changed it: what it was
 * @property {string} [edited_by]
 * @property {number} [edited_at]
 *
 * @typedef {{items: SentenceRow[], offset: number, total: number, whole: boolean, chunks: Record<string, number>}} SentencesAnswer
 *   `chunks`: how many rows each chunk that is done gives
 *
 * @typedef {{width: number, height: number, number: number, route: string, engine?: string, text: string,
 *   lines?: {text: string, box: [number, number, number, number], confidence: number}[]}} PageModel
 */

export {};
