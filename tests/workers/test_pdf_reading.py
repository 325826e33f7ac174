"""Reading the text layer of PDF pages: order, boxes, Markdown, and whether it can be used."""

from pathlib import Path

import pytest

from service.domain.json import JsonObject
from tests.support import pdf_files
from workers.engines.pdf.child import extract_pdf, inspect, render
from workers.engines.pdf.mupdf import pymupdf
from workers.engines.pdf.reading import read_text


def saved(tmp_path: Path, content: bytes) -> str:
    path = tmp_path / "document"
    path.write_bytes(content)
    return str(path)


def pages_of(tmp_path: Path, content: bytes) -> list[JsonObject]:
    path = saved(tmp_path, content)
    count = next(inspect(path))["page_count"]
    return list(read_text(path, range(1, count + 1)))


def test_all_words_arrive_in_order(tmp_path: Path) -> None:
    texts = [pdf_files.words(300, seed) for seed in range(3)]
    pages = pages_of(tmp_path, pdf_files.text_pdf(*texts))
    assert [page["text"].split() for page in pages] == [text.split() for text in texts]
    assert [page["number"] for page in pages] == [1, 2, 3]
    assert [" ".join(page["markdown"].split()) for page in pages] == texts


def test_the_page_model_has_sizes_and_lines_with_boxes(tmp_path: Path) -> None:
    [page] = pages_of(tmp_path, pdf_files.text_pdf("One line of text"))
    assert (page["width"], page["height"], page["rotation"]) == (595.0, 842.0, 0)
    assert (page["route"], page["engine"], page["usable"], page["blank"]) == ("text", "pymupdf", True, False)
    [line] = page["lines"]
    x0, y0, x1, y1 = line["box"]
    assert line["text"] == "One line of text" and line["confidence"] == 1.0
    assert 71 < x0 < 73 and 68 < y0 < 76 and 145 < x1 < 165 and 80 < y1 < 92


def test_boxes_are_as_shown_on_a_rotated_page(tmp_path: Path) -> None:
    [page] = pages_of(tmp_path, pdf_files.text_pdf("One line of text", rotation=90))
    assert (page["width"], page["height"], page["rotation"]) == (842.0, 595.0, 90)
    x0, y0, x1, y1 = page["lines"][0]["box"]
    assert x1 - x0 < y1 - y0  # it runs down the page now
    assert x0 > 750 and x1 < 775 and 71 < y0 < 73


def test_what_is_drawn_beyond_the_edges_of_a_page_is_not_read(tmp_path: Path) -> None:
    document = pymupdf.open()
    page = document.new_page()
    page.insert_text((72, 100), "This is on the page")
    page.insert_text((560, 200), "cut and gone")
    page.insert_text((700, 300), "far out")
    page.insert_text((-200, 400), "before it")
    [read] = pages_of(tmp_path, document.tobytes())
    assert read["text"].split("\n\n") == ["This is on the page", "cut and"]
    page.set_cropbox(pymupdf.Rect(0, 150, 595, 842))
    [read] = pages_of(tmp_path, document.tobytes())
    assert read["text"] == "cut and"


def test_columns_drawn_in_disorder_are_read_one_after_the_other(tmp_path: Path) -> None:
    document = pymupdf.open()
    page = document.new_page()
    places = {"six": (310, 400), "one": (72, 100), "four": (310, 100), "two": (72, 250), "five": (310, 250)}
    for word, place in (places | {"three": (72, 400), "zero": (72, 60)}).items():
        page.insert_text(place, f"{word} and then some more words")
    [read] = pages_of(tmp_path, document.tobytes())
    assert read["text"].split()[::6] == ["zero", "one", "two", "three", "four", "five", "six"]


def test_a_form_drawn_in_disorder_is_read_row_by_row(tmp_path: Path) -> None:
    document = pymupdf.open()
    page = document.new_page()
    for x, y, text in ((200, 160, "9074729"), (72, 160, "IMO"), (200, 100, "Aurora"), (72, 100, "Name")):
        page.insert_text((x, y), text)
    [read] = pages_of(tmp_path, document.tobytes())
    assert read["text"].split() == ["Name", "Aurora", "IMO", "9074729"]


def test_markdown_has_headings_lists_and_ruled_tables(tmp_path: Path) -> None:
    document = pymupdf.open()
    page = document.new_page()
    page.insert_text((72, 80), "A large heading", fontsize=24)
    page.insert_text((72, 130), "An ordinary line of the text that follows it", fontsize=11)
    page.insert_text((72, 160), ["• first thing", "• second thing"], fontsize=11)
    for row, cells in enumerate((("Name", "Number"), ("Aurora", "9074729"), ("Boreas", "1234567"))):
        page.draw_line((72, 250 + row * 20), (300, 250 + row * 20))
        for column, cell in enumerate(cells):
            page.insert_text((76 + column * 114, 264 + row * 20), cell, fontsize=11)
    page.draw_line((72, 310), (300, 310))
    for x in (72, 186, 300):
        page.draw_line((x, 250), (x, 310))
    page.insert_text((72, 350), "The last line of the text", fontsize=11)
    [read] = pages_of(tmp_path, document.tobytes())
    assert read["markdown"] == (
        "# A large heading\n\nAn ordinary line of the text that follows it\n\n- first thing\n- second thing\n\n"
        "| Name | Number |\n| --- | --- |\n| Aurora | 9074729 |\n| Boreas | 1234567 |\n\n"
        "The last line of the text"
    )


def test_frames_seals_and_underlines_are_not_tables(tmp_path: Path) -> None:
    document = pymupdf.open()
    page = document.new_page()
    for inset in (20, 25, 30):
        page.draw_rect((inset, inset, 595 - inset, 842 - inset))
    page.draw_circle((300, 600), 40)
    page.draw_line((72, 300), (300, 300))
    page.draw_line((72, 400), (300, 400))
    page.insert_text((72, 100), "Words in a frame")
    [read] = pages_of(tmp_path, document.tobytes())
    assert read["markdown"] == "Words in a frame"


def test_scans_and_blank_pages_are_told_from_text(tmp_path: Path) -> None:
    content = pdf_files.mixed_pdf()
    pages = pages_of(tmp_path, content)
    assert [page["usable"] for page in pages] == [True, False, True, True]
    assert [page["blank"] for page in pages] == [False, False, False, True]
    assert next(inspect(saved(tmp_path, content)))["routes"] == "tott"


def test_junk_in_place_of_text_is_not_usable(tmp_path: Path) -> None:
    document = pymupdf.open()
    page = document.new_page()
    writer = pymupdf.TextWriter(page.rect)
    writer.append((72, 100), "\ue001\ue002\ue003 \ue004\ue005 ab", font=pymupdf.Font("helv"))
    writer.write_text(page)
    [read] = pages_of(tmp_path, document.tobytes())
    assert read["usable"] is False


def test_a_page_that_is_not_there_fails_alone(tmp_path: Path) -> None:
    path = saved(tmp_path, pdf_files.text_pdf("one", "two"))
    items = list(read_text(path, [1, 7, 2]))
    assert [item.get("text") for item in items] == ["one", None, "two"]
    assert items[1] == {"number": 7, "failed": {"code": "page_missing", "params": {"page": 7}}}


def test_rendering_gives_upright_pixels_of_the_size_asked_for(tmp_path: Path) -> None:
    path = saved(tmp_path, pdf_files.text_pdf("text", rotation=90))
    [gray] = render(path, [1], dpi=72)
    assert (gray["width_px"], gray["height_px"], gray["channels"]) == (842, 595, 1)
    assert len(gray["blob"]) == 842 * 595
    [colour] = render(path, [1], dpi=72, pixel_format="rgb")
    assert len(colour["blob"]) == 842 * 595 * 3
    [picture] = render(path, [1], width_px=400, pixel_format="png")
    assert picture["width_px"] == 400 and picture["blob"].startswith(b"\x89PNG")


def test_too_many_megapixels_lower_the_resolution(tmp_path: Path) -> None:
    [page] = render(saved(tmp_path, pdf_files.text_pdf("text")), [1], dpi=600, megapixels=4)
    assert 3.8e6 < page["width_px"] * page["height_px"] <= 4e6
    assert page["dpi"] < 600


def test_a_page_past_all_limits_is_refused_by_itself(tmp_path: Path) -> None:
    path = saved(tmp_path, pdf_files.giant_page_pdf(1_000_000))
    [page] = render(path, [1])
    assert page["failed"]["code"] == "page_too_large"
    assert page["failed"]["params"] == {"page": 1, "width_pt": 1_000_000, "height_pt": 1_000_000}


@pytest.mark.parametrize("pages", [[2], [1, 2, 3], [3, 1]])
def test_cutting_pages_out_gives_a_small_pdf_of_them(tmp_path: Path, pages: list[int]) -> None:
    path = saved(tmp_path, pdf_files.text_pdf("one", "two", "three", "four"))
    [cut] = extract_pdf(path, pages)
    names = ["one", "two", "three", "four"]
    read = [page["text"] for page in read_text(saved(tmp_path, cut["blob"]), range(1, len(pages) + 1))]
    assert read == [names[number - 1] for number in pages]
