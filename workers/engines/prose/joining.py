"""Sentences that are too short to stand alone join their neighbour in the paragraph where that may be so long."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from workers.engines.prose.seams import Row
from workers.engines.prose.words import how_many


def joined(rows: Iterable[Row], fewest: int, most: int) -> Iterator[Row]:
    """The rows; one with fewer than `fewest` words joins the one before, else the one after, if that then has at most
    `most` in the piece that grows. What no neighbour can take stays as it is, so that nothing is lost."""
    before: Row | None = None
    for each in rows:
        row = each
        if before is None:
            before = row
            continue
        together = None
        if not row.opens and (how_many(row.text) < fewest or how_many(before.text) < fewest):
            together = _together(before, row, most)
        if together is None:
            yield before
            before = row
        else:
            before = together
    if before is not None:
        yield before


def _together(before: Row, row: Row, most: int) -> Row | None:
    seam = f"{before.pieces[-1]} {row.pieces[0]}"
    if how_many(seam) > most:
        return None
    return replace(
        before,
        text=f"{before.text} {row.text}",
        end=row.end,
        pieces=(*before.pieces[:-1], seam, *row.pieces[1:]),
        runs=(),
    )
