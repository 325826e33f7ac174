"""Files that nobody has uploaded yet, as a browser hands them over."""

import io
import os

import pymupdf
from PIL import Image
from playwright.sync_api import FilePayload

from tests.support.pdf_files import scanned_pdf, text_pdf, words

_ORIENTATION = 0x0112
_LYING = 6
"""The picture must be turned clockwise by a quarter to stand upright."""
_TYPES = {"pdf": "application/pdf", "txt": "text/plain", "md": "text/markdown", "csv": "text/csv"}


def payload(name: str, content: bytes) -> FilePayload:
    """A file of this name."""
    kind = _TYPES.get(name.rpartition(".")[2], "application/octet-stream")
    return {"name": name, "mimeType": kind, "buffer": content}


def letter(name: str, pages: int = 1, password: str | None = None) -> FilePayload:
    """A PDF with text on its pages; the first line of each says which it is."""
    texts = [f"Page {number} of {name}\n{fresh_words()}" for number in range(1, pages + 1)]
    return payload(name, text_pdf(*texts, password=password))


def scan(name: str, pages: int = 1, count: int = 60) -> FilePayload:
    """A PDF of pictures with so many words each: seconds of work a page."""
    return payload(name, scanned_pdf(*(words(count, seed=_seed()) for _ in range(pages))))


def broken(name: str) -> FilePayload:
    """It says that it is a PDF; nothing in it can be saved."""
    return payload(name, b"%PDF-1.7\n" + os.urandom(2000))


def note(name: str) -> FilePayload:
    """A short plain text, Markdown or CSV."""
    return payload(name, f"{name}\n\n{fresh_words()}\n".encode())


def fresh_words() -> str:
    """Forty words in an order of their own."""
    return words(40, seed=_seed())


def _seed() -> int:
    return int.from_bytes(os.urandom(6))


def photo(name: str, text: str, *, held: int = 1) -> FilePayload:
    """What a phone's camera makes of a page with this text; `held` is the EXIF orientation of its pixels."""
    [page] = pymupdf.open(stream=text_pdf(text), filetype="pdf")
    upright = Image.open(io.BytesIO(page.get_pixmap(dpi=110).tobytes("png"))).convert("RGB")
    turned = upright.transpose(Image.Transpose.ROTATE_90) if held == _LYING else upright
    exif = Image.Exif()
    exif[_ORIENTATION] = held
    file = io.BytesIO()
    turned.save(file, "JPEG", quality=90, exif=exif)
    return {"name": name, "mimeType": "image/jpeg", "buffer": file.getvalue()}
