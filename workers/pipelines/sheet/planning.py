"""The steps of each phase: what is written at a time is a step, so that none is written again after a stop."""

from collections.abc import Sequence

from service.domain.work import NextPhase, PastWork, StepPlan
from workers.engines.sheets.google_sheets import ENGINE
from workers.pipelines.declaration import PlanContext
from workers.pipelines.sheet.costs import FINISHING, GATHERING_MS, OPENING, WRITING, WRITTEN_ROW

_AT_ONCE = 1
"""What is written into one spreadsheet at the same time waits for each other there, and counts as late here."""


def plan_gathering(_context: PlanContext) -> NextPhase:
    """One step, which the order makes."""
    return NextPhase((StepPlan(GATHERING_MS),))


def plan_opening(context: PlanContext) -> NextPhase:
    """One step makes the spreadsheet."""
    later = sum(_writing_ms(context, rows) for _, rows, *_ in parts(context.before)) + _finishing_ms(context)
    return NextPhase((StepPlan(round(context.tools.costs.of(OPENING)), {"engine": ENGINE}),), later)


def plan_writing(context: PlanContext) -> NextPhase:
    """A step for each part of the rows."""
    steps = tuple(
        StepPlan(
            _writing_ms(context, part[1]),
            {"part": part, "engine": ENGINE, "at_once": _AT_ONCE},
        )
        for part in parts(context.before)
    )
    return NextPhase(steps, _finishing_ms(context))


def plan_finishing(context: PlanContext) -> NextPhase:
    """One step says that it is whole."""
    return NextPhase((StepPlan(_finishing_ms(context), {"engine": ENGINE}),))


def parts(before: Sequence[PastWork]) -> list[tuple[int, int, int, int]]:
    """What is written at a time: the first row, how many, and where they begin and end among the gathered bytes."""
    gathered = next(each.output["parts"] for each in before if "parts" in each.output)
    return [tuple(each) for each in gathered]


def _writing_ms(context: PlanContext, rows: int) -> int:
    return round(context.tools.costs.of(WRITING) + context.tools.costs.of(WRITTEN_ROW, rows))


def _finishing_ms(context: PlanContext) -> int:
    return round(context.tools.costs.of(FINISHING))
