"""Columns of a page."""

import itertools
from collections.abc import Iterator, Sequence

from workers.engines.page import Line

Numbered = tuple[int, Line]
"""A line with a number of its own, such as the offset at which it begins in the page's text."""


def columns_of(lines: Sequence[Numbered]) -> Iterator[list[Numbered]]:
    """Lines that stand below each other: where reading goes on above and to the right, there is another column."""
    if not lines:
        return
    column = [lines[0]]
    for before, following in itertools.pairwise(lines):
        left, top, _, _ = before[1].box
        x0, _, _, y1 = following[1].box
        if y1 <= top and x0 > left:
            yield column
            column = []
        column.append(following)
    yield column
