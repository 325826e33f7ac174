"""Percent from what steps weigh. The Lua script of the event log computes the same; a test holds them together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from heapq import heapify, heapreplace


def time_side_by_side(costs: Sequence[float], slots: int) -> float:
    """How long steps take on so many slots, of which each takes the next one when it is free; in the unit of costs."""
    free = [0.0] * max(1, min(slots, len(costs)))
    heapify(free)
    for cost in costs:
        heapreplace(free, free[0] + cost)
    return max(free)


def weights(costs: Sequence[int], slots: int) -> list[int]:
    """What each step of a phase weighs in the percentage: expected milliseconds that the job takes longer for it.

    Of steps that share the slots that is less than what they cost, so that percent follows the time that passes
    through phases that are read on all slots and those that run on one. Together they weigh what the phase takes.
    """
    whole = sum(costs)
    if not whole:
        return [0] * len(costs)
    share = time_side_by_side(costs, slots) / whole
    return [max(1, round(cost * share)) for cost in costs]


@dataclass(frozen=True)
class Progress:
    """How far a run is, by the weights of its steps.

    `percent` grows from `base_percent` by the share that `done - base_done` has of `total - base_done`:
    p = p0 + (100 - p0) * (done - d0) / (total - d0).
    """

    total: int
    done: int = 0
    base_percent: float = 0.0
    base_done: int = 0
    highest: float = 0.0

    @property
    def percent(self) -> float:
        """0 to 99.9, one decimal, never less than it has been; only an ending says 100."""
        rest = self.total - self.base_done
        share = (self.done - self.base_done) / rest if rest > 0 else 0.0
        now = self.base_percent + (100.0 - self.base_percent) * max(0.0, share)
        return max(self.highest, min(99.9, int(now * 10) / 10))

    def worked(self, done: int) -> "Progress":
        """The same run with this much done in all; less than before means that work was lost."""
        if done < self.done:
            return self.rescaled(total=self.total, done=done)
        grown = replace(self, done=done)
        return replace(grown, highest=grown.percent)

    def rescaled(self, *, total: int, done: int) -> "Progress":
        """The rest measured anew from where the percentage stands: the plan grew or shrank, or work was lost.

        It stands at least where it would had this been the plan from the beginning.
        """
        from_the_beginning = Progress(total=total, done=done, highest=self.percent)
        percent = from_the_beginning.percent
        return Progress(total=total, done=done, base_percent=percent, base_done=done, highest=percent)
