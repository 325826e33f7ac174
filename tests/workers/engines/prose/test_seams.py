"""A book in chunks gives what the book gives."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.sentences import how_many
from tests.support.novels import Novel, novel
from workers.engines.page import Page
from workers.engines.prose.chunks import Chunk, chunks_of, size_for
from workers.engines.prose.joining import Joining
from workers.engines.prose.margins import Edges, Margins, margins_of
from workers.engines.prose.pieces import pieces_of
from workers.engines.prose.seams import Row, Seams, own_sentences
from workers.engines.prose.sentences import Sentence, sentences_of

_NO_ENDS = str.maketrans(dict.fromkeys(".!?…—-", " "))


def row(sentence: Sentence, *, near: bool = True) -> Row:
    written = sentence.written
    pieces = [written.text[a:b] for a, b in pieces_of(written.text, 8, written.breaks)]
    return Row.of(sentence, pieces, is_near_seam=near)


def whole(book: Novel, margins: Margins) -> list[Row]:
    return [row(each) for each in sentences_of(book.pages, margins)]


def in_chunks(book: Novel, margins: Margins, size: int, overlap: int) -> list[Row]:
    seams, rows = Seams(8), list[Row]()
    for chunk in chunks_of([page.number for page in book.pages], size, overlap):
        read = {chunk.before, *chunk.pages}
        pages = [page for page in book.pages if page.number in read]
        near = chunk.pages[0] + overlap
        own = own_sentences(sentences_of(pages, margins), chunk)
        rows += seams.take(Row.from_json(row(each, near=each.start[0] < near).json(), 1) for each in own)
    return rows


def told(rows: list[Row]) -> list[tuple[object, ...]]:
    return [(each.text, each.start, each.end, each.opens, each.is_spoken, each.pieces) for each in rows]


def test_a_novel_is_read_sentence_by_sentence() -> None:
    book = novel(40, seed=7)
    margins = margins_of(Edges.of(page) for page in book.pages)
    assert [each.text for each in whole(book, margins)] == book.sentences


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 50), size=st.integers(3, 10), overlap=st.integers(1, 4))
def test_chunks_of_any_size_give_what_the_whole_gives(seed: int, size: int, overlap: int) -> None:
    overlap = min(overlap, size - 1)
    book = novel(14, seed)
    margins = margins_of(Edges.of(page) for page in book.pages)
    assert told(in_chunks(book, margins, size, overlap)) == told(whole(book, margins))


def test_a_sentence_longer_than_the_overlap_loses_and_repeats_no_word() -> None:
    book = novel(12, seed=3)
    endless = Novel([_without_ends(page) for page in book.pages])
    margins = Margins()
    words = " ".join(each.text for each in whole(endless, margins)).split()
    for size, overlap in ((4, 1), (5, 2), (3, 2)):
        rows = in_chunks(endless, margins, size, overlap)
        assert " ".join(each.text for each in rows).split() == words
        assert all(how_many(piece) <= 8 for each in rows for piece in each.pieces)


def _without_ends(page: Page) -> Page:
    """The page set full, in small letters and without a mark that ends a sentence."""
    lines = [
        replace(line, text=line.text.lower().translate(_NO_ENDS), box=(60.0, line.box[1], 408.0, line.box[3]))
        for line in page.lines[1:-1]
    ]
    return replace(page, lines=lines)


@given(pages=st.integers(1, 700), size=st.integers(2, 60), overlap=st.integers(0, 5))
def test_chunks_cover_all_pages_and_share_only_the_overlap(pages: int, size: int, overlap: int) -> None:
    overlap = min(overlap, size - 1)
    numbers = list(range(3, 3 + pages))
    chunks = chunks_of(numbers, size, overlap)
    assert [number for chunk in chunks for number in chunk.own] == numbers
    assert all(len(chunk.pages) <= size for chunk in chunks)
    for one, other in pairwise(chunks):
        assert set(one.pages) & set(other.pages) == set(other.pages[:overlap])
    assert [Chunk.from_json(chunk.json()) for chunk in chunks] == chunks


@pytest.mark.parametrize(("pages", "size"), [(1, 50), (100, 50), (101, 40), (300, 40), (301, 30), (619, 30)])
def test_longer_books_have_smaller_chunks(pages: int, size: int) -> None:
    assert size_for(pages) == size


def test_what_is_too_short_joins_its_neighbour_within_the_paragraph_and_none_is_lost() -> None:
    said = ("Non.", "Il partit sans un mot vers la grande ville.", "Seul.", "Tu.", "Elle resta.", "Rien.")
    opens = (True, False, True, True, False, False)
    rows = [
        Row(text, (1, at), (1, at + 1), first, is_spoken=False, pieces=(text,))
        for at, (text, first) in enumerate(zip(said, opens, strict=True))
    ]
    joining = Joining(2, 8)
    found = [*joining.take(rows[:3]), *joining.take(rows[3:]), *joining.rest()]
    assert [each.pieces for each in found] == [
        ("Non.",), ("Il partit sans un mot vers la grande ville.",), ("Seul.",), ("Tu. Elle resta. Rien.",),
    ]  # fmt: skip
    as_it_is = Joining(1, 8)
    assert [*as_it_is.take(rows), *as_it_is.rest()] == rows


def test_what_is_left_out_joins_nothing_and_leaves_the_paragraph_where_it_began() -> None:
    rows = [
        Row("— Oui.", (1, 0), (1, 6), opens=True, is_spoken=True, pieces=()),
        Row("Rien.", (1, 7), (1, 12), opens=False, is_spoken=False, pieces=("Rien.",)),
    ]
    before = Row("Il dit.", (0, 0), (0, 7), opens=True, is_spoken=False, pieces=("Il dit.",))
    joining = Joining(2, 8)
    found = [*joining.take([before, *rows]), *joining.rest()]
    assert [(each.text, each.opens) for each in found] == [("Il dit.", True), ("Rien.", True)]
