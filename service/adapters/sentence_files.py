"""A table of short sentences as files that people open, written a piece at a time however long the book is."""

from collections.abc import AsyncIterator
from typing import Literal, TypeAlias

import orjson

from service.adapters.csv_lines import CsvForm
from service.adapters.spreadsheet import spreadsheet
from service.domain.document import MEDIA_TYPES as OF_KIND
from service.domain.document import Kind
from service.domain.json import JsonObject
from service.domain.records.cells import defused

Form: TypeAlias = Literal["csv", "xlsx", "txt", "json"]
Pieces: TypeAlias = AsyncIterator[list[JsonObject]]

MEDIA_TYPES: dict[Form, str] = {
    "csv": OF_KIND[Kind.CSV],
    "xlsx": OF_KIND[Kind.XLSX],
    "txt": OF_KIND[Kind.TXT],
    "json": "application/json",
}
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}
"""By the names that the option has for them."""

HEADS = ("Number", "Text", "Words", "Page", "Sentence")


def cells_of(row: JsonObject) -> list[str]:
    """What stands in a line of a table, below HEADS."""
    return [str(row["number"]), row["text"], str(row["words"]), str(row["page"]), row["source"]]


async def csv_file(pieces: Pieces, form: CsvForm) -> AsyncIterator[bytes]:
    """Nothing in it passes for a formula."""
    yield form.head(HEADS)
    async for rows in _cells(pieces):
        yield form.lines([[defused(cell) for cell in row] for row in rows])


def xlsx_file(pieces: Pieces) -> AsyncIterator[bytes]:
    """One sheet, all cells text."""
    return spreadsheet("Sentences", list(HEADS), _cells(pieces))


async def txt_file(pieces: Pieces, *, paragraphs: bool) -> AsyncIterator[bytes]:
    """A line each; paragraphs stand apart where that is wanted."""
    async for rows in pieces:
        yield "".join(
            ("\n" if paragraphs and row["opens"] and row["number"] > 1 else "") + row["text"] + "\n"
            for row in rows
        ).encode()


async def json_file(pieces: Pieces, document: JsonObject, options: JsonObject) -> AsyncIterator[bytes]:
    """`{"document", "options", "sentences": [row …]}`."""
    before = orjson.dumps({"document": document, "options": options})[:-1] + b',"sentences":['
    async for rows in pieces:
        yield before + b",".join(orjson.dumps(row) for row in rows)
        before = b","
    yield b"]}" if before == b"," else before + b"]}"


async def _cells(pieces: Pieces) -> AsyncIterator[list[list[str]]]:
    async for rows in pieces:
        yield [cells_of(row) for row in rows]


def document_head(name: str, kind: str, pages: int | None) -> JsonObject:
    """What a JSON file says of the document."""
    return {"name": name, "kind": kind, "pages": pages}
