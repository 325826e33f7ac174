"""Pages as pixels: for OCR engines, and for people to look at."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from service.domain.json import JsonObject
from workers.engines.failures import DocumentRefused
from workers.engines.pdf.mupdf import pymupdf
from workers.engines.pdf.opening import IMAGE_KINDS, opened, page_count, refusing_broken

Format = Literal["gray", "rgb", "png"]
_LEAST_DPI = 36.0
_MOST_BYTES = 60 << 20  # below what a frame may carry


def render(
    path: str,
    pages: Sequence[int],
    kind: str = "pdf",
    password: str | None = None,
    dpi: float = 200.0,
    width_px: int | None = None,
    pixel_format: Format = "gray",
    megapixels: float = 40.0,
) -> Iterator[JsonObject]:
    """Yields for each page {"number", "width_px", "height_px", "channels", "dpi", "width", "height", "rotation",
    "blob"}: the page as shown, upright, either `width_px` wide or at `dpi` (an image at its own resolution).

    The bytes are raw samples row by row without padding, or a PNG. A page past the megapixels is rendered at a
    lower dpi; when even 36 dpi are too many, the item is {"number", "failed": {"code": "page_too_large", …}}.
    """
    with opened(path, kind, password) as document:
        count = page_count(document)
        for number in pages:
            try:
                if not 1 <= number <= count:
                    raise DocumentRefused("page_missing", {"page": number})
                is_image = kind in IMAGE_KINDS
                with refusing_broken("page_image_broken" if is_image else "page_broken", page=number):
                    page = document.load_page(number - 1)
                    wanted = _dpi(page, dpi, width_px, is_image=is_image)
                    fitting = _fitting(page, wanted, pixel_format, megapixels)
                    if fitting < min(wanted, _LEAST_DPI) and not is_image:
                        raise _too_large(page)
                    yield _draw(page, fitting, pixel_format)
            except DocumentRefused as refused:
                yield {"number": number, "failed": {"code": refused.code, "params": refused.params}}


def _draw(page: Any, dpi: float, pixel_format: Format) -> JsonObject:
    scale = dpi / 72
    pixmap = page.get_pixmap(
        matrix=pymupdf.Matrix(scale, scale),
        colorspace=pymupdf.csGRAY if pixel_format == "gray" else pymupdf.csRGB,
        alpha=False,
    )
    return {
        "number": page.number + 1,
        "width_px": pixmap.width,
        "height_px": pixmap.height,
        "channels": pixmap.n,
        "dpi": round(dpi, 2),
        "width": round(page.rect.width, 1),
        "height": round(page.rect.height, 1),
        "rotation": page.rotation,
        "blob": pixmap.tobytes("png") if pixel_format == "png" else bytes(pixmap.samples_mv),
    }


def _dpi(page: Any, dpi: float, width_px: int | None, *, is_image: bool) -> float:
    if width_px is not None:
        return width_px * 72 / page.rect.width
    if is_image:
        # Its own pixels, one to one: more would be made up, fewer would be lost.
        own = page.get_image_info()[0]
        return 72 * math.sqrt(own["width"] * own["height"] / (page.rect.width * page.rect.height))
    return dpi


def _fitting(page: Any, dpi: float, pixel_format: Format, megapixels: float) -> float:
    """The dpi, lowered as far as the limits ask for."""
    most = min(megapixels * 1e6, _MOST_BYTES / (1 if pixel_format == "gray" else 3))
    inches = max(page.rect.width, 1) * max(page.rect.height, 1) / 72**2
    pixels = inches * dpi**2
    return dpi if pixels <= most else dpi * math.sqrt(most / pixels) * 0.999


def _too_large(page: Any) -> DocumentRefused:
    size = {"width_pt": round(page.rect.width), "height_pt": round(page.rect.height)}
    return DocumentRefused("page_too_large", {"page": page.number + 1} | size)
