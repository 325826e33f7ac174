"""What can be uploaded: the kinds, how their bytes give them away, and names that are safe to show."""

import unicodedata
from enum import StrEnum

HIGHEST_PAGE = 100_000
"""No document has a page with a higher number."""


class Kind(StrEnum):
    """A kind of document."""

    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"
    TIFF = "tiff"
    WEBP = "webp"
    DOCX = "docx"
    PPTX = "pptx"
    XLSX = "xlsx"
    CSV = "csv"
    HTML = "html"
    EPUB = "epub"
    MD = "md"
    TXT = "txt"


MEDIA_TYPES: dict[Kind, str] = {
    Kind.PDF: "application/pdf",
    Kind.PNG: "image/png",
    Kind.JPEG: "image/jpeg",
    Kind.TIFF: "image/tiff",
    Kind.WEBP: "image/webp",
    Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Kind.PPTX: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    Kind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Kind.CSV: "text/csv",
    Kind.HTML: "text/html",
    Kind.EPUB: "application/epub+zip",
    Kind.MD: "text/markdown",
    Kind.TXT: "text/plain",
}

EXTENSIONS: dict[str, Kind] = {
    ".pdf": Kind.PDF,
    ".png": Kind.PNG,
    ".jpg": Kind.JPEG,
    ".jpeg": Kind.JPEG,
    ".tif": Kind.TIFF,
    ".tiff": Kind.TIFF,
    ".webp": Kind.WEBP,
    ".docx": Kind.DOCX,
    ".pptx": Kind.PPTX,
    ".xlsx": Kind.XLSX,
    ".csv": Kind.CSV,
    ".htm": Kind.HTML,
    ".html": Kind.HTML,
    ".epub": Kind.EPUB,
    ".md": Kind.MD,
    ".markdown": Kind.MD,
    ".txt": Kind.TXT,
}

_LONGEST_NAME = 200
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def display_name(given: str | None) -> str:
    """A client's file name, fit to be shown and never to be a path.

    Folders, control and direction characters are dropped; over 200 characters the middle goes, so that the
    ending stays. A name of which nothing is left is `document`.
    """
    last = (given or "").replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(
        c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c)[0] != "C" and c not in _BIDI
    )
    shown = " ".join(shown.split()).strip(". ") if set(shown) <= {".", " "} else " ".join(shown.split())
    if len(shown) > _LONGEST_NAME:
        shown = shown[: _LONGEST_NAME - 41] + "…" + shown[-40:]
    return shown or "document"


def folded(name: str) -> str:
    """The name as searching compares it: without regard to case."""
    return unicodedata.normalize("NFC", name).lower()


def extension(name: str) -> str:
    """The lower-case extension with its dot, or an empty string."""
    stem, dot, last = name.rpartition(".")
    return f".{last.lower()}" if dot and stem else ""
