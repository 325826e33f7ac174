"""The protections that keep documents safe, each of which can be taken out for the chaos to find that it is missing.

What is taken out here is named in the product's own words, so that a protection that was renamed or moved is missed
loudly and not silently left on.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import service.adapters.event_log
from service.adapters.event_arguments import facts_arguments, row_arguments
from service.adapters.events import RowPatch, StepFacts
from service.adapters.records import leases, steps
from service.adapters.records.ending import job_of_step
from service.adapters.records.steps import LostStep
from service.adapters.tables import JobRow, StepRow


def reconciler() -> None:
    """Nobody looks whether what SQL says must run does run."""
    from workers.sweep import Sweep

    async def looks_away(_sweep: Sweep) -> None:
        pass

    _replace(Sweep, "once", looks_away)


def fence() -> None:
    """Whatever an attempt writes is taken, however old it is; in SQL and in Lua."""

    async def taken(session: Any, step_id: str, _attempt: int) -> tuple[JobRow, StepRow]:
        job, step = await job_of_step(session, step_id), await session.get(StepRow, step_id)
        if job is None or step is None:
            raise LostStep(step_id)
        return job, step

    for module in (steps, leases):
        _replace(module, "owned", taken)
    _replace(service.adapters.event_log, "facts_arguments", _as_newest)


def _as_newest(facts: StepFacts) -> Any:
    return facts_arguments(replace(facts, attempt=time.time_ns() // 1_000_000))


def lease() -> None:
    """What a worker held that is gone stays its own for ever, unless its supervisor gives it back."""

    async def none_expired(_session: Any) -> bool:
        return False

    _replace(leases, "any_expired", none_expired)


def revision() -> None:
    """Whoever publishes last is believed, whatever was published since they looked."""

    def newest(row: RowPatch) -> Any:
        return row_arguments(replace(row, revision=time.time_ns() // 1000))

    _replace(service.adapters.event_log, "row_arguments", newest)


def lifeline() -> None:
    """Children do not hear of their worker's end."""
    from workers.children import fork_server
    from workers.children.spawn import spawn

    def cut_loose(module: str, arguments: Sequence[str], **how: Any) -> Any:
        assert module == "workers.children.template", module
        return spawn("tests.faults.chaos.loose_template", arguments, **how)

    _replace(fork_server, "spawn", cut_loose)


def key() -> None:
    """The archive does not know again what it was given before."""
    from workers.engines.archive import folder

    _replace(folder, "_mark", lambda key, number: f"{key}-{number}-{time.time_ns()}")


def answers() -> None:
    """What a model has answered is not found again."""
    from workers.pipelines.sentences.answers import Answers

    inner = Answers._key  # pyright: ignore[reportPrivateUsage] - what is taken out
    _replace(Answers, "_key", lambda *given: f"{inner(*given)}-{time.time_ns()}")


def seams() -> None:
    """Chunks give all that they read, and nobody looks what another has given."""
    from workers.engines.prose.seams import Seams
    from workers.pipelines.sentences import rewriting

    _replace(rewriting, "own_sentences", lambda sentences, _chunk: sentences)
    _replace(Seams, "take", lambda _seams, rows: iter(rows))


PROTECTIONS = {
    each.__name__: each for each in (reconciler, fence, lease, revision, lifeline, key, answers, seams)
}


def _replace(owner: Any, name: str, new: Any) -> None:
    if not hasattr(owner, name):
        raise AttributeError(f"{owner} has no {name} to take out")
    setattr(owner, name, new)
