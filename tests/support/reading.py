"""Handing pages to an OCR engine as the reading step does."""

from contextlib import aclosing

from tests.support.scans import Scan
from workers.engines.ocr.port import OcrEngine, OcrRequest, PageToRead, Pixels
from workers.engines.page import Page


def page_of(scan: Scan, number: int = 1) -> PageToRead:
    """The scan as a page with pixels."""
    image = scan.image
    return PageToRead(
        number, scan.width, scan.height, pixels=Pixels(image.tobytes(), image.width, image.height, 1)
    )


async def read_all(engine: OcrEngine, request: OcrRequest) -> list[Page]:
    """All pages of one request."""
    async with aclosing(engine.read(request)) as pages:
        return [page async for page in pages]


async def read_scan(engine: OcrEngine, scan: Scan, *languages: str) -> Page:
    """The one page, read."""
    (page,) = await read_all(engine, OcrRequest((page_of(scan),), languages=languages))
    return page
