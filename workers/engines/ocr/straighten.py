"""Straightening a tilted scan, for an engine that can't: how far it is tilted, and its pixels turned back."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.engines.ocr.layout import Corners
from workers.engines.ocr.port import Pixels

_MOST_DEGREES = 5.0
_COARSE, _FINE = 0.5, 0.1
_SIDE = 900
_NOTICEABLE_DEGREES = 0.3


def tilt_of(pixels: Pixels) -> float:
    """How far the text leans, in degrees, clockwise positive, within ±5; 0.0 when it hardly does."""
    ink = _ink(pixels)
    coarse = np.arange(-_MOST_DEGREES, _MOST_DEGREES + _COARSE, _COARSE)
    best = max(coarse, key=lambda degrees: _sharpness(ink, float(degrees)))
    fine = np.arange(best - _COARSE, best + _COARSE, _FINE)
    degrees = float(max(fine, key=lambda degrees: _sharpness(ink, float(degrees))))
    return degrees if abs(degrees) >= _NOTICEABLE_DEGREES else 0.0


def straightened(pixels: Pixels, degrees: float) -> Pixels:
    """The page in grey, turned back by its tilt about its middle; same size, white where nothing was."""
    turned = _turned(_grey(pixels), degrees, cv2.INTER_LINEAR)
    return Pixels(turned.tobytes(), pixels.width, pixels.height)


def tilted_corners(
    box: tuple[float, float, float, float], degrees: float, width: float, height: float
) -> Corners:
    """Where the corners of an upright box of the straightened page lie on the page as it was."""
    x0, y0, x1, y1 = box
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    middle_x, middle_y = width / 2, height / 2

    def back(x: float, y: float) -> tuple[float, float]:
        dx, dy = x - middle_x, y - middle_y
        return middle_x + dx * cos - dy * sin, middle_y + dx * sin + dy * cos

    return back(x0, y0), back(x1, y0), back(x1, y1), back(x0, y1)


def _grey(pixels: Pixels) -> NDArray[np.uint8]:
    raw = np.frombuffer(pixels.samples, np.uint8).reshape(pixels.height, pixels.width, pixels.channels)
    return (
        np.asarray(cv2.cvtColor(raw, cv2.COLOR_RGB2GRAY), np.uint8) if pixels.channels == 3 else raw[:, :, 0]
    )


def _ink(pixels: Pixels) -> NDArray[np.uint8]:
    """A small copy in which ink is light: a row of text shows as a band."""
    scale = min(1.0, _SIDE / max(pixels.width, pixels.height))
    size = max(1, round(pixels.width * scale)), max(1, round(pixels.height * scale))
    small = cv2.resize(_grey(pixels), size, interpolation=cv2.INTER_AREA)
    return np.asarray(255 - small, np.uint8)


def _turned(image: NDArray[np.uint8], degrees: float, interpolation: int) -> NDArray[np.uint8]:
    height, width = image.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return np.asarray(
        cv2.warpAffine(
            image,
            matrix,
            (width, height),
            flags=interpolation,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(255,),
        ),
        np.uint8,
    )


def _sharpness(ink: NDArray[np.uint8], degrees: float) -> float:
    """How clearly rows, or columns where the page lies on its side, part into bands when turned back."""
    height, width = ink.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turned = cv2.warpAffine(ink, matrix, (width, height), flags=cv2.INTER_NEAREST)
    profiles = (turned.sum(axis=axis, dtype=np.float64) for axis in (0, 1))
    return max(float(np.square(np.diff(profile)).sum()) for profile in profiles)
