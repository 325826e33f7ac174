"""What the sockets of this process have done, counted so cheaply that a delivery does not feel it."""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field

LAG_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The upper edges of the histogram of lags; what is above the last counts, too."""


@dataclass
class Counts:
    """Numbers that only grow.

    deliveries: frames written; merges: patches that were merged since their reader was slow; resumes: by outcome,
    `patches`, `nothing_missed` or `snapshot`; snapshots: by their reason; closes: by code; history_reads: reads of a
    job's stream, however many readers shared one; lags: from Redis's publishing of a job's patch to its being
    written, by LAG_SECONDS, a number for each reader that got it at once.
    """

    deliveries: int = 0
    merges: int = 0
    history_reads: int = 0
    resumes: Counter[str] = field(default_factory=Counter[str])
    snapshots: Counter[str] = field(default_factory=Counter[str])
    closes: Counter[int] = field(default_factory=Counter[int])
    lags: list[int] = field(default_factory=lambda: [0] * (len(LAG_SECONDS) + 1))
    lag_seconds: float = 0.0

    def lagged(self, seconds: float, readers: int) -> None:
        """So many readers were written something that was published so long ago."""
        seconds = max(0.0, seconds)
        self.lags[bisect_left(LAG_SECONDS, seconds)] += readers
        self.lag_seconds += seconds * readers


COUNTS = Counts()
"""Those of this process: there is one live side in it."""
