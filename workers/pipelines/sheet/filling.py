"""The phases that ask Google: a spreadsheet is made once, each part has its own place, and its name comes last."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import PurePath

import orjson

from service.domain.costs import Spent
from service.domain.log_line import log_line
from service.domain.message import Message
from service.domain.work import PastWork, StepDone
from workers.engines.failures import EngineFailed
from workers.engines.sheets.google_sheets import GONE, Spreadsheet
from workers.pipelines.declaration import StepContext, WorkGone
from workers.pipelines.sheet.costs import FINISHING, OPENING, WRITING, WRITTEN_ROW
from workers.pipelines.sheet.gathering import COLUMNS
from workers.watch import Watch


async def open_spreadsheet(context: StepContext) -> StepDone:
    """Makes it, or finds what an earlier try has made."""
    context.report.began(context.cost)
    watch, engine = Watch(), context.tools.sheets.engine()
    context.report.detail(Message("detail", "sheet_opening", {"engine": engine.shown_name}))
    title = PurePath(context.document.name).stem or context.document.name
    rows = _gathered(context).output["rows"]
    opened = await engine.open(f"{context.job_id}:sheet", title, COLUMNS, rows)
    context.report.worked(context.cost)
    return StepDone(output={"spreadsheet": asdict(opened)}, spent=(Spent(OPENING, 1, watch.milliseconds),))


async def write(context: StepContext) -> StepDone:
    """Writes the rows of one part."""
    context.report.began(context.cost)
    watch, engine = Watch(), context.tools.sheets.engine()
    first, count, begin, end = context.input["part"]
    told = {"first": first + 1, "last": first + count, "total": _gathered(context).output["rows"]}
    context.report.detail(Message("detail", "sheet_rows", told))
    blob = _gathered(context).output_blob
    assert blob is not None, "Gathering stores what it has gathered"
    content = b"".join([piece async for piece in context.blobs.chunks(blob, begin, end)])
    with _anew_if_gone():
        await engine.write(
            _spreadsheet(context), first, [orjson.loads(line) for line in content.splitlines()]
        )
    context.report.worked(context.cost)
    return StepDone(spent=(context.tools.costs.measured(WRITING, WRITTEN_ROW, count, watch.milliseconds),))


async def finish(context: StepContext) -> StepDone:
    """Takes from its name that it is unfinished, and tells where it is."""
    context.report.began(context.cost)
    watch, engine = Watch(), context.tools.sheets.engine()
    with _anew_if_gone():
        made = await engine.finish(_spreadsheet(context))
    context.report.line(log_line("sheet_made", name=made.name))
    context.report.worked(context.cost)
    gathered = _gathered(context).output
    result = {"url": made.url, "name": made.name, "rows": gathered["rows"], "edits": gathered["edits"]}
    return StepDone(output=result, result=result, spent=(Spent(FINISHING, 1, watch.milliseconds),))


@contextmanager
def _anew_if_gone() -> Generator[None]:
    """Who retries after the spreadsheet was deleted gets another one, with all rows."""
    try:
        yield
    except EngineFailed as failed:
        if failed.code == GONE:
            raise WorkGone("opening", failed) from failed
        raise


def _gathered(context: StepContext) -> PastWork:
    return next(each for each in context.before if "parts" in each.output)


def _spreadsheet(context: StepContext) -> Spreadsheet:
    return next(
        Spreadsheet(**each.output["spreadsheet"]) for each in context.before if "spreadsheet" in each.output
    )
