"""A book in chunks of pages that overlap, so that they can be worked on side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from service.domain.json import JsonObject

OVERLAP = 2
_SIZES = ((100, 50), (300, 40))
_SIZE_BEYOND = 30


@dataclass(frozen=True, slots=True)
class Chunk:
    """Pages by number, the last of which the next chunk has too.

    `before` is a page that only says how the first one goes on, and `until` the page with which the next chunk begins:
    what begins there or later is that one's. None where there is no such page.
    """

    pages: tuple[int, ...]
    before: int | None
    until: int | None

    @property
    def own(self) -> tuple[int, ...]:
        """The pages of which no other chunk speaks."""
        return tuple(page for page in self.pages if self.until is None or page < self.until)

    def json(self) -> JsonObject:
        """As a step's input."""
        return {
            "pages": list(self.own),
            "reads": list(self.pages),
            "before": self.before,
            "until": self.until,
        }

    @classmethod
    def from_json(cls, value: JsonObject) -> Self:
        """What `json()` wrote."""
        return cls(tuple(value["reads"]), value["before"], value["until"])


def size_for(pages: int) -> int:
    """How many pages a chunk has, by how many there are: the longer a book, the more hands it should have."""
    return next((size for most, size in _SIZES if pages <= most), _SIZE_BEYOND)


def chunks_of(pages: Sequence[int], size: int, overlap: int = OVERLAP) -> list[Chunk]:
    """Chunks of at most `size` pages, each with the `overlap` first pages of the next, which is less than its size."""
    stride = size - overlap
    starts = list(range(0, max(1, len(pages) - overlap), stride))
    return [
        Chunk(
            pages=tuple(pages[start : start + size]),
            before=pages[start - 1] if start else None,
            until=pages[start + stride] if number + 1 < len(starts) else None,
        )
        for number, start in enumerate(starts)
    ]
