"""Which chunks of a book something is of: said wherever rows are taken away and not all are there."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

_MOST_RANGES = 4
"""In words that people read: of a book with more gaps it is said how many chunks are there."""


@dataclass(frozen=True)
class Coverage:
    """`ranges` are the first and last numbers of the chunks that are there, in order, of `total`, from 1."""

    ranges: tuple[tuple[int, int], ...]
    total: int

    @classmethod
    def of(cls, chunks: Iterable[int], total: int) -> Self:
        """Of these chunks."""
        ranges = list[tuple[int, int]]()
        for chunk in sorted(chunks):
            if ranges and chunk == ranges[-1][1] + 1:
                ranges[-1] = ranges[-1][0], chunk
            else:
                ranges.append((chunk, chunk))
        return cls(tuple(ranges), total)

    @property
    def is_all(self) -> bool:
        """Whether none lacks."""
        return self._count == self.total

    @property
    def header(self) -> str:
        """As the header `Headway-Chunks` has it: `1-4,6-12/23`."""
        return f"{','.join(map(_range, self.ranges))}/{self.total}"

    @property
    def name(self) -> str:
        """As the name of a file says it: `chunks 1-4, 6-12 of 23`, or `11 of 23 chunks` where there are many gaps."""
        if len(self.ranges) > _MOST_RANGES:
            return f"{self._count} of {self.total} chunks"
        word = "chunk" if self._count == 1 else "chunks"
        return f"{word} {', '.join(map(_range, self.ranges))} of {self.total}"

    @property
    def _count(self) -> int:
        return sum(last - first + 1 for first, last in self.ranges)


def _range(ends: tuple[int, int]) -> str:
    first, last = ends
    return str(first) if first == last else f"{first}-{last}"
