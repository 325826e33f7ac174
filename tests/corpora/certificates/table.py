"""Which certificates there are: how each is laid out, written, worn and stored."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Final, TypeVar, cast

from tests.corpora.certificates.apart import LAYOUTS as APART
from tests.corpora.certificates.kinds import KINDS
from tests.corpora.certificates.known import LAYOUTS as KNOWN
from tests.corpora.certificates.truth import Language, MediaKind, Quality

T = TypeVar("T")

_COUNTS: Final[tuple[tuple[Quality, bool, int], ...]] = (
    ("digital", False, 58), ("digital", True, 22),
    ("good", False, 29), ("good", True, 11),
    ("fair", False, 29), ("fair", True, 11),
    ("poor", False, 29), ("poor", True, 11),
)  # fmt: skip
"""How many of each quality, in layouts that are held apart and others; digital and good ones have each layout."""

_LANGUAGES: Final[tuple[Language, ...]] = (
    "en",
    "en",
    "vi-en",
    "en",
    "en",
    "en",
    "vi-en",
    "en",
    "en",
    "vi-en",
    "en",
)
_PAGES: Final = (1, 2, 1, 1, 3, 1, 2, 1, 2, 1, 4, 1)
_MEDIA: Final[tuple[MediaKind, ...]] = ("pdf", "jpeg", "pdf", "png", "pdf", "jpeg", "pdf", "pdf")
_TURNS: Final = (0, 0, 90, 0, 0, 0, 0, 180, 0, 0, 0, 0, 270, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Row:
    """One document; `turned` is how many degrees clockwise its scan lies wrongly."""

    number: int
    layout: str
    apart: bool
    language: Language
    kind: str
    quality: Quality
    media: MediaKind
    pages: int
    turned: int


def rows(seed: int) -> tuple[Row, ...]:
    """The 200 documents of a seed, mixed, numbered from 1: any first so many of them are spread like all."""
    dice = random.Random(seed)
    made: list[Row] = []
    kinds = cycle(_shuffled(dice, (kind.code for kind in KINDS)))
    turns = {True: cycle(APART), False: cycle(KNOWN)}
    for quality, apart, count in _COUNTS:
        layouts = _shuffled(dice, islice(turns[apart], count))
        languages = _shuffled(dice, (_LANGUAGES[index % len(_LANGUAGES)] for index in range(count)))
        for index, (layout, language) in enumerate(zip(layouts, languages, strict=True)):
            media: MediaKind = "pdf" if quality == "digital" else _MEDIA[index % len(_MEDIA)]
            pages = _PAGES[index % len(_PAGES)] if media == "pdf" else 1
            turned = 0 if quality == "digital" else _TURNS[index % len(_TURNS)]
            made.append(
                Row(0, layout, apart, cast("Language", language), next(kinds), quality, media, pages, turned)
            )
    return tuple(_numbered(_shuffled(dice, made)))


def _numbered(mixed: list[Row]) -> Iterator[Row]:
    for number, row in enumerate(mixed, 1):
        yield Row(
            number,
            row.layout,
            row.apart,
            row.language,
            row.kind,
            row.quality,
            row.media,
            row.pages,
            row.turned,
        )


def _shuffled(dice: random.Random, things: Iterable[T]) -> list[T]:
    mixed = list(things)
    dice.shuffle(mixed)
    return mixed
