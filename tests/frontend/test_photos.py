"""A document made of photos by the page's own module, opened by a reader that is not."""

import io
import subprocess
from pathlib import Path

import pymupdf
from PIL import Image

from tests.support import programs

MODULE = Path(__file__).parents[2] / "frontend_static" / "photos_to_pdf.js"
_MAKE = """
const {pdfOf} = await import(process.argv[1]);
const {readFileSync, writeFileSync} = await import("node:fs");
const [to, ...photos] = process.argv.slice(2);
writeFileSync(to, pdfOf(photos.map((each) => {
  const [path, width, height] = each.split("|");
  return {jpeg: readFileSync(path), width: Number(width), height: Number(height)};
})));
"""


def test_photos_become_pages_that_a_reader_shows(tmp_path: Path) -> None:
    """In order, upright or lying, each photo whole and in the middle, its bytes untouched."""
    given: list[str] = []
    for name, size, colour in [("red", (300, 400), "red"), ("blue", (800, 300), "blue")]:
        path = tmp_path / f"{name}.jpg"
        Image.new("RGB", size, colour).save(path, quality=85)
        given.append(f"{path}|{size[0]}|{size[1]}")
    pdf = tmp_path / "photos.pdf"
    subprocess.run(
        [programs.node(), "--input-type=module", "-e", _MAKE, MODULE.as_uri(), pdf, *given],
        check=True,
        timeout=60,
    )
    with pymupdf.open(pdf) as document:
        assert not document.is_repaired
        pages = [document[number] for number in range(document.page_count)]
        assert [tuple(round(side) for side in page.rect[2:]) for page in pages] == [(595, 842), (842, 595)]
        for page, name, colour in zip(pages, ("red", "blue"), ((254, 0, 0), (0, 0, 254)), strict=True):
            (xref, *_rest) = page.get_images()[0]
            assert document.extract_image(xref)["image"] == (tmp_path / f"{name}.jpg").read_bytes()
            shown = Image.open(io.BytesIO(page.get_pixmap().tobytes("png"))).convert("RGB")
            assert shown.getpixel((shown.width // 2, shown.height // 2)) == colour
            assert shown.getpixel((shown.width // 2, 2)) == (255, 255, 255)
