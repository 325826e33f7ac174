"""Whether an image file holds all of its image.

MuPDF draws what there is of a JPEG that broke off and says nothing of the rest; Pillow, when it is strict, does.
"""

import struct
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageFile

from workers.engines.failures import DocumentRefused

_SCALE = 8  # a JPEG is decoded at an eighth of its size: all of its data is looked at, in little memory
_BLOCK_ROWS = (
    16  # without its end mark alone a JPEG lacks its last row of blocks, which nobody would call cut off
)
MOST_MEGAPIXELS = 178
"""What a WEBP may have, which is decoded at once."""


def check_whole(path: str, kind: str) -> None:
    """Raises DocumentRefused (broken_image) for a JPEG or PNG whose data is cut off. What Pillow does not read at all
    is not judged here."""
    if kind == "jpeg":
        _check_jpeg(path)
    elif kind == "png":
        _check_png(path)


def check_webp_size(path: str) -> None:
    """As `check_size`, by the file's head alone: Pillow allocates a WEBP's pixels before it says how many they are."""
    with Path(path).open("rb") as file:
        head = file.read(30)
    match head[12:16]:
        case b"VP8X" if len(head) == 30:
            width, height = (1 + int.from_bytes(head[at : at + 3], "little") for at in (24, 27))
        case b"VP8L" if len(head) >= 25:
            bits = int.from_bytes(head[21:25], "little")
            width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case b"VP8 " if len(head) == 30:
            width, height = (int.from_bytes(head[at : at + 2], "little") & 0x3FFF for at in (26, 28))
        case _:
            return
    _check(width, height)


def check_size(image: Image.Image) -> None:
    """Raises DocumentRefused (image_too_large) for more pixels than may be decoded at once."""
    _check(image.width, image.height)


def _check(width: int, height: int) -> None:
    megapixels = width * height / 1e6
    if megapixels > MOST_MEGAPIXELS:
        raise DocumentRefused("image_too_large", {"megapixels": round(megapixels), "limit": MOST_MEGAPIXELS})


@contextmanager
def of_any_size() -> Generator[None]:
    """Pillow's own limit, which says no numbers, gives way to ours."""
    before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        yield
    finally:
        Image.MAX_IMAGE_PIXELS = before


def _check_jpeg(path: str) -> None:
    try:
        with of_any_size(), Image.open(path, formats=["JPEG"]) as image:
            rows = image.height
            image.draft("L", (image.width // _SCALE, image.height // _SCALE))
            try:
                image.load()
            except OSError as error:
                if "truncated" in str(error) and _missing_rows(image, rows) > _BLOCK_ROWS:
                    raise DocumentRefused("broken_image") from error
    except (OSError, SyntaxError):
        return


def _missing_rows(image: ImageFile.ImageFile, rows: int) -> int:
    """How many of the image's rows were not decoded when its data ended: those stay black."""
    image.tile = []  # it takes what there is for all
    there = image.getbbox()
    decoded = there[3] if there else 0
    return rows - decoded * rows // image.height


def _check_png(path: str) -> None:
    """By its parts and their checksums, which takes no memory to speak of; only where they are wrong by decoding."""
    with of_any_size():
        try:
            with Image.open(path, formats=["PNG"]) as image:
                image.verify()
            return
        except (OSError, SyntaxError, ValueError, struct.error):
            pass
        try:
            with Image.open(path, formats=["PNG"]) as image:
                image.load()
        except (OSError, SyntaxError, ValueError, struct.error) as error:
            raise DocumentRefused("broken_image") from error
