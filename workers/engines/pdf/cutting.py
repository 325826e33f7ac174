"""Cutting pages out of a document."""

from collections.abc import Iterator, Sequence
from typing import Any

from service.domain.json import JsonObject
from workers.engines.failures import DocumentRefused
from workers.engines.pdf.mupdf import pymupdf
from workers.engines.pdf.opening import opened, page_count, refusing_broken


def extract_pdf(
    path: str, pages: Sequence[int], kind: str = "pdf", password: str | None = None
) -> Iterator[JsonObject]:
    """Yields once {"pages", "blob"}: an unencrypted PDF of just these pages (counted from 1), in this order.

    Raises DocumentRefused as `opened` does, page_missing, page_broken.
    """
    with opened(path, kind, password) as document:
        count = page_count(document)
        for number in pages:
            if not 1 <= number <= count:
                raise DocumentRefused("page_missing", {"page": number})
        with refusing_broken("page_broken", page=pages[0]):
            yield {"pages": list(pages), "blob": _cut(document, pages)}


def _cut(document: Any, pages: Sequence[int]) -> bytes:
    with pymupdf.open() as cut:
        if document.is_pdf:
            _insert(cut, document, pages)
        else:
            for number in pages:
                one = document.convert_to_pdf(number - 1, number - 1)
                with pymupdf.open(stream=one, filetype="pdf") as converted:
                    cut.insert_pdf(converted)
        return cut.tobytes(garbage=3, deflate=True)


def _insert(cut: Any, document: Any, pages: Sequence[int]) -> None:
    """In runs: what pages of one run share is copied once."""
    start = 0
    for end in range(1, len(pages) + 1):
        if end == len(pages) or pages[end] != pages[end - 1] + 1:
            cut.insert_pdf(document, from_page=pages[start] - 1, to_page=pages[end - 1] - 1, links=False)
            start = end
