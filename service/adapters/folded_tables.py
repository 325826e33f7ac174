"""Tables as they are searched: read once for whoever searches them, and kept while they are searched."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass

from service.adapters.sentence_table import Rows, SentenceTables, Table
from service.domain.sentences import findable_all

_MOST_BYTES = 48 << 20
"""Of all that is kept: some twelve novels. What alone is longer is read anew by each look."""
_MOST_LONG = 512
_MOST_AT_ONCE = 2
"""Tables that are read at a time."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A block of rows: their texts, as `findable` gives them, and their ids, a line each; in UTF-8, which takes the
    least room, and in which text is found as in text."""

    texts: bytes
    places: bytes

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.texts) + len(self.places)

    def having(self, sought: bytes) -> list[int]:
        """The rows with this text, as `findable` gives it, by their places in the block."""
        if not self.places or sought not in self.texts:
            return []
        return [at for at, text in enumerate(self.texts.split(b"\n")) if sought in text]


def folded(rows: Rows) -> Folded:
    """The rows of a block."""
    texts = "\n".join(findable_all([row["text"] for row in rows]))
    return Folded(texts.encode(), "\n".join(row["id"] for row in rows).encode())


class FoldedTables:
    """The blocks of tables, by the blob that they stand in, which never changes."""

    def __init__(self, tables: SentenceTables) -> None:
        self._tables = tables
        self._kept = OrderedDict[str, list[Folded]]()
        self._bytes = 0
        self._long = OrderedDict[str, None]()
        self._readings = dict[str, asyncio.Task[list[Folded] | None]]()
        self._places = asyncio.Semaphore(_MOST_AT_ONCE)

    def kept(self, blob: str) -> list[Folded] | None:
        """All blocks of this blob, where they are at hand."""
        if blob in self._kept:
            self._kept.move_to_end(blob)
        return self._kept.get(blob)

    async def of(self, table: Table, blob: str, numbers: Sequence[int]) -> list[Folded] | None:
        """The blocks of this blob, which have these numbers in the table; None where they are too long to be kept.

        Who wants them while they are read waits for that; who goes away does not end it for the others.
        """
        kept = self.kept(blob)
        if kept is not None or blob in self._long:
            return kept
        reading = self._readings.get(blob)
        if reading is None:
            reading = self._readings[blob] = asyncio.create_task(self._read(table, blob, numbers))
            reading.add_done_callback(lambda _: self._readings.pop(blob, None))
        return await asyncio.shield(reading)

    async def _read(self, table: Table, blob: str, numbers: Sequence[int]) -> list[Folded] | None:
        blocks, size = list[Folded](), 0
        async with self._places, aclosing(self._tables.each(table, numbers, folded)) as found:
            async for _, block in found:
                blocks.append(block)
                size += block.size
                if size > _MOST_BYTES:
                    self._long[blob] = None
                    if len(self._long) > _MOST_LONG:
                        self._long.popitem(last=False)
                    return None
        self._kept[blob] = blocks
        self._bytes += size
        while self._bytes > _MOST_BYTES:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= sum(each.size for each in gone)
        return blocks
