"""Sentences that are too short to stand alone join their neighbour in the paragraph where that may be so long."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from service.domain.sentences import how_many
from workers.engines.prose.seams import Row


class Joining:
    """One with fewer than `fewest` words joins the one before, else the one after, if the piece that grows then has at
    most `most`. What no neighbour can take stays as it is, so that nothing is lost. Rows without pieces go."""

    def __init__(self, fewest: int, most: int) -> None:
        self._fewest = fewest
        self._most = most
        self._before: Row | None = None
        self._opens = False

    def take(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows that are settled; the last of them waits for what may join it."""
        for each in rows:
            if not each.pieces:
                self._opens |= each.opens
                continue
            row = replace(each, opens=True) if self._opens else each
            self._opens = False
            together = None if self._before is None else self._together(self._before, row)
            if together is None and self._before is not None:
                yield self._before
            self._before = together or row

    def rest(self) -> Iterator[Row]:
        """What was still waiting."""
        if self._before is not None:
            yield self._before
            self._before = None

    def _together(self, before: Row, row: Row) -> Row | None:
        if row.opens or min(how_many(row.text), how_many(before.text)) >= self._fewest:
            return None
        seam = f"{before.pieces[-1]} {row.pieces[0]}"
        if how_many(seam) > self._most:
            return None
        return replace(
            before,
            text=f"{before.text} {row.text}",
            end=row.end,
            pieces=(*before.pieces[:-1], seam, *row.pieces[1:]),
            runs=(),
        )
