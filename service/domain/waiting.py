"""Why a job waits, as an operator asks it."""

from dataclasses import dataclass

from service.domain.message import Message


@dataclass(frozen=True)
class Pool:
    """The live workers, their slots, how many of those are taken, and whether the whole queue is paused."""

    workers: int
    slots: int
    taken: int
    paused: bool = False


@dataclass(frozen=True)
class Turn:
    """Where a job stands among those that could run now and of which nothing runs.

    `place` counts from 1; `came` is what it would be by priority and time alone; `higher` jobs have a higher priority.
    """

    place: int
    came: int
    higher: int


def why_no_turn(turn: Turn, pool: Pool) -> Message:
    """Why a job that could run does not. The reason that somebody could do something about comes first."""
    if pool.paused:
        return Message("waits", "queue_paused")
    if pool.workers == 0:
        return Message("waits", "no_worker")
    if turn.place <= pool.slots - pool.taken:
        return Message("waits", "pick_up")
    if turn.higher > 0:
        return Message("waits", "priority", {"jobs": turn.higher})
    if turn.place > turn.came:
        return Message("waits", "share", {"jobs": turn.place - turn.came})
    return Message("waits", "busy", {"slots": pool.slots})


def why_later(engine: str | None) -> Message:
    """Why a job is tried again only later; `engine` is what its last try did not get."""
    return Message("waits", "engine", {"engine": engine}) if engine else Message("waits", "retry")
