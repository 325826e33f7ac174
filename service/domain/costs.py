"""What units of work take on this installation: a running estimate of each, which no single measurement ruins."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from service.domain.json import JsonObject

MEMORY = 50.0
"""An estimate follows about so many of the last units, however many there were before."""
_MOST_AT_ONCE = 1 / 8
"""The most that one measurement counts once there were some, however many units are in it."""
_FARTHEST = 3.0
"""What is so many times the estimate, or so small a part of it, counts as that and no more."""
_LEAST_MS = 0.001


@dataclass(frozen=True)
class Unit:
    """What steps do many times, such as reading a page by one engine; `guess` is the milliseconds that one of them is
    expected to take where none was measured yet."""

    name: str
    guess: float


@dataclass(frozen=True)
class Spent:
    """So many of a unit took so many milliseconds together."""

    unit: Unit
    count: int
    milliseconds: float


@dataclass(frozen=True)
class Estimate:
    """Milliseconds that one unit is expected to take, always more than 0.

    `seen` is how many units speak for it, the guess being one and MEMORY the most; `times` is how often it was
    measured, as long as that matters.
    """

    milliseconds: float
    seen: float = 1.0
    times: int = 0

    def after(self, count: int, milliseconds: float) -> "Estimate":
        """The estimate once so many more units were measured together."""
        if count < 1:
            return self
        here = self.milliseconds
        measured = milliseconds / count
        one = min(max(measured, here / _FARTHEST), here * _FARTHEST)
        most = max(_MOST_AT_ONCE, 1 / (self.times + 1))
        weight = min(most, count / (self.seen + count))
        # Once may be chance; where it goes on, what was before must soon count for less.
        seen = self.seen + count if one == measured else max(1.0, self.seen / 2)
        return Estimate(
            milliseconds=max(_LEAST_MS, here + weight * (one - here)),
            seen=min(MEMORY, seen),
            times=min(int(1 / _MOST_AT_ONCE), self.times + 1),
        )

    def json(self) -> JsonObject:
        """As it is stored."""
        return {"ms": float(f"{self.milliseconds:.6g}"), "seen": self.seen, "times": self.times}


def estimate_from(value: JsonObject) -> Estimate:
    """The estimate that `json()` wrote."""
    return Estimate(float(value["ms"]), float(value["seen"]), int(value["times"]))


def learned(known: Mapping[str, Estimate], spent: Iterable[Spent]) -> dict[str, Estimate]:
    """The estimates by unit after these measurements."""
    after = dict(known)
    for each in spent:
        before = after.get(each.unit.name) or Estimate(each.unit.guess)
        after[each.unit.name] = before.after(each.count, each.milliseconds)
    return after


class Costs:
    """The estimates as one worker knows them: those that all share, and what it has measured since."""

    def __init__(self) -> None:
        self._known: dict[str, Estimate] = {}
        self._unshared: list[Spent] = []

    def of(self, unit: Unit, count: float = 1.0) -> float:
        """The expected milliseconds of so many units."""
        known = self._known.get(unit.name)
        return count * (unit.guess if known is None else known.milliseconds)

    def measured(self, first: Unit, each: Unit, count: int, milliseconds: float) -> Spent:
        """What so many milliseconds say of work that takes a `first` and then so many of `each`.

        The greater part of what was expected is what they measure; the other is taken to be as expected.
        """
        one, others = self.of(first), self.of(each, count)
        if others > one:
            return Spent(each, count, max(0.0, milliseconds - one))
        return Spent(first, 1, max(0.0, milliseconds - others))

    def learn(self, spent: Iterable[Spent]) -> None:
        """Takes measurements in; they are to be shared as well."""
        measured = list(spent)
        self._known = learned(self._known, measured)
        self._unshared += measured

    @property
    def unshared(self) -> tuple[Spent, ...]:
        """What nobody else knows yet."""
        return tuple(self._unshared)

    def share(self, known: Mapping[str, Estimate], told: int = 0) -> None:
        """All have these estimates by now; the first `told` of what was unshared are in them."""
        self._unshared = self._unshared[told:]
        self._known = learned(known, self._unshared)
