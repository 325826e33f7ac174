"""A reader of one job that comes back after a lost connection and checks that it has missed nothing."""

import random
from collections.abc import Mapping, Sequence

import orjson

from service.domain.json import JsonObject
from tests.benchmarks.live.dialects import Headway, Heard, subscribing


class Follower:
    """One reader's conversation over all of its connections; peers that show snapshots only can be followed, too.

    `gaps` counts patches that did not follow, `anew` has the reasons of all snapshots but the first.
    """

    path = Headway.path

    def __init__(self, topic: str, token: str) -> None:
        self.topic = topic
        self.seq = 0
        self.gaps = 0
        self.snapshots = 0
        self.is_back = False
        self.anew: list[str] = []
        self._epoch: str | None = None
        self._bye_seconds: float | None = None
        self._tries = 0
        self._headers = Headway([topic], token).headers()

    def headers(self) -> Mapping[str, str]:
        """As Headway's."""
        return self._headers

    def hear(self, text: bytes) -> tuple[Heard, Sequence[bytes]]:
        """Subscribes since what it has."""
        told: JsonObject = orjson.loads(text)
        match told["type"]:
            case "hello":
                self._tries = 0
                return Heard.OTHER, subscribing(
                    [self.topic], f"{self._epoch}:{self.seq}" if self._epoch else None
                )
            case "snapshot":
                self.snapshots += 1
                if self.snapshots > 1:
                    self.anew.append(str(told.get("reason")))
                self._epoch, self.seq = told.get("epoch"), told.get("seq", 0)
                self.is_back = True
                return Heard.SNAPSHOT, ()
            case "patch":
                self._patch(told)
                return Heard.DELIVERY, ()
            case "ping":
                return Heard.OTHER, (b'{"type":"pong"}',)
            case "bye":
                self._bye_seconds = told["after_ms"] / 1000
                return Heard.OTHER, ()
            case other:
                raise ValueError(other)

    def pause(self) -> float:
        """Seconds until it comes back: what `bye` said, else full jitter, random(0, min(20, 0.5 · 2ⁿ))."""
        said, self._bye_seconds = self._bye_seconds, None
        if said is not None:
            return said
        self._tries += 1
        return random.uniform(0, min(20.0, 0.5 * 2.0 ** (self._tries - 1)))

    def _patch(self, told: JsonObject) -> None:
        first, last = told["seq"]
        if told["epoch"] != self._epoch or first > self.seq + 1:
            self.gaps += 1
        self.seq = max(self.seq, last)
        self.is_back = True
