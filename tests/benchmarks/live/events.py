"""What is offered to Headway and to its peers: the same progress of the same jobs, page after page."""

import time
from dataclasses import dataclass

from service.adapters.events import StepFacts
from service.domain.json import JsonObject
from tests.benchmarks.live.dialects import SENT

STEP_COST = 10_000_000
"""Expected milliseconds of a job's only step, so many that no run of a benchmark comes to its end."""

_PAGE_COST = 100
_PAGES = 5000


@dataclass
class OfferedJob:
    """A job at work, as a worker tells of it: a page at a time."""

    job_id: str
    owner_id: str
    pages: int = 0

    def facts(self) -> StepFacts:
        """The next page, for the event log."""
        self.pages += 1
        return StepFacts(
            self.job_id,
            self.owner_id,
            1,
            "step",
            1,
            min(self.pages * _PAGE_COST, STEP_COST - 1),
            STEP_COST,
            fields={"detail": self._detail()},
            pages={self._number(): "td"},
        )

    def frame(self) -> JsonObject:
        """The next page, as the frame that Headway's gateway would make of it."""
        self.pages += 1
        return {
            "type": "patch",
            "topic": f"job:{self.job_id}",
            "job_id": self.job_id,
            "epoch": "0123456789abcdef.0123456789abcdef0123456789abcdef01234567",
            "seq": (self.pages, self.pages),
            "run": 1,
            "set": {
                "detail": self._detail(),
                "eta_seconds": 1000,
                "percent": round(self.pages / _PAGES * 100, 1),
                "alive_at": round(time.time(), 3),
                "counters": {"pages_done": self.pages},
                "pages": {self._number(): "td"},
            },
        }

    def _number(self) -> str:
        return str((self.pages - 1) % _PAGES + 1)

    def _detail(self) -> JsonObject:
        page = self._number()
        return {
            "code": "page",
            "params": {"page": int(page), "total": _PAGES, SENT: time.monotonic_ns()},
            "text": f"page {page} of {_PAGES}",
        }
