"""The steps of the phases after Inspecting: each names the engine behind the network that it waits for."""

from dataclasses import dataclass
from typing import Self

from service.domain.engines import REMOTE_ENGINES
from service.domain.json import JsonObject
from service.domain.work import NextPhase, StepPlan
from workers.pipelines.certificate import costs
from workers.pipelines.certificate.decision import Decision
from workers.pipelines.declaration import PlanContext
from workers.pipelines.text import reading_steps


@dataclass(frozen=True)
class _Expected:
    """Milliseconds by phase, as far as they can be told from what is known."""

    correcting: float
    extracting: float
    checking: float
    archiving: float
    recording: float

    @classmethod
    def of(cls, context: PlanContext, pages: int, by_ocr: int) -> Self:
        known, language = context.tools.costs, context.tools.language.choose().name
        return cls(
            correcting=known.of(costs.correcting(language), by_ocr),
            extracting=known.of(costs.extracting(language), pages),
            checking=known.of(costs.CHECKING),
            archiving=costs.archiving_ms(known, context.tools.archive.choose().name, context.document.size),
            recording=known.of(costs.RECORDING),
        )


def plan_reading(context: PlanContext) -> NextPhase:
    """As every document is read."""
    routes: str = context.before[0].output["routes"]
    by_ocr = routes.count("o")
    expected = _Expected.of(context, by_ocr + routes.count("t"), by_ocr)
    later = expected.correcting + expected.extracting + _after_extracting(expected)
    return NextPhase(reading_steps(context), _whole(later))


def plan_correcting(context: PlanContext) -> NextPhase:
    """One step for all pages; it asks an engine only where OCR has read some."""
    pages, by_ocr = _read(context)
    expected = _Expected.of(context, pages, by_ocr)
    needed = _language(context) if by_ocr else {}
    later = expected.extracting + _after_extracting(expected)
    return NextPhase((StepPlan(_whole(expected.correcting), needed),), _whole(later))


def plan_extracting(context: PlanContext) -> NextPhase:
    """One step for all pages."""
    expected = _Expected.of(context, *_read(context))
    step = StepPlan(_whole(expected.extracting), _language(context))
    return NextPhase((step,), _whole(_after_extracting(expected)))


def plan_checking(context: PlanContext) -> NextPhase:
    """One step, which may have to ask a person."""
    expected = _Expected.of(context, 0, 0)
    return NextPhase((StepPlan(_whole(expected.checking)),), _whole(expected.archiving + expected.recording))


def plan_archiving(context: PlanContext) -> NextPhase:
    """One step; none for what is not to be kept."""
    if not Decision.given(context.before).kept:
        return NextPhase(())
    expected = _Expected.of(context, 0, 0)
    step = StepPlan(_whole(expected.archiving), _named(context.tools.archive.choose().name))
    return NextPhase((step,), _whole(expected.recording))


def plan_recording(context: PlanContext) -> NextPhase:
    """One step; none for what is not to be kept."""
    if not Decision.given(context.before).kept:
        return NextPhase(())
    return NextPhase((StepPlan(_whole(context.tools.costs.of(costs.RECORDING))),))


def _after_extracting(expected: _Expected) -> float:
    return expected.checking + expected.archiving + expected.recording


def _read(context: PlanContext) -> tuple[int, int]:
    """How many pages were read, and how many of them by OCR."""
    done = {number: code for each in context.before for number, code in each.pages.items() if code[1] == "d"}
    routes = [code[0] for code in done.values() if code[0] != "s"]
    return len(routes), routes.count("o")


def _language(context: PlanContext) -> JsonObject:
    return _named(context.tools.language.choose().name)


def _named(engine: str) -> JsonObject:
    """What is on this machine is never away."""
    return {"engine": engine} if engine in REMOTE_ENGINES else {}


def _whole(milliseconds: float) -> int:
    return max(1, round(milliseconds))
