"""Heads of a PDF that change are left out by their place, and no line of the text is, wherever it stands."""

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.footnotes import BODY, Sheet, book, read, wrapped
from tests.support.novel_words import FRENCH
from tests.support.novels import novel
from workers.engines.prose.sentences import sentences_of

_LINES = 34
_TITLES = (
    "La lanterne du port", "Un soir de mars", "Le retour", "Ce que disait la pluie", "Les deux frères",
    "LA MAISON VIDE", "Au bord de l'eau", "Le moulin", "Minuit", "Où l'on part", "UNE LETTRE", "Le dernier été",
)  # fmt: skip


def prose(pages: int, seed: int) -> list[str]:
    """Lines of a text that goes on through its pages, each paragraph indented."""
    chosen, lines = random.Random(seed), list[str]()
    sentences = novel(pages, seed, heads=False, wording=FRENCH).sentences
    while sentences:
        many = chosen.choice((1, 2, 4, 7))
        first, *others = wrapped(" ".join(sentences[:many]), BODY, indent=16)
        lines += [f"  {first}", *others]
        del sentences[:many]
    return lines[: pages * _LINES]


def sheets(lines: Sequence[str]) -> list[Sheet]:
    return [Sheet(lines[at : at + _LINES]) for at in range(0, len(lines), _LINES)]


def heads_in(pages: Sequence[Sheet], folder: Path) -> list[str]:
    """What is left out of each page."""
    found, margins = read(book(pages), folder)
    return [
        " ".join(page.lines[index].text for index in sorted(margins.of(page.number))).strip()
        for page in found
    ]


@pytest.mark.parametrize("every", [1, 2, 3])
def test_heads_that_change_are_no_text(tmp_path: Path, every: int) -> None:
    pages = sheets(prose(24, seed=every))
    heads = [
        f"{_TITLES[at // every % len(_TITLES)]} {'i' * (at // (12 * every) + 1)}" for at in range(len(pages))
    ]
    meant = [replace(page, head=head) for page, head in zip(pages, heads, strict=True)]
    assert heads_in(meant, tmp_path) == heads
    assert "".join(_text(meant, tmp_path)) == "".join(_text(pages, tmp_path))


def _text(pages: Sequence[Sheet], folder: Path) -> list[str]:
    found, margins = read(book(pages), folder)
    return [f"{each.text}\n" for each in sentences_of(found, margins)]


def test_what_stands_beside_a_changing_head_goes_with_it(tmp_path: Path) -> None:
    pages = [
        replace(page, head=f"{first.upper()}{' ' * 20}{second.upper()}", number=f"– {at + 7} –")
        for at, (page, first, second) in enumerate(
            zip(sheets(prose(12, seed=4)), _TITLES, reversed(_TITLES), strict=False)
        )
    ]
    heads = heads_in(pages, tmp_path)
    assert all(
        first.upper() in head and str(at + 7) in head
        for at, (head, first) in enumerate(zip(heads, _TITLES, strict=False))
    )


def test_titles_where_chapters_begin_stay(tmp_path: Path) -> None:
    pages = sheets(prose(24, seed=5))
    for at, page in enumerate(pages):
        if at % 4:
            page.head = _TITLES[at // 4]
        else:
            page.lines = [_TITLES[at // 4], "", "", *page.lines[:-3]]
    heads = heads_in(pages, tmp_path)
    assert heads == [page.head for page in pages]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), top=st.sampled_from((36.0, 60.0)), spaced=st.booleans())
def test_a_book_without_heads_keeps_every_line(tmp_path: Path, seed: int, top: float, spaced: bool) -> None:
    """Paragraphs begin and end at page tops, and with `spaced` they stand apart from each other."""
    lines = list[str]()
    for line in prose(14, seed):
        lines += ["", line.strip()] if spaced and line.startswith("  ") else [line]
    pages = [replace(page, lines=_from_text(page.lines), top=top) for page in sheets(lines)]
    assert set(heads_in(pages, tmp_path)) == {""}


def _from_text(lines: Sequence[str]) -> Sequence[str]:
    return lines[1:] if lines and not lines[0] else lines


@pytest.mark.parametrize("body", [8, 30])
def test_a_title_on_each_page_of_poems_stays(tmp_path: Path, body: int) -> None:
    lines = [line.strip()[:40].strip(" ,;").capitalize() for line in prose(26, seed=body)]
    pages = [
        Sheet(
            [*lines[at * body : at * body + body - 1], f"Et {lines[-at - 1].lower()}."],
            head=f"{_TITLES[at % 12]} {'i' * (at // 12 + 1)}",
        )
        for at in range(20)
    ]
    assert set(heads_in(pages, tmp_path)) == {""}


def test_a_note_of_one_line_on_each_page_stays(tmp_path: Path) -> None:
    lines = prose(14, seed=9)
    pages = [
        Sheet(lines[at * 20 : at * 20 + 20], [f"{chosen} {title}"])
        for at, (chosen, title) in enumerate(
            zip((7, 3, 12, 4, 9, 5, 8, 2, 6, 30, 21, 14), _TITLES, strict=True)
        )
    ]
    assert set(heads_in(pages, tmp_path)) == {""}


def test_a_picture_book_keeps_its_lines(tmp_path: Path) -> None:
    pages = [Sheet(["et puis le chat partit"], head=title, number="vers la mer") for title in _TITLES]
    assert set(heads_in(pages, tmp_path)) <= {"", "vers la mer"}
