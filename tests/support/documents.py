"""Generated documents of every flowing kind, each with words that are known."""

import csv
import io
import random
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import docx
import openpyxl
import pptx

from workers.engines.pdf.mupdf import pymupdf

_SYLLABLES = (
    "ba", "ré", "lo", "mi", "tün", "sa", "vor", "chê", "pla", "nou", "gri", "œu", "fla", "dé", "kön", "wel", "tra",
    "pho", "ñe", "zu", "ắn", "ường", "Жи", "λό",
)  # fmt: skip
PARAGRAPHS = 40


def known_words(count: int, seed: int) -> list[str]:
    """Invented words with letters of several alphabets; a few are far too long for a line."""
    chosen = random.Random(seed)
    words = ["".join(chosen.choices(_SYLLABLES, k=chosen.randint(2, 5))) for _ in range(count)]
    words[count // 2] = "".join(chosen.choices(_SYLLABLES, k=90))
    return words


def document(kind: str) -> tuple[bytes, list[str]]:
    """The content of a document of this kind, and its words in reading order."""
    return _MAKERS[kind]()


def _prose(seed: int) -> list[str]:
    words = known_words(2000, seed)
    step = len(words) // PARAGRAPHS
    return [" ".join(words[start : start + step]) for start in range(0, len(words), step)]


def _words(*texts: str) -> list[str]:
    return " ".join(texts).split()


def _rows(seed: int, columns: int, rows: int) -> list[list[str]]:
    words = known_words(columns * rows * 2, seed)
    cells = [f"{words[index]} {words[index + 1]}" for index in range(0, len(words), 2)]
    return [cells[start : start + columns] for start in range(0, len(cells), columns)]


def _txt() -> tuple[bytes, list[str]]:
    prose = _prose(1)
    return "\n\n".join(prose).encode(), _words(*prose)


def _md() -> tuple[bytes, list[str]]:
    prose = _prose(2)
    written = ["# " + prose[0][:40], *prose[1:20], *("- " + text for text in prose[20:30]), *prose[30:]]
    rows = _rows(22, 3, 10)
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines.insert(1, "| --- | --- | --- |")
    words = _words(prose[0][:40], *prose[1:], *(cell for row in rows for cell in row))
    return ("\n\n".join(written) + "\n\n" + "\n".join(lines)).encode(), words


def _html() -> tuple[bytes, list[str]]:
    prose = _prose(3)
    rows = _rows(33, 4, 12)
    table = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    body = f"<h1>{prose[0]}</h1>" + "".join(f"<p>{text[:50]}<b>{text[50:]}</b></p>" for text in prose[1:30])
    items = "".join(f"<li>{text}</li>" for text in prose[30:])
    page = (
        "<!DOCTYPE html><html><head><title>unseen</title><style>p {color: red}</style></head><body>"
        f"{body}<script>var unseen = 1</script><ul>{items}</ul><table>{table}</table></body></html>"
    )
    return page.encode(), _words(*prose, *(cell for row in rows for cell in row))


def _csv() -> tuple[bytes, list[str]]:
    rows = _rows(4, 8, 120)
    written = io.StringIO()
    csv.writer(written, delimiter=";").writerows(rows)
    return written.getvalue().encode("utf-8-sig"), _words(*(cell for row in rows for cell in row))


def _docx() -> tuple[bytes, list[str]]:
    prose = _prose(5)
    rows = _rows(55, 4, 15)
    made = docx.Document()
    made.add_heading(prose[0][:60], 1)
    for text in prose[1:20]:
        paragraph = made.add_paragraph(text[:30])
        paragraph.add_run(text[30:]).bold = True
    for text in prose[20:30]:
        made.add_paragraph(text, style="List Bullet")
    for text in prose[30:]:
        made.add_paragraph(text, style="List Number")
    table = made.add_table(rows=len(rows), cols=4)
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    words = _words(prose[0][:60], *prose[1:], *(cell for row in rows for cell in row))
    return _saved(made.save), words


def _pptx() -> tuple[bytes, list[str]]:
    prose = _prose(6)
    made = pptx.Presentation()
    for start in range(0, len(prose), 4):
        slide: Any = made.slides.add_slide(made.slide_layouts[1])
        slide.shapes.title.text = prose[start]
        slide.placeholders[1].text = "\n".join(prose[start + 1 : start + 4])
    return _saved(made.save), _words(*prose)


def _xlsx() -> tuple[bytes, list[str]]:
    made = openpyxl.Workbook()
    words: list[str] = []
    for number in range(3):
        sheet = made.create_sheet(f"Feuille{number}")
        rows = _rows(70 + number, 6, 60)
        words += [sheet.title, *_words(*(cell for row in rows for cell in row))]
        for row in rows:
            sheet.append(row)
        sheet.append([number, 2.5, True])
        words += [str(number), "2.5", "TRUE"]
    del made["Sheet"]
    return _saved(made.save), words


def _epub() -> tuple[bytes, list[str]]:
    prose = _prose(8)
    return epub([prose[start : start + 10] for start in range(0, len(prose), 10)]), _words(*prose)


def epub(chapters: Sequence[Sequence[str]]) -> bytes:
    """An EPUB of these chapters, each of these paragraphs."""
    files = {"mimetype": "application/epub+zip", "META-INF/container.xml": _CONTAINER}
    for number, chapter in enumerate(chapters):
        body = "".join(f"<p>{text}</p>" for text in chapter)
        files[f"OEBPS/chapter {number}.xhtml"] = (
            '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml">'
            f"<head><title>unseen</title></head><body>{body}</body></html>"
        )
    items = "".join(f'<item id="c{n}" href="chapter%20{n}.xhtml"/>' for n in reversed(range(len(chapters))))
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    files["OEBPS/book.opf"] = (
        f'<package xmlns="http://www.idpf.org/2007/opf"><manifest>{items}</manifest><spine>{spine}</spine></package>'
    )
    return zipped(files)


_CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
)


def _pdf() -> tuple[bytes, list[str]]:
    prose = _prose(9)
    made = pymupdf.open()
    for start in range(0, len(prose), 5):
        page = made.new_page()
        page.insert_htmlbox(
            (50, 50, 545, 800), "".join(f"<p>{text}</p>" for text in prose[start : start + 5])
        )
    return made.tobytes(), _words(*prose)


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """A ZIP archive of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _saved(save: Callable[[io.BytesIO], None]) -> bytes:
    buffer = io.BytesIO()
    save(buffer)
    return buffer.getvalue()


_MAKERS: dict[str, Callable[[], tuple[bytes, list[str]]]] = {
    "txt": _txt, "md": _md, "html": _html, "csv": _csv, "docx": _docx, "pptx": _pptx, "xlsx": _xlsx, "epub": _epub,
    "pdf": _pdf,
}  # fmt: skip
TEXT_KINDS = tuple(_MAKERS)
