import assert from "node:assert/strict";
import { test } from "node:test";

import { Link, backoff, closeMeaning, wakeOnReturn } from "../../frontend_static/socket.js";
import { Store } from "../../frontend_static/store.js";
import { FakeWorld } from "./support.js";

/** @param {string[]} topics */
function linked(...topics) {
  const world = new FakeWorld();
  const store = new Store();
  const link = new Link("ws://x/ws", store, world.hands);
  for (const topic of topics) {
    store.topic(topic);
    link.hold(topic);
  }
  link.connect();
  return { world, store, link };
}

test("the wait doubles from half a second to twenty, and chance takes any part of it", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 6, 60].map((n) => backoff(n, () => 1)), [500, 1000, 2000, 4000, 8000, 16000, 20000, 20000]);
  assert.equal(backoff(5, () => 0), 0);
  assert.equal(backoff(1, () => 0.25), 250);
});

test("a close code says whether to come back", () => {
  assert.equal(closeMeaning(4001), "sign_in");
  for (const code of [4000, 4003, 4008, 4099]) assert.equal(closeMeaning(code), "never");
  for (const code of [4100, 4101, 1006, 1012, 1000]) assert.equal(closeMeaning(code), "after_a_wait");
  for (const code of [4200, 4201]) assert.equal(closeMeaning(code), "at_once");
});

test("live is said when every topic was answered, not before", () => {
  const { world, link } = linked("jobs", "batch:b");
  world.socket.greets();
  assert.equal(link.state, "connecting");
  world.socket.says({ type: "snapshot", topic: "jobs", counts: { total: 0 }, more: false });
  assert.equal(link.state, "connecting");
  world.socket.says({ type: "error", id: 2, topic: "batch:b", problem: { code: "not_found", status: 404 } });
  assert.equal(link.state, "live");
});

test("after a loss it comes back by itself and resumes a job from where it stood", () => {
  const { world, link } = linked("jobs", "job:j");
  world.socket.greets();
  world.socket.says({ type: "snapshot", topic: "jobs", counts: { total: 0 }, more: false });
  world.socket.says({ type: "snapshot", topic: "job:j", job_id: "j", epoch: "e", seq: 7, run: 1, value: {} });
  world.socket.closes(1006);
  assert.equal(link.state, "reconnecting");
  world.pass(250);
  assert.equal(world.sockets.length, 2);
  world.socket.greets();
  assert.deepEqual(world.socket.topics(), [["jobs", undefined], ["job:j", "e:7"]]);
  assert.equal(link.state, "reconnecting");
  world.socket.says({ type: "snapshot", topic: "jobs", counts: { total: 0 }, more: false });
  assert.equal(link.state, "live");
});

test("each failed try waits longer; a beat that was heard makes the link good again", () => {
  const { world } = linked();
  const waits = [];
  for (let n = 0; n < 4; n += 1) {
    world.socket.closes(1006);
    waits.push((world.timers.at(-1)?.at ?? 0) - world.time);
    world.pass(waits.at(-1) ?? 0);
  }
  assert.deepEqual(waits, [250, 500, 1000, 2000]);
  world.socket.greets();
  world.socket.says({ type: "ping", at: 1 });
  world.socket.closes(1006);
  assert.equal((world.timers.at(-1)?.at ?? 0) - world.time, 250);
});

test("a service that greets and sends away at once is not hammered", () => {
  const { world } = linked();
  world.socket.greets();
  world.socket.closes(4200);
  assert.equal((world.timers.at(-1)?.at ?? 0) - world.time, 0);
  world.pass(0);
  world.socket.greets();
  world.socket.closes(4200);
  assert.equal((world.timers.at(-1)?.at ?? 0) - world.time, 500);
});

test("bye says when to come back", () => {
  const { world } = linked();
  world.socket.greets();
  world.socket.says({ type: "bye", after_ms: 1234 });
  world.socket.closes(4200);
  assert.equal((world.timers.at(-1)?.at ?? 0) - world.time, 1234);
});

test("two beats without a frame are a dead link; any frame is a sign of life, and a ping is answered", () => {
  const { world, link } = linked();
  world.socket.greets();
  world.pass(19_000);
  world.socket.says({ type: "ping", at: 5 });
  assert.deepEqual(world.socket.sent.at(-1), { type: "pong" });
  world.pass(19_000);
  assert.equal(link.state, "live");
  world.pass(1_001);
  assert.equal(link.state, "reconnecting");
  assert.equal(world.sockets[0]?.readyState, 3);
});

test("whoever comes back does not wait out the backoff, and a link that was silent meanwhile is left at once", () => {
  const { world, link } = linked();
  world.socket.closes(1006);
  link.wake();
  assert.equal(world.sockets.length, 2);
  world.socket.greets();
  world.time += 19_000;
  link.wake();
  assert.equal(world.sockets.length, 2);
  world.time += 60_000; // a laptop that slept: no timer ran
  link.wake();
  assert.equal(link.state, "reconnecting");
  assert.equal(world.sockets[1]?.readyState, 3);
  assert.equal(world.sockets.length, 3);
});

test("with the network comes a new link, whatever the old one says; one that hangs in its greeting is left too", () => {
  const { world, link } = linked("job:j");
  world.socket.greets();
  world.socket.says({ type: "snapshot", topic: "job:j", job_id: "j", epoch: "e", seq: 7, run: 1, value: {} });
  const old = world.socket;
  link.renew();
  assert.equal(old.readyState, 3);
  assert.equal(world.sockets.length, 2);
  assert.equal(link.state, "reconnecting");
  old.says({ type: "patch", topic: "job:j", job_id: "j", epoch: "e", seq: [8, 8], run: 1, set: {} });
  old.closes(1006);
  assert.equal(world.sockets.length, 2);
  world.socket.greets();
  assert.deepEqual(world.socket.topics(), [["job:j", "e:7"]]);
  assert.equal(link.state, "live");
  world.pass(0);
  assert.equal(world.sockets.length, 2);
  link.renew();
  world.time += 60_000;
  link.wake();
  assert.equal(world.sockets.length, 4);
});

test("a greeting that does not come is waited for no longer than two beats", () => {
  const { world } = linked();
  world.pass(20_000);
  assert.equal(world.sockets[0]?.readyState, 3);
  world.pass(500);
  assert.ok(world.sockets.length > 1);
});

test("the network, the page and the person call it back; a page that was not away does not", () => {
  const { world, link } = linked();
  const calls = /** @type {Record<string, (event?: object) => void>} */ ({});
  const listen = (/** @type {string} */ name, /** @type {() => void} */ run) => (calls[name] = run);
  const browser = { addEventListener: listen, document: { addEventListener: listen, visibilityState: "hidden" } };
  Object.assign(globalThis, browser);
  try {
    wakeOnReturn(link);
    const opened = (/** @type {() => void} */ happens) => {
      const before = world.sockets.length;
      happens();
      return world.sockets.length - before;
    };
    world.socket.greets();
    assert.equal(opened(() => calls["pageshow"]?.({ persisted: false })), 0);
    assert.equal(opened(() => calls["pageshow"]?.({ persisted: true })), 1);
    assert.equal(opened(() => calls["online"]?.()), 1);
    world.socket.closes(1006);
    assert.equal(opened(() => calls["visibilitychange"]?.()), 0);
    browser.document.visibilityState = "visible";
    assert.equal(opened(() => calls["visibilitychange"]?.()), 1);
  } finally {
    for (const name of Object.keys(browser)) Reflect.deleteProperty(globalThis, name);
  }
});

test("what bye asked for is waited once, however the link then ends", () => {
  const { world } = linked();
  world.socket.greets();
  world.socket.says({ type: "bye", after_ms: 900 });
  world.socket.closes(1006);
  assert.equal((world.timers.at(-1)?.at ?? 0) - world.time, 900);
  world.pass(900);
  world.socket.closes(1006);
  assert.equal((world.timers.at(-1)?.at ?? 0) - world.time, 500);
});

test("signed out and sent away for good stay so", () => {
  for (const [code, state] of /** @type {[number, string][]} */ ([[4001, "signed_out"], [4008, "closed"]])) {
    const { world, link } = linked();
    world.socket.greets();
    world.socket.closes(code);
    link.wake();
    world.pass(60_000);
    assert.equal(link.state, state);
    assert.equal(world.sockets.length, 1);
  }
});

test("a hole asks for the topic once, and what still comes of the old subscription is left aside", () => {
  const { world, store } = linked("jobs");
  const patch = (/** @type {number} */ seq) => ({
    type: "patch", topic: "jobs", job_id: "a", epoch: "e", seq: [seq, seq], run: 1, set: { percent: seq } });
  const card = (/** @type {number} */ seq) => ({
    type: "card", topic: "jobs", job_id: "a", epoch: "e", seq: [1, seq], run: 1, place: 0, value: { id: "a", percent: seq } });
  world.socket.greets();
  world.socket.says({ type: "snapshot", topic: "jobs", counts: { total: 1, queued: 1 }, more: false });
  world.socket.says(card(1));
  world.socket.says(patch(3));
  world.socket.says(patch(4));
  assert.equal(world.socket.topics().length, 2);
  world.socket.says({ type: "snapshot", topic: "jobs", counts: { total: 1, queued: 1 }, more: false });
  world.socket.says(card(4));
  world.socket.says(patch(5));
  assert.equal(world.socket.topics().length, 2);
  assert.equal(store.list("jobs")[0]?.percent, 5);
});

test("a topic is given back with its last holder", () => {
  const { world, link } = linked("jobs");
  world.socket.greets();
  link.hold("jobs");
  link.release("jobs");
  assert.ok(!world.socket.sent.some((each) => each.type === "unsubscribe"));
  link.release("jobs");
  assert.deepEqual(world.socket.sent.at(-1), { type: "unsubscribe", topic: "jobs" });
});

test("degraded is said until recovered", () => {
  const { world, link } = linked();
  world.socket.greets();
  world.socket.says({ type: "degraded", since: 3 });
  assert.equal(link.state, "delayed");
  world.socket.says({ type: "recovered" });
  assert.equal(link.state, "live");
});

test("a service that speaks of pages that cannot be is left, and asked again after a wait", () => {
  const { world, link } = linked("job:j");
  world.socket.greets();
  const whole = { type: "snapshot", topic: "job:j", job_id: "j", epoch: "e", seq: 7, run: 1 };
  world.socket.says({ ...whole, value: { pages: { "1-999999999": "td" } } });
  assert.equal(link.state, "connecting");
  assert.equal(world.sockets[0]?.readyState, 3);
  world.pass(250);
  world.socket.greets();
  world.socket.says({ ...whole, value: { pages: { "1-3": "td" } } });
  assert.equal(link.state, "live");
});
