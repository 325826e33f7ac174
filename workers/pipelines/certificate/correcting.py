"""Phase Correcting: what OCR misread is mended, before anything is looked for in it."""

import structlog

from service.domain.costs import Spent
from service.domain.message import Message
from service.domain.work import StepDone
from workers.engines.language.port import LanguageEngine, Usage
from workers.pipelines.certificate import costs
from workers.pipelines.certificate.pages import corrections, pages_read
from workers.pipelines.declaration import StepContext
from workers.watch import Watch

_log = structlog.get_logger()


async def correct(context: StepContext) -> StepDone:
    """Has the pages corrected that OCR read; the others are as they were written."""
    context.report.began(context.cost)
    scanned = [page for page in await pages_read(context) if page.route == "ocr"]
    if not scanned:
        context.report.worked(context.cost)
        return StepDone(output={"lines": {}})
    engine, watch = language_engine(context), Watch()
    context.report.detail(Message("detail", "correcting", {"engine": engine.shown_name}))
    corrected = await engine.correct(scanned)
    tell_usage(engine, corrected.usage)
    context.report.worked(context.cost)
    spent = Spent(costs.correcting(engine.name), len(scanned), watch.milliseconds)
    return StepDone(output=corrections(corrected), spent=(spent,))


def language_engine(context: StepContext) -> LanguageEngine:
    """The one that the step keeps to, else the one that is right by now."""
    return context.tools.language.choose(context.input.get("engine", "auto"))


def tell_usage(engine: LanguageEngine, usage: Usage) -> None:
    """What somebody else charges for is in the log, beside the job that it was for."""
    if usage.requests:
        _log.info(
            "language_asked",
            engine=engine.name,
            requests=usage.requests,
            tokens_in=usage.tokens_in,
            tokens_out=usage.tokens_out,
        )
