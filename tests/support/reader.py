"""A reader of the protocol, as plain as docs/protocol.md has it: what a client's state must be after its frames."""

from typing import Any

from service.protocol.patch import Patch, adopt, apply
from service.protocol.snapshot import Snapshot
from service.protocol.values import apply_value
from tests.support.plain_pages import with_plain_pages


class Reader:
    """Keeps jobs by (topic, job), lists in their order, and values. `gaps` names what did not follow, `repeated` what
    it had already."""

    def __init__(self) -> None:
        self.jobs: dict[tuple[str, str], Snapshot] = {}
        self.lists: dict[str, list[str]] = {}
        self.counts: dict[str, dict[str, int]] = {}
        self.values: dict[str, dict[str, Any]] = {}
        self.errors: list[dict[str, Any]] = []
        self.reasons: list[str] = []
        self.gaps: list[dict[str, Any]] = []
        self.repeated: list[dict[str, Any]] = []
        self.other: list[str] = []
        self.patches = 0

    def take(self, frame: dict[str, Any]) -> None:
        """One frame of the server."""
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
                self.lists[frame["topic"]].remove(frame["job_id"])
                del self.jobs[frame["topic"], frame["job_id"]]
            case "counts":
                self.counts[frame["topic"]] = frame["counts"]
            case "error":
                self.errors.append(frame)
            case other:
                self.other.append(other)

    def job(self, topic: str) -> Snapshot | None:
        """What a `job:` topic shows."""
        return self.jobs.get((topic, topic.removeprefix("job:")))

    def since(self, topic: str) -> str | None:
        """Where a `job:` topic would go on."""
        known = self.job(topic)
        return None if known is None else f"{known.epoch}:{known.seq}"

    def shown(self, topic: str) -> dict[str, Any]:
        """What a list shows, in its order: job id -> value."""
        return {job_id: self.jobs[topic, job_id].value for job_id in self.lists[topic]}

    def _snapshot(self, frame: dict[str, Any]) -> None:
        topic = frame["topic"]
        if "counts" in frame:
            for job_id in self.lists.get(topic, []):
                del self.jobs[topic, job_id]
            self.lists[topic], self.counts[topic] = [], frame["counts"]
        elif "job_id" in frame:
            key = (topic, frame["job_id"])
            fresh = Snapshot(frame["job_id"], frame["epoch"], frame["seq"], frame["run"], frame["value"])
            self.jobs[key] = adopt(self.jobs.get(key), fresh)
            self.reasons.append(frame["reason"])
        else:
            self.values[topic] = frame["value"]

    def _card(self, frame: dict[str, Any]) -> None:
        topic, job_id = frame["topic"], frame["job_id"]
        fresh = Snapshot(job_id, frame["epoch"], frame["seq"][1], frame["run"], frame["value"])
        self.jobs[topic, job_id] = adopt(self.jobs.get((topic, job_id)), fresh)
        order = self.lists[topic]
        if job_id in order:
            order.remove(job_id)
        order.insert(frame["place"], job_id)

    def _patch(self, frame: dict[str, Any]) -> None:
        self.patches += 1
        known = self.jobs.get((frame["topic"], frame["job_id"]))
        first, last = frame["seq"]
        patch = Patch(frame["job_id"], frame["epoch"], first, last, frame["run"], frame["set"])
        if known is None or patch.epoch != known.epoch or first > known.seq + 1:
            self.gaps.append(frame)
        elif last <= known.seq:
            self.repeated.append(frame)
        else:
            self.jobs[frame["topic"], frame["job_id"]] = apply(known, patch)
