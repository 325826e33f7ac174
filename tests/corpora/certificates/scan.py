"""What becomes of a printed certificate that is stamped, filed, carried about and laid on a scanner."""

import io
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from tests.corpora.certificates.truth import Box, MediaKind, Quality
from workers.engines.pdf.mupdf import pymupdf


@dataclass(frozen=True, slots=True)
class Wear:
    """How a scan turns out: resolution, tilt at most in degrees, blur in pixels, grain in grey levels, JPEG quality,
    how grey its white and how pale its black is, and how likely each blemish."""

    dpi: int
    tilt: float
    blur: float
    grain: float
    quality: int
    white: int
    black: int
    blemish: float


WEAR: Final[dict[Quality, Wear]] = {
    "good": Wear(300, 0.35, 0.6, 2.5, 88, 252, 12, 0.1),
    "fair": Wear(200, 1.0, 0.65, 6.0, 68, 243, 30, 0.4),
    "poor": Wear(150, 1.8, 0.8, 11.0, 42, 230, 52, 0.6),
}


@dataclass(frozen=True, slots=True)
class Scan:
    """A page's picture, and how to find on it what stood at a place of the page; sizes in points."""

    image: Image.Image
    dpi: int
    tilt: float
    turned: int

    @property
    def size(self) -> tuple[float, float]:
        """Width and height as shown."""
        return self.image.width * 72 / self.dpi, self.image.height * 72 / self.dpi

    def box(self, box: Box) -> Box:
        """The upright box on the scan around a box of the page."""
        width, height = self.size if self.turned % 180 == 0 else self.size[::-1]
        corners = [self._point(x, y, width, height) for x in (box[0], box[2]) for y in (box[1], box[3])]
        across, down = [x for x, _ in corners], [y for _, y in corners]
        return min(across), min(down), max(across), max(down)

    def _point(self, x: float, y: float, width: float, height: float) -> tuple[float, float]:
        cos, sin = math.cos(math.radians(self.tilt)), math.sin(math.radians(self.tilt))
        x, y = x - width / 2, y - height / 2
        x, y = width / 2 + x * cos + y * sin, height / 2 - x * sin + y * cos
        match self.turned:
            case 90:
                return height - y, x
            case 180:
                return width - x, height - y
            case 270:
                return y, width - x
            case _:
                return x, y


def scans(document: Any, quality: Quality, turned: int, seed: str) -> Iterator[Scan]:
    """The pages of a document as they come out of the scanner."""
    wear = WEAR[quality]
    for number, page in enumerate(document, 1):
        dice = random.Random(f"{seed}/{number}")
        pixels = page.get_pixmap(dpi=wear.dpi, colorspace=pymupdf.csRGB, alpha=False)
        image = Image.frombytes("RGB", (pixels.width, pixels.height), pixels.samples)
        image = _blemished(image, wear, dice)
        tilt = dice.uniform(0.3, 1.0) * wear.tilt * dice.choice((-1, 1))
        image = image.rotate(tilt, Image.Resampling.BICUBIC, fillcolor=(255, 255, 255))
        image = _faded(image.filter(ImageFilter.GaussianBlur(wear.blur)), wear, dice)
        if dice.random() < 0.35:
            image = image.convert("L")
        yield Scan(image.rotate(-turned, expand=True), wear.dpi, tilt, turned)


def stored(made: list[Scan], quality: Quality, media: MediaKind) -> bytes:
    """The scans as a file: all as a PDF, or the only one as a picture."""
    wear = WEAR[quality]
    if media != "pdf":
        [scan] = made
        return _picture(scan.image, wear, media)
    document = pymupdf.open()
    for scan in made:
        page = document.new_page(width=scan.size[0], height=scan.size[1])
        page.insert_image(page.rect, stream=_picture(scan.image, wear, "jpeg"))
    return document.tobytes(garbage=4, deflate=True, no_new_id=True)


def _picture(image: Image.Image, wear: Wear, media: MediaKind) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=wear.quality, dpi=(wear.dpi, wear.dpi))
    if media == "png":
        # Who has a PNG of a scan has mostly turned a JPEG into one.
        with Image.open(io.BytesIO(stream.getvalue())) as squeezed:
            stream = io.BytesIO()
            squeezed.convert("L").save(stream, "PNG", dpi=(wear.dpi, wear.dpi), compress_level=4)
    return stream.getvalue()


def _faded(image: Image.Image, wear: Wear, dice: random.Random) -> Image.Image:
    """Grey paper, pale ink, grain, and a warm or a cold lamp."""
    levels = np.asarray(image, np.float32) * ((wear.white - wear.black) / 255) + wear.black
    noise = (
        np.random.default_rng(dice.randrange(2**32))
        .normal(0, wear.grain, levels.shape[:2])
        .astype(np.float32)
    )
    lamp = np.array([dice.uniform(-3, 3), 0.0, dice.uniform(-5, 2)], np.float32)
    return Image.fromarray(np.clip(levels + noise[:, :, None] + lamp, 0, 255).astype(np.uint8))


def _blemished(image: Image.Image, wear: Wear, dice: random.Random) -> Image.Image:
    for blemish in (_punched, _stained, _shaded, _creased):
        if dice.random() < wear.blemish:
            image = blemish(image, dice)
    return image


def _punched(image: Image.Image, dice: random.Random) -> Image.Image:
    """The two holes of a binder, dark in the scan."""
    draw = ImageDraw.Draw(image)
    scale, shift = image.height / 842, dice.uniform(-30, 30)
    for y in (421 - 113 + shift, 421 + 113 + shift):
        x, radius = 17 * scale, 7.5 * scale
        shade = dice.randrange(40, 110)
        draw.ellipse(
            (x - radius, y * scale - radius, x + radius, y * scale + radius), fill=(shade, shade, shade)
        )
    return image


def _stained(image: Image.Image, dice: random.Random) -> Image.Image:
    """The ring of a cup."""
    small = Image.new("RGB", (image.width // 4, image.height // 4), "white")
    draw = ImageDraw.Draw(small)
    x, y, radius = (
        dice.randrange(small.width),
        dice.randrange(small.height),
        small.width * dice.uniform(0.09, 0.14),
    )
    draw.ellipse(
        (x - radius, y - radius, x + radius, y + radius),
        fill=(246, 238, 222),
        outline=(208, 182, 140),
        width=4,
    )
    soft = small.filter(ImageFilter.GaussianBlur(1.6)).resize(image.size, Image.Resampling.BILINEAR)
    return ImageChops.multiply(image, soft)


def _shaded(image: Image.Image, dice: random.Random) -> Image.Image:
    """The shadow of a lid that was not closed, or of a thick binding."""
    share = dice.uniform(0.08, 0.2)
    ramp = np.ones(image.width, np.float32)
    reach = int(image.width * share)
    ramp[:reach] = np.linspace(dice.uniform(0.5, 0.7), 1, reach)
    if dice.random() < 0.5:
        ramp = ramp[::-1]
    return Image.fromarray((np.asarray(image) * ramp[None, :, None]).astype(np.uint8))


def _creased(image: Image.Image, dice: random.Random) -> Image.Image:
    """Where the page was folded: a pale line with a shadow beside it."""
    y = int(image.height * dice.choice((1 / 3, 0.5, 2 / 3)) + dice.uniform(-9, 9))
    draw = ImageDraw.Draw(image, "RGBA")
    tilt = dice.randrange(-6, 7)
    draw.line((0, y, image.width, y + tilt), fill=(255, 255, 255, 150), width=2)
    draw.line((0, y + 3, image.width, y + 3 + tilt), fill=(90, 90, 90, 70), width=3)
    return image
