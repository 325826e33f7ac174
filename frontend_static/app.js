/** The composition root and the router. What happens where: `store.js` knows, `socket.js` hears, `views/` show. */

/** @import {Pipeline, QueueValue, Session, ShipName} from "./types.js" */
/** @import {Group, Item} from "./items.js" */
/** @import {Piece} from "./views/piece.js" */

import { Refused, api } from "./api.js";
import { tried } from "./commands.js";
import { problemText } from "./describe.js";
import { nextFrame } from "./frame.js";
import { t } from "./i18n.js";
import { grouped, unfinished } from "./items.js";
import { JobList } from "./job_list.js";
import { speakAsWished, speakFromNowOn } from "./language.js";
import { Narrator } from "./narrator.js";
import { keepPlace, keepPlaces, toKeptPlace } from "./place.js";
import { Link, wakeOnReturn } from "./socket.js";
import { Store } from "./store.js";
import { patience, sendByXhr } from "./transport.js";
import { Uploads } from "./upload.js";
import { Admin } from "./views/admin.js";
import { Certificates } from "./views/certificates.js";
import { takeDropsAnywhere } from "./views/drop_anywhere.js";
import { Header } from "./views/header.js";
import { Home } from "./views/home.js";
import { JobPage } from "./views/job_page.js";
import { Panel } from "./views/panel.js";
import { make } from "./views/piece.js";
import { Review } from "./views/review.js";
import { Ships } from "./views/ships.js";
import { showSignIn } from "./views/sign_in.js";
import { Toasts } from "./views/toasts.js";

/** @typedef {"home" | "job" | "certificates" | "review" | "ships" | "admin"} ViewName */

/** What the views are handed. Events: `change` (list, uploads or link), `tick` (a second passed, live), `route`. */
export class App extends EventTarget {
  store = new Store();
  /** What is shown. @type {ViewName} */
  view = "home";
  /** The ship that was chosen for what is dropped, until another is. @type {ShipName | null} */
  ship = null;
  #progress = "";
  #subject = "";
  #view = /** @type {Piece | null} */ (null);
  #corner = document.createElement("div");
  #narrator = /** @type {Narrator | null} */ (null);
  /** @type {{urgent: Item[], groups: Group[]} | null} */
  #list = null;

  #inQueue = /** @type {Set<object>} */ (new Set());
  #releaseQueue = /** @type {(() => void) | null} */ (null);

  /**
   * @param {Session} session
   * @param {Pipeline[]} pipelines
   */
  constructor(session, pipelines) {
    super();
    this.session = session;
    this.pipelines = pipelines;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.link = new Link(`${scheme}://${location.host}/ws`, this.store);
    this.uploads = new Uploads({
      send: sendByXhr, newBatch: api.newBatch, patience, newKey: newKey, now: () => Date.now() / 1000,
    }, session.limits);
    this.jobList = new JobList(this.store, (topic) => this.watch(topic));
    this.toasts = make(Toasts, this);
  }

  /**
   * Keeps a topic live until the answered function is called.
   * @param {string} topic
   */
  watch(topic) {
    this.store.topic(topic);
    this.link.hold(topic);
    let held = true;
    return () => {
      if (held) this.link.release(topic);
      held = false;
    };
  }

  /**
   * Keeps the places in the queue live while somebody shows a job that waits.
   * @param {object} who
   * @param {boolean} needed
   */
  needQueue(who, needed) {
    if (needed) this.#inQueue.add(who);
    else this.#inQueue.delete(who);
    if (this.#inQueue.size > 0) this.#releaseQueue ??= this.watch("queue");
    else {
      this.#releaseQueue?.();
      this.#releaseQueue = null;
    }
  }

  /** One's own places in the queue, while somebody needs them. @returns {QueueValue | null} */
  get queue() {
    return this.#releaseQueue ? /** @type {QueueValue | null} */ (this.store.topic("queue").value) : null;
  }

  /** The start page's list, made once for all who ask between two changes. */
  list() {
    this.#list ??= grouped(this.jobList.jobs, this.uploads);
    return this.#list;
  }

  get more() {
    return this.jobList.more;
  }

  /** How many of one's own documents have not ended, in sight or not. */
  get unfinished() {
    return unfinished(this.jobList.counts, this.uploads.all);
  }

  showMore() {
    this.jobList.showMore();
  }

  /** Seconds since 1970 on the service's clock; while the link is down, the moment up to which things are known. */
  now() {
    const { link } = this;
    const known = link.state === "live" || link.lastFrame === 0 ? Date.now() : link.lastFrame;
    return (known + link.clockAhead) / 1000;
  }

  /**
   * @param {string} look
   * @param {string} title
   * @param {string} text
   * @param {string} [href]
   */
  notice(look, title, text, href) {
    this.toasts.show(look, title, text, href);
  }

  /** @param {string} subject of the page that is shown */
  title(subject) {
    this.#subject = subject;
    document.title = [this.#progress, this.#subject, t("ui.name")].filter(Boolean).join(" · ");
  }

  /** @param {string} progress "18/30", or nothing */
  progress(progress) {
    if (progress === this.#progress) return;
    this.#progress = progress;
    this.title(this.#subject);
  }

  /**
   * All that is shown is made anew in another language; what is under way goes on.
   * @param {string} tag
   */
  async speakAnother(tag) {
    await tried(this, t("ui.language"), () => speakFromNowOn(tag));
    this.#narrator?.hush();
    this.#compose();
    /** @type {HTMLElement | null} */ (document.querySelector("header select"))?.focus();
  }

  signedOut() {
    this.link.end();
    showSignIn(document.body, "");
  }

  /** Puts the page together and starts listening. */
  open() {
    this.#compose();
    const narrator = (this.#narrator = new Narrator(this, /** @type {Element} */ (document.getElementById("announcements"))));
    const changed = () => {
      this.#list = null;
      narrator.turn();
      this.dispatchEvent(new Event("change"));
    };
    this.store.listen((topic) => {
      if (topic === this.jobList.topic || topic === "queue" || topic.startsWith("batch:")) {
        this.#list = null;
        nextFrame(changed);
      }
    });
    this.uploads.addEventListener("change", () => {
      this.#list = null;
      this.jobList.atLeast(this.uploads.all.length);
      nextFrame(changed);
    });
    this.uploads.addEventListener("unwanted", (event) => {
      void api.command(/** @type {CustomEvent} */ (event).detail, "cancel").catch(() => {});
    });
    this.link.addEventListener("state", () => this.#linkChanged(changed));
    document.body.dataset["link"] = this.link.state;
    addEventListener("beforeunload", (event) => {
      if (this.uploads.busy) event.preventDefault();
    });
    setInterval(() => {
      if (this.link.state === "live") this.dispatchEvent(new Event("tick"));
    }, 1000);
    takeDropsAnywhere((files) => {
      if (!(this.#view instanceof Home)) this.navigate("/");
      if (this.#view instanceof Home) this.#view.offer(files);
    });
    this.#followLinks();
    wakeOnReturn(this.link);
    this.link.connect();
  }

  /** Puts together what is built of words. */
  #compose() {
    document.querySelector(".skip")?.replaceChildren(t("ui.skip"));
    document.querySelector("header")?.replaceChildren(make(Header, this));
    this.#corner.className = "corner";
    this.#corner.replaceChildren((this.toasts = make(Toasts, this)), make(Panel, this));
    document.body.append(this.#corner);
    this.#view = null;
    this.#route(false);
    toKeptPlace();
  }

  /** @param {() => void} changed */
  #linkChanged(changed) {
    document.body.dataset["link"] = this.link.state;
    if (this.link.state === "signed_out" && document.querySelector("hw-header")) {
      // What is shown stays: it is still true as of the last frame, and bytes on their way up may still arrive.
      this.notice("failed", t("ui.link.signed_out"), t("ui.sign_in.text"));
    }
    nextFrame(changed);
  }

  #followLinks() {
    keepPlaces();
    addEventListener("popstate", () => {
      this.#route(true);
      toKeptPlace();
    });
    document.addEventListener("click", (event) => {
      const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
      if (!(link instanceof HTMLAnchorElement) || link.hasAttribute("download") || event.defaultPrevented) return;
      if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      if (link.origin !== location.origin || !viewOf(link.pathname) || link.hash) return;
      event.preventDefault();
      this.navigate(link.pathname + link.search);
    });
  }

  /** @param {string} path */
  navigate(path) {
    keepPlace();
    history.pushState(null, "", path);
    scrollTo(0, 0);
    this.#route(true);
  }

  /** @param {boolean} focus whether the person came from another view */
  #route(focus) {
    const main = /** @type {HTMLElement} */ (document.getElementById("main"));
    const name = viewOf(location.pathname) ?? "home";
    const listed = { admin: Admin, certificates: Certificates, review: Review, home: null, job: null, ships: null }[name];
    if (listed && this.#view instanceof listed) {
      this.dispatchEvent(new Event("route")); // what they show is in the address
      return;
    }
    main.dataset["view"] = this.view = name;
    const titles = { admin: t("ui.admin.title"), certificates: t("ui.certificates.title"), ships: t("ui.ships.title"), home: "", job: "", review: "" };
    this.title(titles[name]);
    this.#view = this.#make(name);
    main.replaceChildren(this.#view);
    this.dispatchEvent(new Event("route"));
    if (focus) main.focus({ preventScroll: true });
  }

  /** @param {ViewName} name */
  #make(name) {
    if (name === "admin") return make(Admin, this);
    if (name === "certificates") return make(Certificates, this);
    if (name === "home") return make(Home, this);
    if (name === "ships") return make(Ships, this);
    if (name === "review") return make(Review, this);
    const page = make(JobPage, this);
    page.jobId = decodeURIComponent(location.pathname.slice("/jobs/".length));
    return page;
  }
}

/**
 * @param {string} path
 * @returns {ViewName | null}
 */
function viewOf(path) {
  if (path === "/") return "home";
  if (path === "/admin") return "admin";
  if (path === "/certificates") return "certificates";
  if (path === "/ships") return "ships";
  if (/^\/certificates\/[^/]+$/.test(path)) return "review";
  return /^\/jobs\/[^/]+$/.test(path) ? "job" : null;
}

/** A key of its own for each upload request; `randomUUID` is missing on plain HTTP from afar. */
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((each) => each.toString(16).padStart(2, "0")).join("");
}

/** The one-time code of the address, or null. It stands after the "#", which browsers send to nobody. */
function codeOfAddress() {
  return new URLSearchParams(location.hash.slice(1)).get("code");
}

/** Swaps a one-time code of the address for a session; answers with what went wrong, if anything. */
async function swapCode() {
  const code = codeOfAddress();
  if (code === null) return "";
  history.replaceState(null, "", location.pathname + location.search);
  try {
    await api.signIn(code);
    return "";
  } catch (error) {
    return error instanceof Refused ? problemText(error.problem) : t("ui.problem.unexpected");
  }
}

async function main() {
  await speakAsWished();
  const trouble = await swapCode();
  try {
    const [session, pipelines] = await Promise.all([api.session(), api.pipelines()]);
    new App(session, pipelines).open();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.problem.status === 401) return showSignIn(document.body, trouble);
    const notice = document.createElement("p");
    notice.className = "notice";
    notice.textContent = problemText(error.problem);
    document.getElementById("main")?.replaceChildren(notice);
  }
}

// A link that is opened where the page is open already changes only what stands after the "#".
addEventListener("hashchange", () => {
  if (codeOfAddress() !== null) location.reload();
});
await main();
