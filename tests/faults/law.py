"""A reader of the protocol by the letter of docs/protocol.md, which notes what a server must never send."""

from typing import Any

from service.protocol.patch import Patch, adopt, apply
from service.protocol.snapshot import Snapshot
from service.protocol.values import apply_value
from tests.faults.ledger import Ledger
from tests.faults.witness import Witness
from tests.support.plain_pages import with_plain_pages

_ENDED = frozenset({"completed", "failed", "cancelled"})


class Law:
    """What one client knows of all of its topics. `again` names those that it must subscribe to anew."""

    def __init__(self, who: str, ledger: Ledger, witness: Witness) -> None:
        self.jobs: dict[tuple[str, str], Snapshot] = {}
        self.lists: dict[str, list[str]] = {}
        self.counts: dict[str, dict[str, int]] = {}
        self.values: dict[str, dict[str, Any]] = {}
        self.again: list[str] = []
        self.degraded = False
        self.endings: dict[tuple[str, int], str] = {}
        self._who = who
        self._ledger = ledger
        self._witness = witness
        self._asked: dict[str, str] = {}
        self._resumed: set[str] = set()
        self._ended_lists: dict[tuple[str, str], Snapshot] = {}

    def asks(self, topic: str) -> str | None:
        """The client subscribes now: `since`, where it has one."""
        known = self.jobs.get((topic, topic.removeprefix("job:")))
        since = f"{known.epoch}:{known.seq}" if known is not None else None
        self._asked[topic] = since or ""
        return since

    def forgets(self, topic: str) -> None:
        """The client is not subscribed any more and keeps nothing."""
        for key in [key for key in self.jobs if key[0] == topic]:
            del self.jobs[key]
        for kept in (self.lists, self.counts, self.values):
            kept.pop(topic, None)

    def note_closed(self, how: str) -> None:
        """The connection ended."""
        self._ledger.closed[how] += 1

    def take(self, frame: dict[str, Any]) -> None:
        """One frame of the server."""
        self._ledger.frames += 1
        frame = with_plain_pages(frame)
        match frame["type"]:
            case "snapshot":
                self._snapshot(frame)
            case "patch" if "job_id" in frame:
                self._patch(frame)
            case "patch":
                self.values[frame["topic"]] = apply_value(self.values[frame["topic"]], frame["set"])
            case "card":
                self._card(frame)
            case "gone":
                self._gone(frame)
            case "counts":
                self.counts[frame["topic"]] = frame["counts"]
            case "degraded":
                self.degraded = True
            case "recovered":
                self.degraded = False
            case _:
                pass

    def place(self, topic: str, job_id: str) -> tuple[str, int] | None:
        """Where the client is with a job of a topic."""
        known = self.jobs.get((topic, job_id))
        return None if known is None else (known.epoch, known.seq)

    def _snapshot(self, frame: dict[str, Any]) -> None:
        topic = frame["topic"]
        if "counts" in frame:
            for job_id in self.lists.get(topic, []):
                self._ended_lists[topic, job_id] = self.jobs.pop((topic, job_id))
            self.lists[topic], self.counts[topic] = [], frame["counts"]
        elif "job_id" in frame:
            self._answered(topic, frame["reason"])
            self._resumed.discard(topic)
            fresh = Snapshot(frame["job_id"], frame["epoch"], frame["seq"], frame["run"], frame["value"])
            self._shows(topic, adopt(self.jobs.get((topic, fresh.job_id)), fresh))
        else:
            self.values[topic] = frame["value"]

    def _card(self, frame: dict[str, Any]) -> None:
        topic, job_id = frame["topic"], frame["job_id"]
        fresh = Snapshot(job_id, frame["epoch"], frame["seq"][1], frame["run"], frame["value"])
        before = self.jobs.get((topic, job_id)) or self._ended_lists.pop((topic, job_id), None)
        self._shows(topic, adopt(before, fresh))
        order = self.lists[topic]
        if job_id in order:
            order.remove(job_id)
        order.insert(frame["place"], job_id)

    def _gone(self, frame: dict[str, Any]) -> None:
        topic, job_id = frame["topic"], frame["job_id"]
        if job_id not in self.lists.get(topic, ()):
            self._ledger.note("out of order", f"{self._who}: gone from {topic} was no card there")
            return
        self.lists[topic].remove(job_id)
        del self.jobs[topic, job_id]

    def _patch(self, frame: dict[str, Any]) -> None:
        topic, job_id = frame["topic"], frame["job_id"]
        first, last = frame["seq"]
        if self._asked.get(topic):
            self._answered(topic, "patch")
            self._resumed.add(topic)
        known = self.jobs.get((topic, job_id))
        about = f"{self._who}, {topic[:20]}, job {job_id[-6:]}: [{first}, {last}] of {frame['epoch'][:6]}"
        if known is None or known.epoch != frame["epoch"] or first > known.seq + 1:
            at = "nothing" if known is None else f"{known.epoch[:6]}:{known.seq}"
            self._ledger.note("gaps", f"{about} after {at}")
            self.again.append(topic)
        elif last <= known.seq:
            what = "twice" if last == known.seq else "out of order"
            self._ledger.note(what, f"{about} after {known.seq}")
        else:
            self._shows(
                topic,
                apply(known, Patch(job_id, frame["epoch"], first, last, frame["run"], frame["set"])),
            )

    def _answered(self, topic: str, how: str) -> None:
        asked = self._asked.pop(topic, None)
        if asked is not None:
            self._ledger.resumes[how if asked else "first"] += 1

    def _shows(self, topic: str, snapshot: Snapshot) -> None:
        key = (topic, snapshot.job_id)
        before = self.jobs.get(key)
        if before is not None and before.run == snapshot.run:
            was, now = before.value.get("percent") or 0, snapshot.value.get("percent") or 0
            if now < was:
                self._ledger.note("percent back", f"{self._who}, {topic}: {was} → {now}")
        self.jobs[key] = snapshot
        if topic.startswith("job:"):
            self._witness.judge(snapshot, self._who, resumed=topic in self._resumed)
        self._note_ending(snapshot)

    def _note_ending(self, snapshot: Snapshot) -> None:
        state = str(snapshot.value.get("state"))
        if state not in _ENDED:
            return
        told = self.endings.setdefault((snapshot.job_id, snapshot.run), state)
        if told != state:
            self._ledger.note(
                "endings different", f"{self._who}: job {snapshot.job_id[-6:]} {told}, then {state}"
            )
