"""Frames as they go over the wire, each built once for however many sockets it is for."""

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

import orjson

from service.domain.json import JsonObject
from service.protocol.frames import PROTOCOL
from service.protocol.page_ranges import packed_fields
from service.protocol.patch import Patch
from service.protocol.problems import Problem
from service.protocol.snapshot import Snapshot

Reason: TypeAlias = Literal["first", "too_old", "new_epoch"]


class Written:
    """One frame: what a server writes for it (RFC 6455, unmasked), made once, and its JSON as bytes or text."""

    __slots__ = ("_text", "frame")

    def __init__(self, frame: Mapping[str, Any]) -> None:
        self.frame = text_frame(orjson.dumps(frame))
        self._text: str | None = None

    @property
    def payload(self) -> bytes:
        """The JSON."""
        return self.frame[_HEADER_BYTES.get(self.frame[1], 2) :]

    @property
    def text(self) -> str:
        """The JSON as text, for those who must have text; made once."""
        if self._text is None:
            self._text = self.payload.decode()
        return self._text


def text_frame(payload: bytes) -> bytes:
    """A whole text message in one frame, as a server sends it."""
    length = len(payload)
    if length < 126:
        return bytes((0x81, length)) + payload
    if length < 1 << 16:
        return b"\x81\x7e" + length.to_bytes(2, "big") + payload
    return b"\x81\x7f" + length.to_bytes(8, "big") + payload


_HEADER_BYTES = {126: 4, 127: 10}


def hello(heartbeat_seconds: float, *, at: float, patches: int, seconds: int) -> Written:
    """The first frame of a socket; `at` is now, in seconds since 1970."""
    resume = {"patches": patches, "seconds": seconds}
    return Written(
        {
            "type": "hello",
            "protocol": PROTOCOL,
            "at": at,
            "heartbeat_seconds": heartbeat_seconds,
            "resume": resume,
        }
    )


def job_snapshot(topic: str, snapshot: Snapshot, reason: Reason) -> Written:
    """All of a job."""
    return Written({"type": "snapshot", "topic": topic, **_place_in_log(snapshot), "reason": reason})


def job_patch(topic: str, patch: Patch) -> Written:
    """What changed of a job."""
    return Written(
        {
            "type": "patch",
            "topic": topic,
            "job_id": patch.job_id,
            "epoch": patch.epoch,
            "seq": (patch.first, patch.last),
            "run": patch.run,
            "set": packed_fields(patch.set),
        }
    )


def value_snapshot(topic: str, value: JsonObject) -> Written:
    """All of a batch or of the workers."""
    return Written({"type": "snapshot", "topic": topic, "value": value})


def value_patch(topic: str, changed: JsonObject) -> Written:
    """What changed of a batch or of the workers."""
    return Written({"type": "patch", "topic": topic, "set": changed})


def list_snapshot(topic: str, list_counts: dict[str, int], *, more: bool) -> Written:
    """The beginning of a list; cards follow."""
    return Written({"type": "snapshot", "topic": topic, "counts": list_counts, "more": more})


def card(topic: str, snapshot: Snapshot, place: int) -> Written:
    """A job in a list, with the fields of a card only, at its place."""
    return Written(
        {
            "type": "card",
            "topic": topic,
            **_place_in_log(snapshot),
            "seq": (snapshot.seq, snapshot.seq),
            "place": place,
        }
    )


def gone(topic: str, job_id: str) -> Written:
    """A job left a list."""
    return Written({"type": "gone", "topic": topic, "job_id": job_id})


def counts(topic: str, list_counts: dict[str, int], *, more: bool) -> Written:
    """A list's counts, and whether it goes on past its limit."""
    return Written({"type": "counts", "topic": topic, "counts": list_counts, "more": more})


def error(request: int | None, topic: str | None, problem: Problem) -> Written:
    """A request that could not be done."""
    return Written({"type": "error", "id": request, "topic": topic, "problem": problem.json()})


def degraded(since: float) -> Written:
    """The source is lost since then."""
    return Written({"type": "degraded", "since": since})


def recovered() -> Written:
    """The source is back, and what was missed has been sent."""
    return Written({"type": "recovered"})


def ping(at: float) -> Written:
    """A heartbeat."""
    return Written({"type": "ping", "at": at})


def bye(after_ms: int) -> Written:
    """The gateway stops; come back after so long."""
    return Written({"type": "bye", "after_ms": after_ms})


def _place_in_log(snapshot: Snapshot) -> JsonObject:
    return {
        "job_id": snapshot.job_id,
        "epoch": snapshot.epoch,
        "seq": snapshot.seq,
        "run": snapshot.run,
        "value": packed_fields(snapshot.value),
    }
