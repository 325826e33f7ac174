"""What a scanner makes of a page: grey paper, grain, a slight turn."""

import io
import random
from typing import Any

from PIL import Image, ImageChops, ImageFilter

from workers.engines.pdf.mupdf import pymupdf

_DPI = 170


def scanned(page: Any, degrees: float, seed: int) -> bytes:
    """A page of a document as the JPEG of its scan, turned by so many degrees."""
    pixels = page.get_pixmap(dpi=_DPI, colorspace=pymupdf.csGRAY, alpha=False)
    image = Image.frombytes("L", (pixels.width, pixels.height), pixels.samples)
    turned = image.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255)
    faded = turned.filter(ImageFilter.GaussianBlur(0.55)).point(
        [int(26 + level * 0.865) for level in range(256)]
    )
    grained = ImageChops.add(faded, _grain(faded.size, seed), scale=1.0, offset=-9)
    buffer = io.BytesIO()
    grained.save(buffer, "JPEG", quality=72, dpi=(_DPI, _DPI))
    return buffer.getvalue()


def scanned_pdf(page: Any, degrees: float, seed: int) -> bytes:
    """A PDF of one page without a text layer."""
    document = pymupdf.open()
    insert_scan(document, page, degrees, seed)
    return document.tobytes(garbage=4, deflate=True, no_new_id=True)


def insert_scan(document: Any, page: Any, degrees: float, seed: int) -> None:
    """Appends the scan of a page to a document."""
    made = document.new_page(width=page.rect.width, height=page.rect.height)
    made.insert_image(made.rect, stream=scanned(page, degrees, seed))


def _grain(size: tuple[int, int], seed: int) -> Image.Image:
    noise = Image.frombytes("L", size, random.Random(seed).randbytes(size[0] * size[1]))
    return noise.filter(ImageFilter.GaussianBlur(0.7)).point([level // 14 for level in range(256)])
