"""A simulated page with a document in most states: `python -m tests.support.page_gallery [port]` serves it."""

import contextlib
import sys
import threading
import time

from service.domain.ids import new_id
from service.domain.json import JsonObject
from tests.support import page_scenes as scenes
from tests.support.page_simulator import Simulator, simulated


def main() -> None:
    """Serves some documents until interrupted."""
    with simulated(int(sys.argv[1]) if len(sys.argv) > 1 else 8100) as (simulator, address):
        print(address)
        scenes_of(simulator)
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


def scenes_of(simulator: Simulator) -> dict[str, str]:
    """A page with a document in most states: one batch, and a few alone. Answers with the job ids by state."""
    batch = new_id()
    names = {
        "completed": "Certificate of class, renewed.pdf",
        "warnings": "scan of the survey report with a very long name that no card can hold in full, 2026-03-14.pdf",
        "processing": "Le Comte de Monte-Cristo, tome premier.pdf",
        "queued": "minutes.docx",
        "failed": "broken invoice.pdf",
        "cancelled": "old.pdf",
        "paused": "atlas.pdf",
    }
    ids: dict[str, str] = {}
    changes: dict[str, JsonObject] = {
        "completed": completed_at(scenes.completed(12), 9),
        "warnings": completed_at(scenes.completed(120, (17, 44)), 74),
        "processing": {**scenes.reading(40, 120), "started_at": time.time() - 12},
        "queued": {},
        "failed": completed_at(scenes.failed(), 1),
        "cancelled": {"state": "cancelled", "percent": 34.0, "cancelled_by": "You", "ended_at": time.time()},
        "paused": {**scenes.reading(5, 20), "state": "paused", "eta_seconds": None},
    }
    for state, name in names.items():
        pages = 120 if state in ("warnings", "processing") else 12
        ids[state] = simulator.add(scenes.new_value(name, pages=pages, batch=batch), **changes[state])
    ids["staged"] = simulator.add(
        scenes.new_value("linesheet.pdf", pages=120), state="staged", waits_for=None
    )
    simulator.workers = scenes.at_work(ids["processing"], [ids["queued"], *(new_id() for _ in range(8))])
    return ids


def completed_at(changes: JsonObject, seconds: float) -> JsonObject:
    """An ending after so many seconds of work."""
    return {**changes, "started_at": changes["ended_at"] - seconds}


if __name__ == "__main__":
    main()
