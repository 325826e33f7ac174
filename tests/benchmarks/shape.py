"""How well a bar follows the time: what a subscriber saw of one job, and what that says."""

import statistics
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from service.domain.json import JsonObject

_INSTANTS = 400
_AT_REST = frozenset({"paused"})


@dataclass(frozen=True)
class Seen:
    """What a job looked like from a moment on, in seconds since 1970."""

    at: float
    state: str
    percent: float
    detail: str
    eta_seconds: float | None


@dataclass
class Watched:
    """All that was seen of a job: from its subscription to a while after its end."""

    seen: list[Seen] = field(default_factory=list[Seen])
    began: float = 0.0
    ended: float = 0.0
    after_the_end: int = 0

    def take(self, at: float, value: JsonObject) -> None:
        """The job's value after one more frame."""
        detail = (value.get("detail") or {}).get("text", "")
        eta = value.get("eta_seconds")
        self.seen.append(Seen(at, value["state"], float(value.get("percent") or 0.0), detail, eta))

    @property
    def seconds(self) -> float:
        """From the first claim to the ending, pauses left out."""
        return self._worked(self.ended)

    @property
    def stray(self) -> float:
        """By how many points percent is off the share of the time that has passed, on average."""
        return statistics.fmean(abs(percent - passed) for passed, percent in self._instants())

    @property
    def r_squared(self) -> float:
        """How much of percent's way the time that has passed explains: 1 is all of it; the line is not fitted."""
        pairs = self._instants()
        middle = statistics.fmean(percent for _, percent in pairs)
        off = sum((percent - passed) ** 2 for passed, percent in pairs)
        whole = sum((percent - middle) ** 2 for _, percent in pairs)
        return 1 - off / whole if whole else 0.0

    @property
    def longest_silence(self) -> float:
        """The most seconds between two frames, while the job was at work."""
        return _longest([each.at for each in self.seen if self._is_inside(each)], self)

    @property
    def longest_standstill(self) -> float:
        """The most seconds in which neither percent nor detail changed, while the job was at work."""
        changes: list[float] = []
        before: tuple[float, str] | None = None
        for each in self.seen:
            shown = (each.percent, each.detail)
            if shown != before and self._is_inside(each):
                changes.append(each.at)
            before = shown
        return _longest(changes, self)

    @property
    def eta_error(self) -> float | None:
        """After a quarter of the time: by which share of the rest the time left was wrong; None if none was told."""
        at = self._moment(0.25)
        eta = self._last(at).eta_seconds
        rest = self.seconds - self._worked(at)
        return None if eta is None else abs(eta - rest) / rest

    def _instants(self) -> list[tuple[float, float]]:
        """Percent of the time that has passed, and percent as shown then, at instants evenly apart."""
        shares = [(number + 0.5) / _INSTANTS for number in range(_INSTANTS)]
        return [(100 * share, self._last(self._moment(share)).percent) for share in shares]

    def _last(self, at: float) -> Seen:
        index = bisect_right([each.at for each in self.seen], at)
        return self.seen[max(0, index - 1)]

    def _is_inside(self, each: Seen) -> bool:
        return self.began <= each.at <= self.ended and each.state not in _AT_REST

    def rests(self) -> list[tuple[float, float]]:
        """From when to when the job was paused."""
        spans: list[tuple[float, float]] = []
        for each, following in pairwise(self.seen):
            if each.state in _AT_REST:
                spans.append((each.at, following.at))
        return spans

    def _worked(self, until: float) -> float:
        rested = sum(max(0.0, min(end, until) - start) for start, end in self.rests() if start < until)
        return until - self.began - rested

    def _moment(self, share: float) -> float:
        """When this share of the working time had passed."""
        at = self.began + share * self.seconds
        for start, end in self.rests():
            if at > start:
                at += end - start
        return at


def _longest(moments: Sequence[float], watched: Watched) -> float:
    """The longest span between moments, from the beginning to the end, without what of it was a pause."""
    longest = 0.0
    for start, end in pairwise([watched.began, *moments, watched.ended]):
        rested = sum(max(0.0, min(stop, end) - max(begin, start)) for begin, stop in watched.rests())
        longest = max(longest, end - start - rested)
    return longest
