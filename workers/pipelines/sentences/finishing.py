"""Phase Finishing: the table as files that people open: CSV, a spreadsheet, plain text, JSON."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack

import orjson

from service.adapters.csv_lines import CsvForm
from service.adapters.sentence_files import (
    MEDIA_TYPES,
    SEPARATORS,
    CsvFile,
    Form,
    JsonFile,
    SentenceFile,
    TxtFile,
    XlsxFile,
    document_head,
)
from service.domain.message import Message
from service.domain.work import NewArtifact, PastWork, StepDone
from workers.pipelines.declaration import StepContext
from workers.pipelines.sentences.costs import FINISHED_PAGE, FINISHING
from workers.watch import Watch


async def finish(context: StepContext) -> StepDone:
    """Writes all files side by side, however long the book is, from a piece of the table at a time."""
    context.report.began(context.cost)
    context.report.detail(Message("detail", "writing"))
    watch, merged = Watch(), _merged(context.before)
    rows: int = merged.output["rows"]
    files = _files(context)
    async with AsyncExitStack() as stack:
        writers = [
            await stack.enter_async_context(context.blobs.writer(f"{context.output_key}.{number}"))
            for number in range(len(files))
        ]
        for writer, file in zip(writers, files.values(), strict=True):
            await writer.write(file.head())
        async for lines in _lines(context, merged):
            pieces = await asyncio.to_thread(_written, list(files.values()), lines)
            for writer, piece in zip(writers, pieces, strict=True):
                await writer.write(piece)
            context.report.worked(context.cost * len(lines) / rows)
        for writer, file in zip(writers, files.values(), strict=True):
            await writer.write(file.tail())
        sizes = await asyncio.gather(*(writer.commit() for writer in writers))
    artifacts = tuple(
        NewArtifact(f"sentences.{form}", f"{context.output_key}.{number}", sizes[number], MEDIA_TYPES[form])
        for number, form in enumerate(files)
    )
    spent = context.tools.costs.measured(
        FINISHING, FINISHED_PAGE, context.page_count or 1, watch.milliseconds
    )
    return StepDone(
        output={"rows": rows},
        artifacts=artifacts,
        # As Merging has told it, which a new run that begins here does not do again.
        result={"sentences": rows},
        spent=(spent,),
    )


def _files(context: StepContext) -> Mapping[Form, SentenceFile]:
    document, options = context.document, context.options
    head = document_head(document.name, document.kind, context.page_count)
    return {
        "csv": CsvFile(CsvForm(SEPARATORS[options.csv_separator], options.csv_bom)),
        "xlsx": XlsxFile(),
        "txt": TxtFile(paragraphs=options.preserve_formatting),
        "json": JsonFile(head, options.model_dump(mode="json")),
    }


def _merged(before: Sequence[PastWork]) -> PastWork:
    return next(each for each in before if "marks" in each.output)


async def _lines(context: StepContext, merged: PastWork) -> AsyncIterator[list[bytes]]:
    """The table's lines, some at a time."""
    assert merged.output_blob is not None, "Merging stores what it has merged"
    begun = b""
    async for piece in context.blobs.chunks(merged.output_blob):
        *lines, begun = (begun + piece).split(b"\n")
        if lines:
            yield lines


def _written(files: Sequence[SentenceFile], lines: Sequence[bytes]) -> list[bytes]:
    rows = orjson.loads(b"[" + b",".join(lines) + b"]")
    return [file.rows(rows) for file in files]
