"""The table of a book's short sentences, wherever it stands: in the chunks that are done, later merged into one.

A row is `{"id", "number", "chunk", "text", "words", "page", "sentence", "opens", "spoken", "source"}`: `id` says where
in the book it begins, `<page>:<offset>:<piece>`; before the merge nobody knows `number` and `sentence`, which are None.
"""

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import accumulate, pairwise
from typing import Any, TypeVar

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.blob_store import BlobDamaged, BlobStore
from service.adapters.tables import JobRow, StepRow
from service.domain.json import JsonObject
from service.domain.sentences import how_many, tidied
from service.domain.step import StepState

_LONGEST_ID = 40
_FIELDS = frozenset(
    ("id", "number", "chunk", "text", "words", "page", "sentence", "opens", "spoken", "source")
)
ROWS_A_MARK = 200
"""A mark says where every so manieth row of a merged table begins."""


Place = tuple[int, int, int]
"""Page, offset and piece: where in the book a row begins. Rows stand in the order of their places."""


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
class Block:
    """Rows that are read together: some of a merged table's, up to this byte or its end, or all that a chunk gives."""

    blob: str
    rows: int
    start: int = 0
    end: int | None = None
    chunk: int | None = None


@dataclass(frozen=True)
class Table:
    """`whole`: all chunks are merged. `chunks` says how many rows each of them gives, by its number."""

    whole: bool
    blocks: tuple[Block, ...]
    chunks: dict[str, int]
    marks: tuple[Mark, ...] = ()
    tidy: bool = False

    @property
    def rows(self) -> int:
        """How many there are by now."""
        return self._ends[-1]

    @cached_property
    def _ends(self) -> list[int]:
        return list(accumulate(block.rows for block in self.blocks))

    def within(self, offset: int, limit: int) -> tuple[range, int]:
        """The numbers of the blocks in which so many rows from that one on stand, and how many rows are before them."""
        first = bisect_right(self._ends, offset)
        last = min(bisect_left(self._ends, offset + limit), len(self.blocks) - 1)
        return range(first, last + 1), self._ends[first - 1] if first else 0

    def near(self, place: Place) -> range:
        """The numbers of the blocks in which rows may stand that begin there: all, until chunks are merged."""
        if not self.whole:
            return range(len(self.blocks))
        begin, places = place[:2], [(mark.page, mark.offset) for mark in self.marks]
        return range(max(0, bisect_left(places, begin) - 1), bisect_right(places, begin))


def row_id(page: int, offset: int, piece: int) -> str:
    """The id of a row: it begins there, as the piece of this number, from 0."""
    return f"{page}:{offset}:{piece}"


def place_of(row: str) -> Place | None:
    """What the id of a row says; None where it is no such id."""
    parts = row.split(":")
    if len(parts) != len(("page", "offset", "piece")) or len(row) > _LONGEST_ID:
        return None
    if not all(each.isascii() and each.isdecimal() for each in parts):
        return None
    return int(parts[0]), int(parts[1]), int(parts[2])


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
    chunks = dict[int, Block]()
    for phase, chunk, output, blob in steps:
        told: JsonObject = output or {}
        if "marks" in told:
            return _merged(told, str(blob))
        if phase == job.chunks["phase"] and "rows" in told:
            chunks[chunk] = Block(str(blob), told["rows"], chunk=chunk)
    if not chunks:
        return None
    return Table(
        whole=False,
        blocks=tuple(chunks[chunk] for chunk in sorted(chunks)),
        chunks={str(chunk): chunks[chunk].rows for chunk in sorted(chunks)},
        tidy=not job.options.get("preserve_formatting"),
    )


def _merged(output: JsonObject, blob: str) -> Table:
    marks = tuple(Mark(*each) for each in output["marks"])
    left = output["rows"] - ROWS_A_MARK * (len(marks) - 1)
    blocks = [Block(blob, ROWS_A_MARK, each.byte, after.byte) for each, after in pairwise(marks)]
    return Table(True, (*blocks, Block(blob, left, marks[-1].byte)), output["chunks"], marks)


Rows = list[JsonObject]
T = TypeVar("T")
Work = Callable[[Rows], T]
Which = Mapping[int, Sequence[int]]
"""By the number of a block, rows by their places in it."""
_WORTH_SKIPPING = 8
"""Fewer blocks between two that are wanted are read with them: that is sooner done than asking twice."""


class TableDamaged(BlobDamaged):
    """What is stored is not the rows that the table is to have."""


class SentenceTables:
    """Reads tables a piece at a time, however long they are. Whatever reads raises BlobMissing, and TableDamaged where
    it comes to rows that are not there or are none.

    What is done with all of a table is done piece by piece in turns, so that however many want that at once, the
    process has time for everybody else.
    """

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs
        self._turn = asyncio.Semaphore(1)

    async def some(self, table: Table, offset: int, limit: int) -> Rows:
        """So many rows from that one on, counted from 0."""
        if offset >= table.rows:
            return []
        numbers, before = table.within(offset, limit)
        found: Rows = []
        async for ready in self._read(table, numbers):
            for _, rows in await asyncio.to_thread(_done, ready, as_they_are):
                found += rows
        return found[offset - before :][:limit]

    async def all(self, table: Table) -> AsyncIterator[Rows]:
        """All rows in the book's order."""
        async for _, rows in self.each(table, range(len(table.blocks)), as_they_are):
            yield rows

    async def each(
        self, table: Table, numbers: Sequence[int], work: Work[T], only: Which | None = None
    ) -> AsyncGenerator[tuple[int, T], None]:
        """What `work` makes of the rows of these blocks, which are in order; it is called in a thread.

        `only`: of the rows of each of these blocks those at these places, the others of which are not decoded.
        """
        async for ready in self._read(table, numbers, only):
            for one in await self.in_turn(partial(_done, ready, work)):
                yield one

    async def in_turn(self, work: Callable[[], T]) -> T:
        """What is done with all of a table, or with all that is found in it: in a thread, one at a time."""
        async with self._turn:
            return await asyncio.to_thread(work)

    async def check(self, table: Table) -> None:
        """Raises what reading all of it would raise: once its beginning is sent, nobody can be told any more."""
        async for _ in self.each(table, range(len(table.blocks)), len):
            pass

    async def one(self, table: Table, wanted: str) -> JsonObject | None:
        """The row of this id."""
        place = place_of(wanted)
        if place is None:
            return None
        async for ready in self._read(table, table.near(place)):
            for _, rows in await asyncio.to_thread(_done, ready, as_they_are):
                for row in rows:
                    if row["id"] == wanted:
                        return row
        return None

    async def _read(
        self, table: Table, numbers: Sequence[int], only: Which | None = None
    ) -> AsyncIterator["_Ready"]:
        """These blocks, some at a time, as they can be decoded."""
        if table.whole:
            for run in _runs(numbers):
                async for ready in self._run(table, run, only):
                    yield ready
            return
        for number in numbers:
            block = table.blocks[number]
            content = await self._blobs.read(block.blob)
            decoded = partial(_rows_of_chunk, content, block, tidy=table.tidy)
            yield [(number, decoded if only is None else partial(_those, decoded, only[number]))]

    async def _run(self, table: Table, numbers: Sequence[int], only: Which | None) -> AsyncIterator["_Ready"]:
        """Blocks of a merged table that are read at one go."""
        number, wanted, lines, begun = numbers[0], set(numbers), list[bytes](), b""
        first, last = table.blocks[number], table.blocks[numbers[-1]]
        blob = first.blob
        async for piece in self._blobs.chunks(first.blob, first.start, last.end):
            *whole, begun = (begun + piece).split(b"\n")
            lines += whole
            ready: _Ready = []
            while number <= numbers[-1] and len(lines) >= table.blocks[number].rows:
                rows = table.blocks[number].rows
                if number in wanted:
                    chosen = lines[:rows] if only is None else [lines[at] for at in only[number]]
                    ready.append((number, partial(_rows_of_block, blob, chosen)))
                del lines[:rows]
                number += 1
            if ready:
                yield ready
        if number <= numbers[-1]:
            raise TableDamaged(blob, f"ends before the last of {table.rows} rows")


_Ready = list[tuple[int, Callable[[], Rows]]]


def _done(ready: _Ready, work: Work[T]) -> list[tuple[int, T]]:
    return [(number, work(decoded())) for number, decoded in ready]


def as_they_are(rows: Rows) -> Rows:
    """The work of who only reads."""
    return rows


def _those(decoded: Callable[[], Rows], places: Sequence[int]) -> Rows:
    rows = decoded()
    return [rows[at] for at in places]


def _runs(numbers: Sequence[int]) -> Iterator[list[int]]:
    run = list[int]()
    for number in numbers:
        if run and number - run[-1] > _WORTH_SKIPPING:
            yield run
            run = []
        run.append(number)
    if run:
        yield run


def rows_of_lines(lines: Sequence[bytes]) -> Rows:
    """The rows of a merged table's lines."""
    return orjson.loads(b"[" + b",".join(lines) + b"]")


def _rows_of_block(blob: str, lines: Sequence[bytes]) -> Rows:
    try:
        rows = rows_of_lines(lines)
        sound = len(rows) == len(lines) and all(row.keys() >= _FIELDS for row in rows)
    except (ValueError, AttributeError) as error:
        raise TableDamaged(blob, f"is no JSON: {error}") from None
    if not sound:
        raise TableDamaged(blob, "has lines that are no rows")
    return rows


def _rows_of_chunk(content: bytes, block: Block, *, tidy: bool) -> Rows:
    try:
        rows = _pieces_of_chunk(content, block, tidy=tidy)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise TableDamaged(block.blob, f"has lines that are no sentences: {error}") from None
    if len(rows) != block.rows:
        raise TableDamaged(block.blob, f"has {len(rows)} rows instead of {block.rows}")
    return rows


def _pieces_of_chunk(content: bytes, block: Block, *, tidy: bool) -> Rows:
    """What a chunk gives before it is merged with its neighbours."""
    rows: Rows = []
    for line in content.splitlines():
        sentence: dict[str, Any] = orjson.loads(line)
        page, offset = sentence["start"]
        for at, piece in enumerate(sentence["pieces"]):
            text = tidied(piece) if tidy else piece
            rows.append(
                {
                    "id": row_id(page, offset, at),
                    "number": None,
                    "chunk": block.chunk,
                    "text": text,
                    "words": how_many(text),
                    "page": page,
                    "sentence": None,
                    "opens": sentence["opens"] and at == 0,
                    "spoken": sentence["spoken"],
                    "source": sentence["text"],
                }
            )
    return rows
