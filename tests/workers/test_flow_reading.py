"""Flowing documents: their structure survives in Markdown, their words in the laid-out PDF."""

import io
from pathlib import Path

import docx
import openpyxl
import pytest

from tests.support.documents import document, epub, zipped
from workers.engines.flow.child import convert
from workers.engines.pdf.child import render
from workers.engines.pdf.reading import read_text


def converted(tmp_path: Path, content: bytes, kind: str) -> tuple[str, str]:
    """Markdown, and the path of the derived PDF."""
    path = tmp_path / "document"
    path.write_bytes(content)
    items = list(convert(str(path), kind))
    derived = tmp_path / "derived.pdf"
    derived.write_bytes(b"".join(item.get("blob", b"") for item in items))
    return "".join(item.get("markdown", "") for item in items), str(derived)


def test_word_documents_keep_headings_lists_and_tables(tmp_path: Path) -> None:
    made = docx.Document()
    made.add_heading("The harbour", 1)
    made.add_paragraph("A paragraph.")
    made.add_paragraph("apples", style="List Bullet")
    made.add_paragraph("pears", style="List Bullet")
    made.add_heading("Steps", 2)
    made.add_paragraph("wake", style="List Number")
    made.add_paragraph("walk", style="List Number")
    table = made.add_table(rows=2, cols=2)
    for cell, text in zip((cell for row in table.rows for cell in row.cells), "abcd", strict=True):
        cell.text = text
    buffer = io.BytesIO()
    made.save(buffer)
    markdown, _ = converted(tmp_path, buffer.getvalue(), "docx")
    assert markdown == (
        "# The harbour\n\nA paragraph.\n\n- apples\n- pears\n\n## Steps\n\n1. wake\n2. walk\n\n"
        "| a | b |\n| --- | --- |\n| c | d |\n"
    )


def test_html_keeps_structure_and_hides_what_is_hidden(tmp_path: Path) -> None:
    page = """<h2>One &amp; two</h2><p>Some <em>marked</em> text<br>on two lines</p>
    <ol start="3"><li>three<ul><li>deep</li></ul></li><li>four</li></ol><pre>a  b\nc</pre>
    <p style="display: none">unseen</p><script>unseen()</script>
    <table><tr><th>x|y</th><th>z</th></tr><tr><td>1</td><td>2</td></tr></table>"""
    markdown, _ = converted(tmp_path, page.encode(), "html")
    assert markdown == (
        "## One & two\n\nSome marked text\non two lines\n\n3. three\n    - deep\n4. four\n\n```\na  b\nc\n```\n\n"
        "| x\\|y | z |\n| --- | --- |\n| 1 | 2 |\n"
    )


def test_a_workbook_gives_a_table_for_each_sheet(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    sheet = made.create_sheet("Prices", 0)
    for row in ([None, "name", "price"], [None, "apple", 1.5], [], [None, "pear", 2]):
        sheet.append(row)
    buffer = io.BytesIO()
    made.save(buffer)
    markdown, _ = converted(tmp_path, buffer.getvalue(), "xlsx")
    assert markdown.startswith(
        "## Prices\n\n| name | price |\n| --- | --- |\n| apple | 1.5 |\n| pear | 2 |\n"
    )


@pytest.mark.parametrize(
    "content",
    ["œuvre né à l’été".encode(each) for each in ("utf-8", "utf-16", "cp1252", "utf-16-le", "utf-16-be")],
)
def test_text_is_decoded_whatever_its_encoding(tmp_path: Path, content: bytes) -> None:
    assert converted(tmp_path, content, "txt")[0].strip() == "œuvre né à l’été"


@pytest.mark.parametrize("damaged", [b"\xff", b"\xc3"])
def test_a_damaged_byte_costs_no_other_letter(tmp_path: Path, damaged: bytes) -> None:
    text = "œuvre né à l’été, déjà " * 20
    content = text.encode() + damaged + b" fin"
    assert converted(tmp_path, content, "txt")[0].split() == [*text.split(), "\ufffd", "fin"]


def test_every_alphabet_is_read_back_from_the_laid_out_page(tmp_path: Path) -> None:
    text = "Đường phố Ελληνικά Русский 中文 한국어 العربية Microsoft שלום לכולם 12 ไทย हिन्दी ☺ → µ Ω end"
    _, derived = converted(tmp_path, text.encode(), "txt")
    [page] = read_text(derived, [1])
    assert page["text"].split() == text.split()


def test_a_word_wider_than_the_page_is_broken_for_the_eye_only(tmp_path: Path) -> None:
    word = "donaudampfschifffahrt" * 20
    _, derived = converted(tmp_path, f"before {word} after".encode(), "txt")
    [page] = read_text(derived, [1])
    assert page["text"].split() == ["before", word, "after"]


def test_a_wide_table_gets_a_wide_page_and_a_tall_cell_many(tmp_path: Path) -> None:
    wide = ";".join(f"column{number}" for number in range(60))
    _, derived = converted(tmp_path, f"{wide}\n{wide}".encode(), "csv")
    [page] = read_text(derived, [1])
    assert page["width"] > 2000 and len(page["text"].split()) == 120
    tall = "word " * 4000
    _, derived = converted(tmp_path, f"head;x\n{tall};y".encode(), "csv")
    pages = list(read_text(derived, range(1, 30)))
    assert sum(page.get("text", "").split().count("word") for page in pages) == 4000


def test_an_empty_page_of_nothing_is_still_a_page(tmp_path: Path) -> None:
    markdown, derived = converted(tmp_path, b" \n", "txt")
    assert markdown == ""
    assert [page["blank"] for page in read_text(derived, [1])] == [True]
    assert next(render(derived, [1], width_px=100, pixel_format="png"))["blob"].startswith(b"\x89PNG")


def test_a_book_is_read_in_the_order_of_its_spine(tmp_path: Path) -> None:
    content, words = document("epub")
    markdown, _ = converted(tmp_path, content, "epub")
    assert markdown.split()[:5] == words[:5]


def test_the_number_of_a_note_is_no_digit_of_the_word_before_it(tmp_path: Path) -> None:
    book = epub([["La ri&#173;vière<a><sup>12</sup></a>, le 1<sup>er</sup> mai, 10<sup>3</sup> fois."]])
    markdown, _ = converted(tmp_path, book, "epub")
    assert markdown.strip() == "La ri\u00advière¹², le 1er mai, 10³ fois."
    made, buffer = docx.Document(), io.BytesIO()
    paragraph = made.add_paragraph("La rivière")
    paragraph.add_run("12").font.superscript = True
    paragraph.add_run(", le 1")
    paragraph.add_run("er").font.superscript = True
    paragraph.add_run(" mai.")
    made.save(buffer)
    assert converted(tmp_path, buffer.getvalue(), "docx")[0].strip() == "La rivière¹², le 1er mai."


def test_a_chapter_that_the_spine_names_again_is_read_once(tmp_path: Path) -> None:
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="book.opf"/></rootfiles></container>'
    )
    items = "".join(f'<item id="{name}" href="{name}.xhtml"/>' for name in "ab")
    spine = "".join(f'<itemref idref="{name}"/>' for name in "ab" * 50_000)
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf">'
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    chapters = {f"{name}.xhtml": f"<p>chapter {name}</p>" for name in "ab"}
    book = zipped({"META-INF/container.xml": container, "book.opf": package, **chapters})
    markdown, _ = converted(tmp_path, book, "epub")
    assert markdown.split() == ["chapter", "a", "chapter", "b"]
