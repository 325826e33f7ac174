"""Where jobs stand in the queue, and when each may be expected to begin."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True)
class Waiting:
    """A job of which nothing runs; `seconds` is the expected time of all that it still needs."""

    job_id: str
    owner_id: str
    priority: int
    seconds: float


@dataclass(frozen=True)
class AtWork:
    """What runs: the expected seconds that owners' running jobs still need, and in how many a slot is free."""

    by_owner: Mapping[str, float]
    free_in: float


def expected_waits(line: Sequence[Waiting], at_work: AtWork) -> list[float]:
    """Seconds until each job of the line begins, which is in the order of turns.

    An owner's jobs follow one another. Owners share alike: until one has had so much work done, every other has had as
    much done, or all that it has. What has a higher priority goes before all of that.
    """
    waits: list[float] = []
    before, running = 0.0, dict(at_work.by_owner)
    for priority in sorted({each.priority for each in line}):
        level = [each for each in line if each.priority == priority]
        work: defaultdict[str, float] = defaultdict(float, running)
        for each in level:
            work[each.owner_id] += each.seconds
        totals = sorted(work.values())
        sums = list(accumulate(totals, initial=0.0))
        ahead: defaultdict[str, float] = defaultdict(float, running)
        for each in level:
            own = ahead[each.owner_id]
            less = bisect_right(totals, own)
            waits.append(max(at_work.free_in, before + sums[less] + (len(totals) - less) * own))
            ahead[each.owner_id] = own + each.seconds
        before, running = before + sums[-1], {}
    return waits
