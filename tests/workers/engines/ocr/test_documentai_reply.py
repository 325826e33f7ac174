"""Document AI's answers as pages: what the simulator's well-behaved ones do not show."""

import math
from typing import Any

import numpy as np
import pytest
from google.cloud import documentai_v1 as documentai

from workers.engines.ocr.documentai_reply import pages_of
from workers.engines.ocr.port import PageToRead
from workers.engines.page import Page

_Layout = documentai.Document.Page.Layout
_WIDTH, _HEIGHT = 600.0, 800.0


def _line(*segments: tuple[int, int], corners: list[tuple[float, float]] | None = None) -> dict[str, Any]:
    spots = corners or [(0.1, 0.1), (0.5, 0.1), (0.5, 0.12), (0.1, 0.12)]
    return {
        "layout": {
            "text_anchor": {"text_segments": [{"start_index": a, "end_index": b} for a, b in segments]},
            "confidence": 0.9,
            "bounding_poly": {"normalized_vertices": [{"x": x, "y": y} for x, y in spots]},
        }
    }


def _read(text: str, **page: Any) -> Page:
    page = {"page_number": 1, "dimension": {"width": 1200, "height": 1600}, **page}
    document = documentai.Document(text=text, pages=[page])
    (read,) = pages_of(documentai.Document.pb(document), [PageToRead(3, _WIDTH, _HEIGHT)])
    return read


def test_an_anchor_of_several_segments_is_one_line() -> None:
    """Pieces from different places of the text, in the order given."""
    read = _read("alpha beta gamma", lines=[_line((0, 6), (11, 16))], paragraphs=[_line((0, 16))])
    assert [line.text for line in read.lines] == ["alpha gamma"]


def test_absolute_corners_are_pixels_of_the_page_image() -> None:
    """They become points by the page's dimension."""
    line = _line((0, 5))
    spots = [(120, 160), (600, 160), (600, 192), (120, 192)]
    line["layout"]["bounding_poly"] = {"vertices": [{"x": x, "y": y} for x, y in spots]}
    assert _read("alpha", lines=[line]).lines[0].box == pytest.approx((60, 80, 300, 96))


def test_paragraphs_order_the_lines_by_the_text() -> None:
    """The service's reading order is kept, whatever the order of its lines; a line outside of all is kept too."""
    text = "one\ntwo\nthree\nfour\n"
    lines = [_line((8, 14)), _line((4, 8)), _line((0, 4)), _line((14, 19))]
    read = _read(text, lines=lines, paragraphs=[_line((4, 8)), _line((8, 19))])
    assert read.text == "one\n\ntwo\n\nthree\nfour"


def test_pages_out_of_order_are_put_in_order() -> None:
    """By their own numbers; numbers asked for are kept."""
    pages = [{"page_number": 2, "lines": [_line((4, 8))]}, {"page_number": 1, "lines": [_line((0, 4))]}]
    document = documentai.Document(text="one two ", pages=pages)
    asked = [PageToRead(8, _WIDTH, _HEIGHT), PageToRead(9, _WIDTH, _HEIGHT)]
    read = pages_of(documentai.Document.pb(document), asked)
    assert [(page.number, page.text) for page in read] == [(8, "one"), (9, "two")]


def test_an_empty_page_is_an_empty_page() -> None:
    """No lines are no failure."""
    read = _read("")
    assert (read.text, read.lines) == ("", [])


def test_without_paragraphs_lines_are_arranged_by_their_boxes() -> None:
    """Some processors give none."""
    lower = [(0.1, 0.2), (0.5, 0.2), (0.5, 0.22), (0.1, 0.22)]
    read = _read("lower upper", lines=[_line((0, 6), corners=lower), _line((6, 11))])
    assert read.text.split() == ["upper", "lower"]


@pytest.mark.parametrize("degrees", [0.0, 1.5, -2.0, 90.0, 180.0, 270.0])
def test_a_page_that_the_service_turned_is_turned_back(degrees: float) -> None:
    """Boxes lie in the page as shown, not in the service's straightened copy of it."""
    spot = np.array([150.0, 200.0])
    transform, (width, height) = _straightening(degrees)
    x, y = (transform @ [*(spot * 2), 1.0])[:2] / (width, height)
    tiny = 1e-4
    corners = [(x, y), (x + tiny, y), (x + tiny, y + tiny), (x, y + tiny)]
    matrix = {"rows": 2, "cols": 3, "type_": 6, "data": transform.astype(np.float64).tobytes()}
    dimension = {"width": width, "height": height}
    read = _read("alpha", lines=[_line((0, 5), corners=corners)], transforms=[matrix], dimension=dimension)
    x0, y0, x1, y1 = read.lines[0].box
    assert ((x0 + x1) / 2, (y0 + y1) / 2) == pytest.approx(tuple(spot), abs=0.5)


def _straightening(degrees: float) -> tuple[Any, tuple[float, float]]:
    """The matrix that turns a page of 2 pixels a point by so much into a picture that holds all of it."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    turn = np.array([[cos, -sin], [sin, cos]])
    corners = turn @ np.array([[0, 1200, 1200, 0], [0, 0, 1600, 1600]])
    least, most = corners.min(axis=1), corners.max(axis=1)
    return np.column_stack([turn, -least]), tuple(most - least)
