"""What the chaos counts, and what it must not find."""

from collections import Counter
from dataclasses import dataclass, field

WRONGS = {
    "lost": "accepted jobs that are gone or never ended",
    "double": "documents that became two jobs",
    "endings": "runs with another number of endings than one, or a state after it",
    "seq": "holes and repetitions in the numbers of an epoch",
    "percent back": "percentages that went down within a run",
    "attempts back": "attempts that went down",
    "old attempts": "writes of an old attempt that were accepted",
    "checkpoints": "steps with another number of checkpoints than one",
    "remote effects": "keys with another number of remote effects than one",
    "claimed while paused": "claims while the queue was paused",
    "not stopped": "cancelled jobs that went on",
    "screen": "jobs whose screen is not what SQL says",
    "records": "records that are double, gone, or not what was read and answered",
    "archive": "archived files that are double, missing, or of what was not kept",
    "questions": "questions that were lost, asked again, or answered twice",
    "edits": "corrections of records that were lost or counted twice",
    "sentences": "books whose sentences are not those that were written, each once",
    "paid": "answers of a model that were kept, and paid for again",
    "orphan processes": "processes that nobody is the parent of",
    "orphan files": "blobs without a row that housekeeping left, and rows without a blob",
    "keys": "Redis keys without a lifetime",
}
"""What there must be none of, and what that is in words."""

_EXAMPLES = 40


@dataclass
class Ledger:
    """Counts of one run. `missed`: faults that never met anybody, so that nothing was learnt of them."""

    seconds: float = 0.0
    settled_after: float = 0.0
    faults: Counter[str] = field(default_factory=Counter[str])
    counts: Counter[str] = field(default_factory=Counter[str])
    endings: Counter[str] = field(default_factory=Counter[str])
    wrong: Counter[str] = field(default_factory=Counter[str])
    missed: set[str] = field(default_factory=set[str])
    examples: list[str] = field(default_factory=list[str])

    def note(self, what: str, example: str) -> None:
        """Something that must not be; the first of them are kept as they were."""
        assert what in WRONGS, what
        self.wrong[what] += 1
        if len(self.examples) < _EXAMPLES:
            self.examples.append(f"{what}: {example}")

    @property
    def is_clean(self) -> bool:
        """Whether nothing was wrong."""
        return not +self.wrong
