"""Finding rows of a table of sentences: it is read once for all who search it, and how many hits each of its blocks has
is known after the first look."""

import asyncio
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, groupby
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.folded_tables import Folded, FoldedTables, folded
from service.adapters.records.sentence_edits import edited_places
from service.adapters.sentence_table import Place, Rows, SentenceTables, Table, Which, as_they_are, place_of
from service.adapters.tables import JobRow
from service.domain.sentences import findable_all

T = TypeVar("T")

_MOST_KNOWN = 512
"""Searches of which is known how many hits each block of some table has; a few bytes a block."""
_MOST_LATELY, _FEW_EDITS = 8, 10_000
"""Of the last searches the places of edits are kept, where those are not too many."""
_MOST_AT_ONCE = 4
"""Searches that read at a time: each holds some of its table meanwhile."""
_Key = tuple[str, str | None, bool, int]


@dataclass(frozen=True)
class Looking:
    """What is looked for: rows that have this text, as `findable` gives it, those that somebody has changed, or both.

    `edited` are the places of all changed rows of the table, after its `edits` first changes, and `found` those whose
    new text has what is looked for.
    """

    text: str | None
    only_edited: bool = False
    edits: int = 0
    edited: frozenset[str] = frozenset()
    found: frozenset[str] = frozenset()

    @property
    def key(self) -> tuple[str | None, bool, int]:
        """The same for the same hits in the same table."""
        return self.text, self.only_edited, self.edits

    def which(self, block: Folded) -> list[int]:
        """The rows of a block that are looked for, by their places in it, in order."""
        made = [] if self.text is None else block.having(self.text.encode())
        if not self.edited:
            return [] if self.only_edited else made
        changed = {
            at: place for at, place in enumerate(block.places.decode().split("\n")) if place in self.edited
        }
        hits = {at for at, place in changed.items() if self.text is None or place in self.found}
        if not self.only_edited:
            hits.update(set(made).difference(changed))
        return sorted(hits)

    def how_many(self, block: Folded) -> int:
        """Of this block."""
        return len(self.which(block))

    def hits(self, rows: Rows) -> Rows:
        """The rows that are looked for."""
        return [rows[at] for at in self.which(folded(rows))]


class SentenceSearch:
    """The first look at a table reads all of it, once for all who look for whatever in it; what comes after reads the
    rows that are asked for. Who looks for the same meanwhile waits for the same look."""

    def __init__(self, tables: SentenceTables) -> None:
        self._tables = tables
        self._folded = FoldedTables(tables)
        self._known = OrderedDict[_Key, list[int]]()
        self._lately = OrderedDict[_Key, Looking]()
        self._places = asyncio.Semaphore(_MOST_AT_ONCE)
        self._looks = dict[_Key, asyncio.Task[list[int]]]()

    async def looking(
        self, session: AsyncSession, job: JobRow, text: str | None, *, only_edited: bool
    ) -> Looking:
        """For this text, as `findable` gives it, in the job's sentences as they are changed by now."""
        key = (job.id, text, only_edited, job.edits)
        looking = self._lately.pop(key, None) or await _read_looking(
            session, job, text, only_edited=only_edited
        )
        if len(looking.edited) <= _FEW_EDITS:
            self._lately[key] = looking
            _forget_first(self._lately, _MOST_LATELY)
        return looking

    async def page(self, table: Table, looking: Looking, offset: int, limit: int) -> tuple[Rows, int]:
        """So many hits, as they were made, from that one on, counted from 0, and how many there are in all."""
        counts = await self._counts(table, looking)
        ends = list(accumulate(counts))
        first = bisect_right(ends, offset)
        last = bisect_left(ends, offset + limit)
        numbers = [number for number in range(first, min(last + 1, len(counts))) if counts[number]]
        before = ends[first - 1] if first else 0
        found: Rows = []
        async with self._places:
            only = await self._which(table, numbers, looking)
            work = looking.hits if only is None else as_they_are
            async for _, rows in self._tables.each(table, numbers, work, only):
                found += rows
        return found[offset - before :][:limit], ends[-1]

    async def before(self, table: Table, looking: Looking | None, place: Place) -> int:
        """How many rows, or hits, begin before this place."""
        numbers = table.near(place)
        counts = [block.rows for block in table.blocks]
        if looking is not None:
            counts = await self._counts(table, looking)
        ahead = sum(counts[: numbers.start])
        async for _, count in self._tables.each(table, numbers, partial(_how_many_before, place, looking)):
            ahead += count
        return ahead

    async def _counts(self, table: Table, looking: Looking) -> list[int]:
        """Of each block."""
        counts = list[int]()
        for blob, numbers in groupby(range(len(table.blocks)), key=lambda number: table.blocks[number].blob):
            counts += await self._of_blob(table, blob, list(numbers), looking)
        return counts

    async def _of_blob(self, table: Table, blob: str, numbers: Sequence[int], looking: Looking) -> list[int]:
        key = (blob, *looking.key)
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
            return known
        look = self._looks.get(key)
        if look is None:
            look = self._looks[key] = asyncio.create_task(self._look(table, blob, numbers, looking))
            look.add_done_callback(lambda _: self._looks.pop(key, None))
        # Who goes away does not end the look of those who wait for it, too.
        counts = await asyncio.shield(look)
        self._known[key] = counts
        _forget_first(self._known, _MOST_KNOWN)
        return counts

    async def _look(self, table: Table, blob: str, numbers: Sequence[int], looking: Looking) -> list[int]:
        blocks = await self._folded.of(table, blob, numbers)
        if blocks is not None:
            return await self._tables.in_turn(lambda: [looking.how_many(each) for each in blocks])
        async with self._places:
            each = self._tables.each(table, numbers, lambda rows: looking.how_many(folded(rows)))
            return [count async for _, count in each]

    async def _which(self, table: Table, numbers: Sequence[int], looking: Looking) -> Which | None:
        """The hits in these blocks, by their places there; None where not all of them are at hand."""
        blocks = dict[int, Folded]()
        for number in numbers:
            kept = self._folded.kept(table.blocks[number].blob)
            if kept is None:
                return None
            blocks[number] = kept[number if table.whole else 0]
        return await self._tables.in_turn(
            lambda: {number: looking.which(block) for number, block in blocks.items()}
        )


async def _read_looking(
    session: AsyncSession, job: JobRow, text: str | None, *, only_edited: bool
) -> Looking:
    places, found = set[str](), set[str]()
    async for edits in edited_places(session, job):
        places.update(place for place, _ in edits)
        if text is not None:
            plain = await asyncio.to_thread(findable_all, [each for _, each in edits])
            found.update(place for (place, _), each in zip(edits, plain, strict=True) if text in each)
    return Looking(text, only_edited, job.edits, frozenset(places), frozenset(found))


def _how_many_before(place: Place, looking: Looking | None, rows: Rows) -> int:
    hits = rows if looking is None else looking.hits(rows)
    return sum((place_of(row["id"]) or place) < place for row in hits)


def _forget_first(kept: OrderedDict[_Key, T], most: int) -> None:
    while len(kept) > most:
        kept.popitem(last=False)
