"""Reading order, rows, paragraphs and headings from lines that come in no order."""

import math
import random

from hypothesis import given
from hypothesis import strategies as st

from workers.engines.ocr.composing import composed
from workers.engines.ocr.layout import Fragment, arranged
from workers.engines.ocr.port import PageToRead
from workers.engines.page import Page

_LINE = "the tide turned and the ship"
_PAGE = PageToRead(1, 600, 800)


def _at(text: str, x: float, y: float, size: float = 10.0, angle: float = 0.0) -> Fragment:
    """A line of this type size with its top left here, the page turned about its middle by the angle (degrees)."""
    length, height = size * 0.5 * len(text), size * 1.2
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))

    def turned(px: float, py: float) -> tuple[float, float]:
        dx, dy = px - 300, py - 400
        return 300 + dx * cos - dy * sin, 400 + dx * sin + dy * cos

    top, bottom = y, y + height
    corners = (turned(x, top), turned(x + length, top), turned(x + length, bottom), turned(x, bottom))
    return Fragment(text, corners, 0.9)


def _read(*fragments: Fragment) -> Page:
    shuffled = list(fragments)
    random.Random(5).shuffle(shuffled)
    return composed(_PAGE, "rapidocr", arranged(shuffled))


def _column(x: float, word: str, rows: int = 6, angle: float = 0.0) -> list[Fragment]:
    return [_at(f"{word}{row} {_LINE}", x, 100 + 14 * row, angle=angle) for row in range(rows)]


def _words(page: Page, *begins: str) -> list[str]:
    return [word for word in page.text.split() if word.rstrip("0123456789") in begins]


@given(st.floats(-4, 4), st.sampled_from([0, 90, 180, 270]))
def test_rows_stay_in_order_however_the_page_lies(tilt: float, turn: int) -> None:
    """Any tilt a scanner makes, on any side."""
    page = _read(*_column(60, "row", rows=12, angle=turn + tilt))
    assert _words(page, "row") == [f"row{row}" for row in range(12)]


def test_columns_of_running_text_are_read_one_after_the_other() -> None:
    """Three of them, under a title that crosses them all."""
    title = _at("Trials at Sea and Other Hardships of the Year", 60, 60, size=18)
    page = _read(title, *_column(40, "a"), *_column(230, "b"), *_column(420, "c"))
    assert _words(page, "a", "b", "c") == [f"{column}{row}" for column in "abc" for row in range(6)]
    assert page.text.startswith("Trials")


def test_a_line_across_the_columns_parts_them() -> None:
    """What is above it is read first, in both columns."""
    above = [*_column(40, "a", 4), *_column(320, "b", 4)]
    across = _at("A heading in the middle that goes across both of the columns", 60, 170, size=12)
    below = [
        _at(f"{word}{row} {_LINE}", x, 100 + 14 * row)
        for row in range(7, 11)
        for word, x in (("c", 40), ("d", 320))
    ]
    text = _read(*above, across, *below).text
    places = [text.index(mark) for mark in ("a0", "a3", "b0", "b3", "heading", "c7", "c10", "d7", "d10")]
    assert places == sorted(places)


def test_a_form_is_read_row_by_row() -> None:
    """Names and values stand side by side: they are no columns of running text."""
    form = [
        ("Ship", "MV Aurora"),
        ("IMO number", "9074729"),
        ("Port of registry", "Bergen"),
        ("Tonnage", "4,250"),
    ]
    pieces = [
        _at(text, x, 100 + 20 * row)
        for row, pair in enumerate(form)
        for text, x in zip(pair, (60, 300), strict=True)
    ]
    assert _read(*pieces).text.splitlines() == [f"{name}  {value}" for name, value in form]


def test_a_gap_and_an_indent_begin_a_paragraph() -> None:
    """As books and as letters set them."""
    rows = [(60, 100), (60, 114), (60, 140), (60, 154), (75, 168), (60, 182)]
    page = _read(*(_at(f"{index} {_LINE}", x, y) for index, (x, y) in enumerate(rows)))
    assert [paragraph[0] for paragraph in page.text.split("\n\n")] == ["0", "2", "4"]


def test_large_type_is_a_heading_and_nothing_printed_becomes_markup() -> None:
    """Markdown says what is seen."""
    page = _read(
        _at("Certificate", 60, 60, size=20),
        *_column(60, "row"),
        _at("# of <b>crew</b> members aboard", 60, 300),
    )
    assert page.markdown.startswith("## Certificate\n\nrow0")
    assert page.markdown.endswith("\\# of &lt;b>crew&lt;/b> members aboard")


def test_a_word_broken_by_a_hyphen_is_whole_in_markdown() -> None:
    """The text keeps the lines as printed."""
    page = _read(_at("every hatch had its inspec-", 60, 100), _at("tion by hand and lamp", 60, 114))
    assert page.markdown == "every hatch had its inspection by hand and lamp"
    assert "inspec-\ntion" in page.text


@given(
    st.lists(st.tuples(st.text(min_size=1, max_size=9), st.floats(0, 600), st.floats(0, 800)), max_size=30)
)
def test_nothing_is_lost_or_said_twice(pieces: list[tuple[str, float, float]]) -> None:
    """However lines lie, each is in the page once."""
    fragments = [_at(text, x, y) for text, x, y in pieces]
    page = composed(_PAGE, "rapidocr", arranged(fragments))
    assert sorted(line.text for line in page.lines) == sorted(text for text, _, _ in pieces)
