/** A world of sockets, time and chance that a test holds in its hands. */

export class FakeSocket {
  readyState = 1;
  /** @type {any[]} */
  sent = [];
  /** @type {((event: {data: string}) => void) | null} */
  onmessage = null;
  /** @type {((event: {code: number}) => void) | null} */
  onclose = null;

  /** @param {string} text */
  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.readyState = 3;
  }

  /** @param {object} frame */
  says(frame) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  greets() {
    this.says({ type: "hello", protocol: 1, heartbeat_seconds: 10, resume: { patches: 1, seconds: 1 } });
  }

  /** @param {number} code */
  closes(code) {
    this.readyState = 3;
    this.onclose?.({ code });
  }

  topics() {
    return this.sent.filter((each) => each.type === "subscribe").map((each) => [each.topic, each.since]);
  }
}

export class FakeWorld {
  time = 1_000_000;
  chance = 0.5;
  /** @type {FakeSocket[]} */
  sockets = [];
  /** @type {{at: number, run: () => void}[]} */
  timers = [];

  get socket() {
    const last = this.sockets.at(-1);
    if (!last) throw new Error("nothing was opened");
    return last;
  }

  /** @returns {any} */
  get hands() {
    return {
      open: () => {
        this.sockets.push(new FakeSocket());
        return this.socket;
      },
      after: (/** @type {() => void} */ run, /** @type {number} */ milliseconds) => {
        const timer = { at: this.time + milliseconds, run };
        this.timers.push(timer);
        return timer;
      },
      stop: (/** @type {any} */ timer) => {
        this.timers = this.timers.filter((each) => each !== timer);
      },
      now: () => this.time,
      random: () => this.chance,
    };
  }

  /** @param {number} milliseconds */
  pass(milliseconds) {
    const until = this.time + milliseconds;
    for (;;) {
      const due = this.timers.filter((each) => each.at <= until).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.timers = this.timers.filter((each) => each !== due);
      this.time = due.at;
      due.run();
    }
    this.time = until;
  }
}
