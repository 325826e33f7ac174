"""What a perfect Document AI would answer: documents made from a PDF's text layer, or from known lines."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, cast

import pymupdf
from google.cloud import documentai_v1 as documentai

Truth: TypeAlias = Callable[[bytes], documentai.Document]
_DPI = 200
_Box: TypeAlias = tuple[float, float, float, float]


def text_layer(pdf: bytes) -> documentai.Document:
    """Each block of the text layer is a paragraph, each of its lines a line."""
    with cast(Any, pymupdf.open(stream=pdf, filetype="pdf")) as opened:
        return _document([(page.rect.width, page.rect.height, _paragraphs(page)) for page in opened])


def known_pages(*pages: Sequence[Sequence[str]]) -> Truth:
    """The given lines, paragraph by paragraph, for each page of the PDF in turn; for scans without a text layer."""

    def truth(pdf: bytes) -> documentai.Document:
        with cast(Any, pymupdf.open(stream=pdf, filetype="pdf")) as opened:
            sizes = [(page.rect.width, page.rect.height) for page in opened]
        laid = [_laid_out(pages[index % len(pages)]) for index in range(len(sizes))]
        return _document([(*size, paragraphs) for size, paragraphs in zip(sizes, laid, strict=True)])

    return truth


def masked(document: documentai.Document, paths: list[str]) -> documentai.Document:
    """The fields asked for, and no others; all of them when none is named."""
    if not paths:
        return document
    full = documentai.Document.pb(document)
    for name in {field.name for field, _ in full.ListFields()} - {path.partition(".")[0] for path in paths}:
        full.ClearField(name)
    wanted = {path.removeprefix("pages.") for path in paths if path.startswith("pages.")}
    if "pages" not in paths:
        for page in full.pages:
            for name in {field.name for field, _ in page.ListFields()} - wanted:
                page.ClearField(name)
    return document


def _paragraphs(page: Any) -> list[list[tuple[str, _Box]]]:
    return [
        [("".join(span["text"] for span in line["spans"]), tuple(line["bbox"])) for line in block["lines"]]
        for block in page.get_text("dict")["blocks"]
        if block["type"] == 0
    ]


def _laid_out(paragraphs: Sequence[Sequence[str]]) -> list[list[tuple[str, _Box]]]:
    top, laid = 60.0, list[list[tuple[str, _Box]]]()
    for paragraph in paragraphs:
        lines: list[tuple[str, _Box]] = []
        for text in paragraph:
            lines.append((text, (60.0, top, 60.0 + 5.5 * len(text), top + 11)))
            top += 14
        laid.append(lines)
        top += 10
    return laid


def _document(
    pages: Sequence[tuple[float, float, list[list[tuple[str, _Box]]]]],
) -> documentai.Document:
    document = documentai.Document(mime_type="application/pdf")
    text = ""
    for number, (width, height, paragraphs) in enumerate(pages, 1):
        scale = _DPI / 72
        page = documentai.Document.Page(
            page_number=number,
            dimension={"width": width * scale, "height": height * scale, "unit": "pixels"},
            image={"content": b"\x89PNG" * 5000, "mime_type": "image/png"},
        )
        for paragraph in paragraphs:
            begin = len(text)
            for line, box in paragraph:
                layout = _layout(len(text), len(text) + len(line) + 1, box, width, height)
                page.lines.append(documentai.Document.Page.Line(layout=layout))
                text += line + "\n"
            whole = _layout(begin, len(text), _around([box for _, box in paragraph]), width, height)
            page.paragraphs.append(documentai.Document.Page.Paragraph(layout=whole))
        document.pages.append(page)
    document.text = text
    return document


def _layout(start: int, end: int, box: _Box, width: float, height: float) -> documentai.Document.Page.Layout:
    x0, y0, x1, y1 = box
    corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    return documentai.Document.Page.Layout(
        text_anchor={"text_segments": [{"start_index": start, "end_index": end}]},
        confidence=0.98,
        bounding_poly={"normalized_vertices": [{"x": x / width, "y": y / height} for x, y in corners]},
        orientation=documentai.Document.Page.Layout.Orientation.PAGE_UP,
    )


def _around(boxes: Sequence[_Box]) -> _Box:
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )
