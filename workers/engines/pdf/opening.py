"""Opening PDF and image files, and saying by name why one does not open."""

import io
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from workers.engines.failures import DocumentRefused
from workers.engines.pdf.mupdf import mupdf, pymupdf
from workers.engines.pdf.whole_image import check_size, check_webp_size, of_any_size

IMAGE_KINDS = frozenset({"png", "jpeg", "tiff", "webp"})


@contextmanager
def opened(path: str, kind: str = "pdf", password: str | None = None) -> Generator[Any]:
    """An open pymupdf document with at least one page; images are documents too, a page for each frame.

    Raises DocumentRefused: empty_document, broken_document, broken_image, image_too_large, no_pages,
    password_required, password_wrong.
    """
    document = _open(path, kind)
    try:
        _unlock(document, password)
        _check_pages(document)
        yield document
    finally:
        document.close()


def page_count(document: Any) -> int:
    """How many pages there are; raises DocumentRefused when the page tree makes no sense."""
    with refusing_broken():
        return int(document.page_count)


@contextmanager
def refusing_broken(code: str = "broken_document", **params: object) -> Generator[None]:
    """MuPDF's complaints as DocumentRefused; running out of memory stays what it is."""
    try:
        yield
    except (RuntimeError, ValueError, IndexError, mupdf.FzErrorBase) as error:
        if _ran_out_of_memory(error):
            raise MemoryError from error
        raise DocumentRefused(code, dict(params)) from error


def _open(path: str, kind: str) -> Any:
    if Path(path).stat().st_size == 0:
        raise DocumentRefused("empty_document")
    with refusing_broken():
        if kind == "webp":
            return pymupdf.open(stream=_webp_as_png(path), filetype="png")
        return pymupdf.open(path, filetype=kind)


def _unlock(document: Any, password: str | None) -> None:
    if not document.needs_pass:
        return
    if not password:
        raise DocumentRefused("password_required")
    if not document.authenticate(password):
        raise DocumentRefused("password_wrong")


def _check_pages(document: Any) -> None:
    if page_count(document) < 1:
        raise DocumentRefused("broken_document" if document.is_repaired else "no_pages")


def _ran_out_of_memory(error: BaseException | None) -> bool:
    """Whether the complaint, or one that it stands for, was an allocation."""
    while error is not None:
        if isinstance(error, MemoryError) or "malloc" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def _webp_as_png(path: str) -> bytes:
    """MuPDF does not read WEBP."""
    check_webp_size(path)
    try:
        with of_any_size(), Image.open(path, formats=["WEBP"]) as image:
            check_size(image)
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except OSError as error:
        raise DocumentRefused("broken_image") from error
    buffer = io.BytesIO()
    upright.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
