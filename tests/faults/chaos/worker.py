"""`python -m tests.faults.chaos.worker`: a worker that does what it is ordered to, with the chaos' pipeline beside
its own."""

import errno
from functools import wraps
from typing import Any

import workers.main
from tests.faults.chaos import paying
from tests.faults.chaos.evidence import Evidence
from tests.faults.chaos.inside import FULL_DISK, prepare
from tests.faults.chaos.pipeline import chaotic
from tests.faults.chaos.points import of_worker
from workers import recording
from workers.engines.archive.folder import FolderArchive
from workers.pipelines import all_pipelines

_NO_ROOM_SECONDS = 1.0
"""A full disk of the chaos lasts for seconds, and the jobs that it held up are to be seen going on."""


def main() -> None:
    """What `python -m workers.main` does."""
    evidence = prepare(of_worker())
    paying.watch(evidence)
    assert recording.NO_ROOM_SECONDS > _NO_ROOM_SECONDS
    recording.NO_ROOM_SECONDS = _NO_ROOM_SECONDS
    FolderArchive.place = _unless_full(FolderArchive.place, evidence)
    known = {**all_pipelines(), "chaos": chaotic(evidence)}
    workers.main.all_pipelines = lambda: known
    workers.main.main()


def _unless_full(inner: Any, evidence: Evidence) -> Any:
    """The archive lies on the disk that is full when the blobs' is."""

    @wraps(inner)
    async def place(*given: Any, **named: Any) -> Any:
        if evidence.holds(FULL_DISK):
            raise OSError(errno.ENOSPC, "No space left on device")
        return await inner(*given, **named)

    return place


if __name__ == "__main__":
    main()
