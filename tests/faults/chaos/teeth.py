"""The chaos without one of the protections. Each must find what that protection keeps away."""

from tests.faults.chaos import points
from tests.faults.chaos.run import Plan
from tests.faults.chaos.strikes import (
    Strike,
    killed_at,
    worker_dies_beside_a_child_that_stands_still,
    worker_stopped_and_its_supervisor_dies,
    zombie_at,
)

_BITES: dict[str, Strike] = {
    "reconciler": killed_at(points.NOT_ANNOUNCED),
    "fence": zombie_at(points.NOT_TOLD),
    "lease": worker_stopped_and_its_supervisor_dies,
    "revision": zombie_at(points.NOT_PUBLISHED),
    "key": killed_at(points.ARCHIVED),
    "answers": killed_at(points.REWRITTEN),
    "seams": killed_at(points.REWRITTEN),
    "lifeline": worker_dies_beside_a_child_that_stands_still,
}
"""The fault after which what that protection keeps away has happened."""

PROTECTIONS = tuple(_BITES)

_SOON, _LATE = 8.0, 60.0
"""Seconds in which a job has ended that will, and in which it has even on a machine that is busy with others."""


def toothless(protection: str, seed: int) -> Plan:
    """A short chaos that must not come out clean."""
    return _short(protection, seed, without=protection)


def guarded(protection: str, seed: int) -> Plan:
    """The same with all protections, which must."""
    return _short(protection, seed, without=None)


def fault_of(protection: str) -> str:
    """What strikes, in words."""
    return _BITES[protection].__name__.replace("_", " ")


def _short(protection: str, seed: int, without: str | None) -> Plan:
    return Plan(
        seed,
        seconds=0,
        accepted=0,
        at_once=0,
        gateways=1,
        supervisors=2,
        workers=1,
        patience=_LATE if without is None else _SOON,
        pause_seconds=0.1,
        only=(_BITES[protection],),
        without=without,
    )
