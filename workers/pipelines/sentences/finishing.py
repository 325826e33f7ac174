"""Phase Finishing: the table as files that people open: CSV, a spreadsheet, plain text, JSON."""

import csv
import io
from collections.abc import AsyncIterator, Sequence

import orjson

from service.adapters.spreadsheet import spreadsheet
from service.domain.document import MEDIA_TYPES, Kind
from service.domain.json import JsonObject
from service.domain.message import Message
from service.domain.records.cells import defused
from service.domain.work import NewArtifact, StepDone
from workers.pipelines.declaration import StepContext
from workers.pipelines.sentences.costs import FINISHED_PAGE, FINISHING
from workers.watch import Watch

_HEADS = ("Number", "Text", "Words", "Page", "Sentence")
_SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}
_BOM = "\ufeff"
_JSON = "application/json"


async def finish(context: StepContext) -> StepDone:
    """Writes all files, however long the book is, from a piece of the table at a time."""
    context.report.began(context.cost)
    context.report.detail(Message("detail", "writing"))
    watch = Watch()
    files = (
        ("sentences.csv", MEDIA_TYPES[Kind.CSV], _csv(context)),
        ("sentences.xlsx", MEDIA_TYPES[Kind.XLSX], spreadsheet("Sentences", list(_HEADS), _cells(context))),
        ("sentences.txt", MEDIA_TYPES[Kind.TXT], _text(context)),
        ("sentences.json", _JSON, _json(context)),
    )
    artifacts = list[NewArtifact]()
    for number, (name, media_type, pieces) in enumerate(files):
        key = f"{context.output_key}.{number}"
        async with context.blobs.writer(key) as writer:
            async for piece in pieces:
                await writer.write(piece)
            stored = await writer.commit()
        artifacts.append(NewArtifact(name, key, stored.size, media_type))
        context.report.worked(context.cost / len(files))
    told = _merged(context)
    spent = context.tools.costs.measured(
        FINISHING, FINISHED_PAGE, context.page_count or 1, watch.milliseconds
    )
    return StepDone(output={"rows": told["rows"]}, artifacts=tuple(artifacts), spent=(spent,))


def _merged(context: StepContext) -> JsonObject:
    return next(each.output for each in context.before if "marks" in each.output)


async def _rows(context: StepContext) -> AsyncIterator[list[JsonObject]]:
    """The table, some rows at a time."""
    blob = next(each.output_blob for each in context.before if "marks" in each.output)
    assert blob is not None, "Merging stores what it has merged"
    begun = b""
    async for piece in context.blobs.chunks(blob):
        *lines, begun = (begun + piece).split(b"\n")
        if lines:
            yield [orjson.loads(line) for line in lines]


async def _cells(context: StepContext) -> AsyncIterator[list[list[str]]]:
    async for rows in _rows(context):
        yield [
            [str(row["number"]), row["text"], str(row["words"]), str(row["page"]), row["source"]]
            for row in rows
        ]


async def _csv(context: StepContext) -> AsyncIterator[bytes]:
    separator = _SEPARATORS[context.options.csv_separator]
    yield ((_BOM if context.options.csv_bom else "") + _lines([_HEADS], separator)).encode()
    async for rows in _cells(context):
        yield _lines([[defused(cell) for cell in row] for row in rows], separator).encode()


def _lines(rows: Sequence[Sequence[str]], separator: str) -> str:
    """Every cell in quotes, so that a program that splits by another separator makes no new cells either."""
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=separator, quoting=csv.QUOTE_ALL).writerows(rows)
    return written.getvalue()


async def _text(context: StepContext) -> AsyncIterator[bytes]:
    """A line each; with the formatting kept, paragraphs stand apart."""
    keeps = context.options.preserve_formatting
    async for rows in _rows(context):
        yield "".join(
            ("\n" if keeps and row["opens"] and row["number"] > 1 else "") + row["text"] + "\n"
            for row in rows
        ).encode()


async def _json(context: StepContext) -> AsyncIterator[bytes]:
    document = context.document
    head = {
        "document": {"name": document.name, "kind": document.kind, "pages": context.page_count},
        "options": context.options.model_dump(mode="json"),
    }
    before = orjson.dumps(head)[:-1] + b',"sentences":['
    async for rows in _rows(context):
        yield before + b",".join(orjson.dumps(row) for row in rows)
        before = b","
    yield b"]}" if before == b"," else before + b"]}"
