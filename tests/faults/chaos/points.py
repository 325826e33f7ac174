"""The named points between save, commit, publish and enqueue at which a process can be killed or stopped.

They are put around the product's own functions, by its own words: one that was renamed or moved is missed loudly.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import structlog

from service.adapters.applying import Applying
from service.adapters.dispatch import Dispatcher
from service.adapters.event_log import EventLog
from service.adapters.queue import Queue
from tests.faults.chaos.evidence import Evidence

Wants = Callable[..., bool]


@dataclass(frozen=True)
class Point:
    """The moment before a call of this function; `wants` says of which calls, by their arguments."""

    name: str
    owner: Any
    function: str
    wants: Wants = lambda *_given, **_named: True


WENT_ON = "went on"
"""Written down by who was stopped at a point, once what follows it has been done."""

NOT_COMMITTED = "gateway, blob saved and rows not committed"
NOT_ANNOUNCED = "gateway, rows committed and nobody told"
GATEWAY_NOT_PUBLISHED = "gateway, about to publish"
GATEWAY_NOT_ENQUEUED = "gateway, published and not enqueued"
GATEWAY_NOT_WOKEN = "gateway, enqueued and nobody woken"
ANSWER_NOT_TOLD = "gateway, answer committed and nobody told"
NOT_CLAIMED = "worker, heard and not claimed"
NOT_BEGUN = "worker, claimed and not begun"
NOT_PUBLISHED = "worker, about to publish"
NOT_TOLD = "worker, worked and nothing told"
NOT_RECORDED = "worker, told and not committed"
COMMITTED = "worker, committed and not published"
NOT_ENQUEUED = "worker, published and not enqueued"
NOT_ASKED = "worker, about to ask"
ARCHIVED = "worker, archived and not recorded"
REWRITTEN = "worker, chunk rewritten and not recorded"

GATEWAY_POINTS = (
    NOT_COMMITTED,
    NOT_ANNOUNCED,
    GATEWAY_NOT_PUBLISHED,
    GATEWAY_NOT_ENQUEUED,
    GATEWAY_NOT_WOKEN,
    ANSWER_NOT_TOLD,
)
WORKER_POINTS = (
    NOT_CLAIMED,
    NOT_BEGUN,
    NOT_PUBLISHED,
    NOT_TOLD,
    NOT_RECORDED,
    COMMITTED,
    NOT_ENQUEUED,
    NOT_ASKED,
    ARCHIVED,
    REWRITTEN,
)
COMPANY_POINTS = (ANSWER_NOT_TOLD, NOT_ASKED, ARCHIVED)
"""Those that only certificates come to."""


def of_gateway() -> tuple[Point, ...]:
    """All points of a gateway."""
    from service.gateway.announcer import Announcer
    from service.gateway.uploads import Uploads

    return (
        Point(NOT_COMMITTED, Uploads, "_accept"),
        Point(NOT_ANNOUNCED, Announcer, "announce"),
        Point(GATEWAY_NOT_PUBLISHED, Announcer, "_tell"),
        Point(GATEWAY_NOT_ENQUEUED, Dispatcher, "ring"),
        Point(GATEWAY_NOT_WOKEN, Queue, "wake"),
        Point(
            ANSWER_NOT_TOLD,
            Applying,
            "_tell",
            lambda _applying, done, _rings: any("answered" in str(effect.lines) for _, _, effect in done),
        ),
    )


def of_worker() -> tuple[Point, ...]:
    """All points of a worker."""
    from workers.recording import Recording
    from workers.runner import Runner
    from workers.work import Work

    return (
        Point(NOT_CLAIMED, Runner, "run"),
        Point(NOT_BEGUN, Work, "run"),
        Point(
            NOT_PUBLISHED,
            EventLog,
            "append_row",
            lambda *_: "step" in structlog.contextvars.get_contextvars(),
        ),
        Point(NOT_TOLD, EventLog, "append_facts", lambda _log, facts: facts.ended),
        Point(NOT_RECORDED, Recording, "done"),
        Point(COMMITTED, Recording, "_tell"),
        Point(NOT_ENQUEUED, Queue, "ring"),
        Point(NOT_ASKED, Recording, "asked"),
        Point(ARCHIVED, Recording, "done", _has_archived),
        Point(REWRITTEN, Recording, "done", lambda *given: given[-1] == "rewriting"),
    )


def _has_archived(_recording: Any, _claim: Any, worked: Any, _phase: str) -> bool:
    works = (worked.done, *(each.done for each in worked.inline))
    return any("archived" in (each.output or {}) for each in works)


def arm(points: tuple[Point, ...], evidence: Evidence) -> None:
    """From now on orders for these points are met in this process."""
    for point in points:
        inner = getattr(point.owner, point.function)
        setattr(point.owner, point.function, _passing(point, inner, evidence))


def _passing(point: Point, inner: Callable[..., Any], evidence: Evidence) -> Callable[..., Any]:
    def come(*given: Any, **named: Any) -> bool:
        return point.wants(*given, **named) and evidence.met(point.name)

    if inspect.iscoroutinefunction(inner):

        @wraps(inner)
        async def waited(*given: Any, **named: Any) -> Any:
            was_stopped = come(*given, **named)
            try:
                return await inner(*given, **named)
            finally:
                if was_stopped:
                    evidence.note(WENT_ON, point=point.name)

        return waited

    @wraps(inner)
    def called(*given: Any, **named: Any) -> Any:
        come(*given, **named)
        return inner(*given, **named)

    return called
