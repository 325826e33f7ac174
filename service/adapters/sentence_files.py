"""A table of short sentences as files that people open, written a piece at a time however long the book is."""

from collections.abc import AsyncIterator, Sequence
from typing import Literal, Protocol, TypeAlias

import orjson

from service.adapters.csv_lines import CsvForm
from service.adapters.spreadsheet import Spreadsheet
from service.domain.coverage import Coverage
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
_WIDTHS = (9, 60, 8, 8, 90)
"""Of a spreadsheet's columns, in digits."""


class SentenceFile(Protocol):
    """A file that takes the rows of a table, some at a time."""

    def head(self) -> bytes:
        """What comes before all rows."""
        ...

    def rows(self, rows: Sequence[JsonObject]) -> bytes:
        """The next ones, as far as they can be told by now."""
        ...

    def tail(self) -> bytes:
        """What comes behind all rows."""
        ...


class CsvFile:
    """Nothing in it passes for a formula."""

    def __init__(self, form: CsvForm) -> None:
        self._form = form

    def head(self) -> bytes:
        """See SentenceFile."""
        return self._form.head(HEADS)

    def rows(self, rows: Sequence[JsonObject]) -> bytes:
        """See SentenceFile."""
        return self._form.lines([[defused(str(cell)) for cell in _cells(row)] for row in rows])

    def tail(self) -> bytes:
        """See SentenceFile."""
        return b""


class XlsxFile:
    """One sheet: its numbers are numbers, and nothing in it is a formula."""

    def __init__(self) -> None:
        self._made = Spreadsheet("Sentences", list(HEADS), _WIDTHS)

    def head(self) -> bytes:
        """See SentenceFile."""
        return b""

    def rows(self, rows: Sequence[JsonObject]) -> bytes:
        """See SentenceFile."""
        return self._made.rows(map(_cells, rows))

    def tail(self) -> bytes:
        """See SentenceFile."""
        return self._made.end()


class TxtFile:
    """A line each; paragraphs stand apart where that is wanted."""

    def __init__(self, *, paragraphs: bool) -> None:
        self._paragraphs = paragraphs

    def head(self) -> bytes:
        """See SentenceFile."""
        return b""

    def rows(self, rows: Sequence[JsonObject]) -> bytes:
        """See SentenceFile."""
        return "".join(
            ("\n" if self._paragraphs and row["opens"] and row["number"] > 1 else "") + row["text"] + "\n"
            for row in rows
        ).encode()

    def tail(self) -> bytes:
        """See SentenceFile."""
        return b""


class JsonFile:
    """`{"document", "options", "sentences": [row …]}`.

    Of a part of a book also `"part": {"chunks": [[1, 4], …], "of": 9}`.
    """

    def __init__(self, document: JsonObject, options: JsonObject, part: Coverage | None = None) -> None:
        self._about: JsonObject = {"document": document, "options": options}
        if part is not None:
            self._about["part"] = {"chunks": part.ranges, "of": part.total}
        self._between = b""

    def head(self) -> bytes:
        """See SentenceFile."""
        return orjson.dumps(self._about)[:-1] + b',"sentences":['

    def rows(self, rows: Sequence[JsonObject]) -> bytes:
        """See SentenceFile."""
        if not rows:
            return b""
        before, self._between = self._between, b","
        return before + orjson.dumps(rows)[1:-1]

    def tail(self) -> bytes:
        """See SentenceFile."""
        return b"]}"


async def streamed(file: SentenceFile, pieces: Pieces) -> AsyncIterator[bytes]:
    """The file of these rows."""
    yield file.head()
    async for rows in pieces:
        yield file.rows(rows)
    yield file.tail()


def _cells(row: JsonObject) -> list[str | int]:
    """What stands in a line of a table, below HEADS."""
    return [row["number"], row["text"], row["words"], row["page"], row["source"]]


def document_head(name: str, kind: str, pages: int | None) -> JsonObject:
    """What a JSON file says of the document."""
    return {"name": name, "kind": kind, "pages": pages}
