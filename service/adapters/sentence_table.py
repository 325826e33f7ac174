"""The table of a book's short sentences, wherever it stands: in the chunks that are done, later merged into one.

A row is `{"id", "number", "chunk", "text", "words", "page", "sentence", "opens", "spoken", "source"}`: `id` says where
in the book it begins, `<page>:<offset>:<piece>`; before the merge nobody knows `number` and `sentence`, which are None.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.blob_store import BlobStore
from service.adapters.tables import JobRow, StepRow
from service.domain.json import JsonObject
from service.domain.sentences import how_many, tidied
from service.domain.step import StepState

ROWS_A_MARK = 200
"""A mark says where every so manieth row of a merged table begins."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a row of a merged table begins: at this byte, and at this place of the book."""

    byte: int
    page: int
    offset: int

    def json(self) -> list[int]:
        """For a step's output."""
        return [self.byte, self.page, self.offset]


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows in a blob: all of the table, or what one chunk gives."""

    blob: str
    rows: int
    chunk: int | None = None


@dataclass(frozen=True)
class Table:
    """`whole`: all chunks are merged. `chunks` says how many rows each of them gives, by its number."""

    whole: bool
    parts: tuple[_Part, ...]
    chunks: dict[str, int]
    marks: tuple[Mark, ...] = ()
    tidy: bool = False

    @property
    def rows(self) -> int:
        """How many there are by now."""
        return sum(part.rows for part in self.parts)


def row_id(page: int, offset: int, piece: int) -> str:
    """The id of a row: it begins there, as the piece of this number, from 0."""
    return f"{page}:{offset}:{piece}"


async def read_table(session: AsyncSession, job: JobRow) -> Table | None:
    """The table as far as it is; None before the first chunk is done, and of jobs that make none. One statement."""
    if job.chunks is None:
        return None
    steps = await session.execute(
        select(StepRow.phase, StepRow.input["chunk"].as_integer(), StepRow.output, StepRow.output_blob)
        .where(
            StepRow.job_id == job.id,
            StepRow.run == job.run,
            StepRow.phase >= job.chunks["phase"],
            StepRow.state == StepState.DONE,
            StepRow.output_blob.is_not(None),
        )
        .order_by(StepRow.phase, StepRow.number)
    )
    chunks = dict[int, _Part]()
    for phase, chunk, output, blob in steps:
        told: JsonObject = output or {}
        if "marks" in told:
            return _merged(told, str(blob))
        if phase == job.chunks["phase"] and "rows" in told:
            chunks[chunk] = _Part(str(blob), told["rows"], chunk)
    if not chunks:
        return None
    return Table(
        whole=False,
        parts=tuple(chunks[chunk] for chunk in sorted(chunks)),
        chunks={str(chunk): chunks[chunk].rows for chunk in sorted(chunks)},
        tidy=not job.options.get("preserve_formatting"),
    )


def _merged(output: JsonObject, blob: str) -> Table:
    marks = tuple(Mark(*each) for each in output["marks"])
    return Table(True, (_Part(blob, output["rows"]),), output["chunks"], marks)


Rows = list[JsonObject]
Keep = Callable[[Rows], Rows]


class SentenceTables:
    """Reads tables a piece at a time, however long they are."""

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs

    async def some(self, table: Table, offset: int, limit: int) -> Rows:
        """So many rows from that one on, counted from 0."""
        found: Rows = []
        async for first, rows in self._pieces(table, offset):
            found += rows[max(0, offset - first) :]
            if len(found) >= limit:
                break
        return found[:limit]

    async def kept(self, table: Table, keep: Keep, offset: int, limit: int) -> tuple[Rows, int]:
        """So many of the rows that `keep` leaves, and how many that are in all; it is called in a thread."""
        found, total = Rows(), 0
        async for rows in self.all(table, keep):
            found += rows[max(0, offset - total) :][: limit - len(found)]
            total += len(rows)
        return found, total

    async def all(self, table: Table, keep: Keep | None = None) -> AsyncIterator[Rows]:
        """All rows in the book's order, or what `keep` leaves of them."""
        async for _, rows in self._pieces(table, 0, keep):
            if rows:
                yield rows

    async def one(self, table: Table, wanted: str) -> JsonObject | None:
        """The row of this id in a merged table."""
        page, _, rest = wanted.partition(":")
        offset = rest.partition(":")[0]
        if not (page.isdecimal() and offset.isdecimal()):
            return None
        place = (int(page), int(offset))
        before = sum((mark.page, mark.offset) < place for mark in table.marks)
        async for _, rows in self._pieces(table, max(0, before - 1) * ROWS_A_MARK):
            for row in rows:
                if row["id"] == wanted:
                    return row
            if rows and _place(rows[-1]) > place:
                return None
        return None

    async def _pieces(
        self, table: Table, offset: int, keep: Keep | None = None
    ) -> AsyncIterator[tuple[int, Rows]]:
        """Rows with the number of the first, from 0, from one that is at most `offset`."""
        if table.whole:
            async for piece in self._merged_pieces(table, offset, keep):
                yield piece
            return
        first = 0
        for part in table.parts:
            if first + part.rows > offset:
                content = await self._blobs.read(part.blob)
                yield first, await asyncio.to_thread(_of_chunk, content.splitlines(), part, table.tidy, keep)
            first += part.rows

    async def _merged_pieces(
        self, table: Table, offset: int, keep: Keep | None
    ) -> AsyncIterator[tuple[int, Rows]]:
        mark = min(offset // ROWS_A_MARK, len(table.marks) - 1)
        first, begun = mark * ROWS_A_MARK, b""
        async for piece in self._blobs.chunks(table.parts[0].blob, table.marks[mark].byte):
            *lines, begun = (begun + piece).split(b"\n")
            if lines:
                yield first, await asyncio.to_thread(rows_of_lines, lines, keep)
                first += len(lines)


def rows_of_lines(lines: Sequence[bytes], keep: Keep | None) -> Rows:
    """The rows of a merged table's lines."""
    rows: Rows = [orjson.loads(line) for line in lines]
    return rows if keep is None else keep(rows)


def _of_chunk(lines: Sequence[bytes], part: _Part, tidy: bool, keep: Keep | None) -> Rows:  # noqa: FBT001 -- called through a thread
    """What a chunk gives before it is merged with its neighbours."""
    rows: Rows = []
    for line in lines:
        sentence: dict[str, Any] = orjson.loads(line)
        page, offset = sentence["start"]
        for at, piece in enumerate(sentence["pieces"]):
            text = tidied(piece) if tidy else piece
            rows.append(
                {
                    "id": row_id(page, offset, at),
                    "number": None,
                    "chunk": part.chunk,
                    "text": text,
                    "words": how_many(text),
                    "page": page,
                    "sentence": None,
                    "opens": sentence["opens"] and at == 0,
                    "spoken": sentence["spoken"],
                    "source": sentence["text"],
                }
            )
    return rows if keep is None else keep(rows)


def _place(row: JsonObject) -> tuple[int, int]:
    page, offset, _ = row["id"].split(":")
    return int(page), int(offset)
