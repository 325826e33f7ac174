"""Phase Finishing: the table as files that people open: CSV, a spreadsheet, plain text, JSON."""

from collections.abc import AsyncIterator

import orjson

from service.adapters.csv_lines import CsvForm
from service.adapters.sentence_files import (
    MEDIA_TYPES,
    SEPARATORS,
    Form,
    Pieces,
    csv_file,
    document_head,
    json_file,
    txt_file,
    xlsx_file,
)
from service.domain.json import JsonObject
from service.domain.message import Message
from service.domain.work import NewArtifact, StepDone
from workers.pipelines.declaration import StepContext
from workers.pipelines.sentences.costs import FINISHED_PAGE, FINISHING
from workers.watch import Watch


async def finish(context: StepContext) -> StepDone:
    """Writes all files, however long the book is, from a piece of the table at a time."""
    context.report.began(context.cost)
    context.report.detail(Message("detail", "writing"))
    watch = Watch()
    document, options = context.document, context.options
    head = document_head(document.name, document.kind, context.page_count)
    files: tuple[tuple[Form, AsyncIterator[bytes]], ...] = (
        ("csv", csv_file(_rows(context), CsvForm(SEPARATORS[options.csv_separator], options.csv_bom))),
        ("xlsx", xlsx_file(_rows(context))),
        ("txt", txt_file(_rows(context), paragraphs=options.preserve_formatting)),
        ("json", json_file(_rows(context), head, options.model_dump(mode="json"))),
    )
    artifacts = list[NewArtifact]()
    for number, (form, pieces) in enumerate(files):
        key = f"{context.output_key}.{number}"
        async with context.blobs.writer(key) as writer:
            async for piece in pieces:
                await writer.write(piece)
            stored = await writer.commit()
        artifacts.append(NewArtifact(f"sentences.{form}", key, stored.size, MEDIA_TYPES[form]))
        context.report.worked(context.cost / len(files))
    told = _merged(context)
    spent = context.tools.costs.measured(
        FINISHING, FINISHED_PAGE, context.page_count or 1, watch.milliseconds
    )
    return StepDone(
        output={"rows": told["rows"]},
        artifacts=tuple(artifacts),
        # As Merging has told it, which a new run that begins here does not do again.
        result={"sentences": told["rows"]},
        spent=(spent,),
    )


def _merged(context: StepContext) -> JsonObject:
    return next(each.output for each in context.before if "marks" in each.output)


async def _rows(context: StepContext) -> Pieces:
    """The table, some rows at a time."""
    blob = next(each.output_blob for each in context.before if "marks" in each.output)
    assert blob is not None, "Merging stores what it has merged"
    begun = b""
    async for piece in context.blobs.chunks(blob):
        *lines, begun = (begun + piece).split(b"\n")
        if lines:
            yield [orjson.loads(line) for line in lines]
