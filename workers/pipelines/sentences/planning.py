"""The steps of the phases after Planning: a chunk of the book is one step of Rewriting."""

from service.domain.engines import REMOTE_ENGINES
from service.domain.json import JsonObject
from service.domain.progress import time_side_by_side
from service.domain.work import NextPhase, StepPlan
from workers.engines.prose.chunks import Chunk, chunks_of, size_for
from workers.pipelines.declaration import PlanContext
from workers.pipelines.sentences.costs import (
    FINISHED_PAGE,
    FINISHING,
    MERGED_PAGE,
    MERGING,
    TOKENS_A_PAGE,
    rewriting,
)
from workers.pipelines.sentences.reading import READING
from workers.pipelines.text import reading_steps


def plan_reading(context: PlanContext) -> NextPhase:
    """As every document is read; what the chunks will take is told by how many pages there are."""
    routes: str = context.before[0].output["routes"]
    pages = [number for number, route in enumerate(routes, start=1) if route != "s"]
    chunks = _chunks(context, pages)
    slots = min(context.slots, context.options.at_once or context.slots)
    shared = time_side_by_side([_rewriting_ms(context, chunk) for chunk in chunks], slots)
    foretold: JsonObject = {"chunks": len(chunks)}
    if _engine(context) in REMOTE_ENGINES:
        foretold["tokens"] = TOKENS_A_PAGE * len(pages)
    later = shared + _merging_ms(context, len(pages)) + _finishing_ms(context, len(pages))
    return NextPhase(reading_steps(context), _whole(later), foretold)


def plan_rewriting(context: PlanContext) -> NextPhase:
    """A step for each chunk of the pages that could be read."""
    chunks = _chunks(context, _read(context))
    engine = _engine(context)
    needed: JsonObject = {"engine": engine} if engine in REMOTE_ENGINES else {}
    if context.options.at_once is not None:
        needed["at_once"] = context.options.at_once
    steps = tuple(
        StepPlan(
            _whole(_rewriting_ms(context, chunk)),
            {**chunk.json(), "chunk": number, "chunks": len(chunks), **needed},
        )
        for number, chunk in enumerate(chunks, start=1)
    )
    pages = sum(len(chunk.own) for chunk in chunks)
    return NextPhase(steps, _whole(_merging_ms(context, pages) + _finishing_ms(context, pages)))


def plan_merging(context: PlanContext) -> NextPhase:
    """One step puts the chunks together."""
    pages = len(_read(context))
    return NextPhase((StepPlan(_whole(_merging_ms(context, pages))),), _whole(_finishing_ms(context, pages)))


def plan_finishing(context: PlanContext) -> NextPhase:
    """One step writes the files."""
    return NextPhase((StepPlan(_whole(_finishing_ms(context, len(_read(context))))),))


def _chunks(context: PlanContext, pages: list[int]) -> list[Chunk]:
    size = context.options.chunk_pages or size_for(len(pages))
    return chunks_of(pages, size, context.options.overlap) if pages else []


def _read(context: PlanContext) -> list[int]:
    """The pages that were read, whatever became of their chunks."""
    found = {
        int(number)
        for each in context.before
        if each.phase == READING
        for number, code in each.pages.items()
        if code[1] == "d"
    }
    return sorted(found)


def _engine(context: PlanContext) -> str:
    return context.tools.language.choose(context.options.engine).name


def _rewriting_ms(context: PlanContext, chunk: Chunk) -> float:
    return context.tools.costs.of(rewriting(_engine(context)), len(chunk.pages))


def _merging_ms(context: PlanContext, pages: int) -> float:
    return context.tools.costs.of(MERGING) + context.tools.costs.of(MERGED_PAGE, pages)


def _finishing_ms(context: PlanContext, pages: int) -> float:
    return context.tools.costs.of(FINISHING) + context.tools.costs.of(FINISHED_PAGE, pages)


def _whole(milliseconds: float) -> int:
    return max(1, round(milliseconds))
