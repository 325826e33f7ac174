"""What each process of the chaos does before it becomes a part of Headway."""

import os

from service.adapters import opened
from service.adapters.files import LocalFiles
from service.adapters.local_blobs import LocalBlobs
from tests.faults.chaos import fences
from tests.faults.chaos.evidence import WITHOUT, Evidence
from tests.faults.chaos.points import Point, arm
from tests.faults.chaos.without import PROTECTIONS

FULL_DISK = "full disk"
"""While this is ordered, nothing more is written to the blob store."""


class _Files(LocalFiles):
    """The fault port: a disk that is full whenever that is ordered."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence

    def write(self, descriptor: int, chunks: list[bytes]) -> int:
        if self._evidence.holds(FULL_DISK):
            raise OSError(28, "No space left on device")
        return super().write(descriptor, chunks)


def prepare(points: tuple[Point, ...]) -> Evidence:
    """Takes out what is to be missing, puts the fault port under the blobs, and obeys orders from now on."""
    evidence = Evidence.of_process()
    if without := os.environ.get(WITHOUT):
        PROTECTIONS[without]()
    opened.LocalBlobs = lambda folder: LocalBlobs(folder, _Files(evidence))  # pyright: ignore[reportAttributeAccessIssue] - made in one place
    fences.watch(evidence)
    arm(points, evidence)
    return evidence
