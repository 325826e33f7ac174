"""What the storm counts, and what it must not find."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

WRONGS = (
    "gaps",
    "twice",
    "out of order",
    "false resumes",
    "untrue states",
    "percent back",
    "endings different",
    "stuck",
    "unequal at the end",
)
"""What there must be none of."""

_EXAMPLES = 40


@dataclass
class Ledger:
    """Counts of one storm. `expected` deliveries: each event of a job, for each subscription that shows the job."""

    expected: int = 0
    events: int = 0
    frames: int = 0
    judged: int = 0
    faults: Counter[str] = field(default_factory=Counter[str])
    wrong: Counter[str] = field(default_factory=Counter[str])
    examples: list[str] = field(default_factory=list[str])
    resumes: Counter[str] = field(default_factory=Counter[str])
    endings: Counter[str] = field(default_factory=Counter[str])
    closed: Counter[str] = field(default_factory=Counter[str])
    recoveries: dict[str, list[float]] = field(default_factory=dict[str, list[float]])

    def note(self, what: str, example: str) -> None:
        """Something that must not be; the first of them are kept as they were."""
        assert what in WRONGS, what
        self.wrong[what] += 1
        if len(self.examples) < _EXAMPLES:
            self.examples.append(f"{what}: {example}")

    def recovered(self, fault: str, seconds: float) -> None:
        """One client was right again so long after the fault was over."""
        self.recoveries.setdefault(fault, []).append(seconds)

    @property
    def is_clean(self) -> bool:
        """Whether nothing was wrong."""
        return not +self.wrong


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed; NaN of none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)] if ordered else math.nan
