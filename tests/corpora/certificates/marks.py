"""Stamps, seals and signatures: drawn by vectors, and put on the page as pictures, as an office does."""

import io
import math
import random
from functools import cache
from typing import Any

from PIL import Image

from tests.corpora.certificates.sheet import Colour, Sheet
from workers.engines.pdf.mupdf import pymupdf

BLUE: Colour = (0.13, 0.2, 0.58)
RED: Colour = (0.75, 0.1, 0.14)
VIOLET: Colour = (0.38, 0.16, 0.5)
GREEN: Colour = (0.08, 0.4, 0.25)
_SIDE, _INKED = 140.0, 2.8


def stamp(
    sheet: Sheet, x: float, y: float, words: tuple[str, str], *, colour: Colour = BLUE, size: float = 92
) -> None:
    """A round stamp about a middle: the first words run along its ring, the second stand in it."""
    dice = random.Random(f"{words}{x:.0f}")
    drawing = pymupdf.open()
    page = drawing.new_page(width=_SIDE, height=_SIDE)
    middle = _SIDE / 2
    font = _lettering()
    for radius, width in ((66, 2.4), (61, 0.8), (43, 0.9)):
        page.draw_circle((middle, middle), radius, color=colour, width=width)
    _ring(page, words[0].upper(), font, colour)
    inner = words[1]
    fit = min(19.0, 19.0 * 66 / max(1.0, font.text_length(inner, 19)))
    writer = pymupdf.TextWriter(page.rect, color=colour)
    writer.append(
        (middle - font.text_length(inner, fit) / 2, middle + fit * 0.34), inner, font=font, fontsize=fit
    )
    writer.write_text(page)
    _star(page, middle, middle + 26, colour)
    _star(page, middle, middle - 26, colour)
    half = size / 2
    _paste(
        sheet,
        page,
        (x - half, y - half, x + half, y + half),
        colour,
        turn=dice.uniform(-24, 24),
        opacity=0.72,
    )


def box_stamp(sheet: Sheet, x: float, y: float, lines: tuple[str, ...], *, colour: Colour = VIOLET) -> None:
    """A framed stamp of a few lines about a middle."""
    dice = random.Random(f"{lines}{y:.0f}")
    drawing = pymupdf.open()
    page = drawing.new_page(width=_SIDE, height=_SIDE)
    font = _lettering()
    high = 17.0 * len(lines) + 12
    top = (_SIDE - high) / 2
    page.draw_rect((4, top, _SIDE - 4, top + high), color=colour, width=2)
    for index, words in enumerate(lines):
        fit = min(13.0, 13.0 * 124 / max(1.0, font.text_length(words, 13)))
        writer = pymupdf.TextWriter(page.rect, color=colour)
        left = (_SIDE - font.text_length(words, fit)) / 2
        writer.append((left, top + 18 + 17 * index), words, font=font, fontsize=fit)
        writer.write_text(page)
    _paste(sheet, page, (x - 52, y - 52, x + 52, y + 52), colour, turn=dice.uniform(-9, 9), opacity=0.7)


def signature(sheet: Sheet, x: float, y: float, name: str, width: float = 110) -> None:
    """A hand's name, from the left end of its line."""
    dice = random.Random(name + f"{x:.0f}{y:.0f}")
    colour = dice.choice(((0.1, 0.14, 0.42), (0.08, 0.08, 0.1), (0.14, 0.2, 0.55)))
    shape = sheet.page.new_shape()
    at = pymupdf.Point(x + 4, y - 7)
    steps = 5 + len(name) // 2
    for step in range(steps):
        wide = width / steps * dice.uniform(0.5, 1.5)
        tall = dice.uniform(8, 30) if step in (0, steps // 2) else dice.uniform(3, 11)
        end = pymupdf.Point(at.x + wide, y - dice.uniform(2, 11))
        shape.draw_bezier(at, (at.x + wide * 0.1, at.y - tall), (at.x + wide * 1.1, at.y + tall * 0.6), end)
        at = end
    shape.draw_bezier(at, (at.x - width * 0.4, y + 8), (at.x - width * 0.7, y + 4), (x + width * 1.05, y - 1))
    shape.finish(color=colour, width=dice.uniform(0.9, 1.4), closePath=False)
    shape.commit()


def emblem(sheet: Sheet, x: float, y: float, colour: Colour, size: float = 22) -> None:
    """An anchor in a ring, the arms of every office here."""
    page = sheet.page
    page.draw_circle((x, y), size, color=colour, width=1.3)
    page.draw_circle((x, y), size * 0.88, color=colour, width=0.4)
    page.draw_circle((x, y - size * 0.5), size * 0.12, color=colour, width=1.1)
    page.draw_line((x, y - size * 0.38), (x, y + size * 0.58), color=colour, width=1.8)
    page.draw_line(
        (x - size * 0.27, y - size * 0.22), (x + size * 0.27, y - size * 0.22), color=colour, width=1.5
    )
    left, right = (x - size * 0.52, y + size * 0.14), (x + size * 0.52, y + size * 0.14)
    page.draw_bezier(
        left,
        (x - size * 0.4, y + size * 0.55),
        (x - size * 0.1, y + size * 0.58),
        (x, y + size * 0.58),
        color=colour,
        width=1.6,
    )
    page.draw_bezier(
        right,
        (x + size * 0.4, y + size * 0.55),
        (x + size * 0.1, y + size * 0.58),
        (x, y + size * 0.58),
        color=colour,
        width=1.6,
    )


def _ring(page: Any, words: str, font: Any, colour: Colour) -> None:
    """Letters along a circle, spread over most of it."""
    middle, radius, size = _SIDE / 2, 48.0, 10.0
    share = min(1.0, (2 * math.pi * radius * 0.94) / max(1.0, font.text_length(words, size) * 1.12))
    size *= share
    spread = font.text_length(words, size) * 1.12 / radius
    angle = -math.pi / 2 - spread / 2
    for letter in words:
        wide = font.text_length(letter, size) * 1.12 / radius
        turn = angle + wide / 2 + math.pi / 2
        at = pymupdf.Point(middle + radius * math.cos(angle), middle + radius * math.sin(angle))
        writer = pymupdf.TextWriter(page.rect, color=colour)
        writer.append(at, letter, font=font, fontsize=size)
        writer.write_text(page, morph=(at, pymupdf.Matrix(-math.degrees(turn))))
        angle += wide


def _star(page: Any, x: float, y: float, colour: Colour) -> None:
    points = [
        (x + radius * math.sin(corner * math.pi / 5), y - radius * math.cos(corner * math.pi / 5))
        for corner, radius in enumerate((6.0, 2.5) * 5)
    ]
    page.draw_polyline([*points, points[0]], color=colour, fill=colour, width=0.3)


def _paste(
    sheet: Sheet,
    page: Any,
    box: tuple[float, float, float, float],
    colour: Colour,
    *,
    turn: float,
    opacity: float,
) -> None:
    """A page of one colour, its ink thinned, on the sheet."""
    inked = page.get_pixmap(matrix=pymupdf.Matrix(_INKED, _INKED).prerotate(turn), alpha=True)
    picture = Image.new("RGB", (inked.width, inked.height), tuple(round(255 * part) for part in colour))
    picture.putalpha(
        Image.frombytes("L", picture.size, bytes(inked.samples_mv[3::4])).point(lambda level: level * opacity)
    )
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    sheet.page.insert_image(box, stream=stream.getvalue())


@cache
def _lettering() -> Any:
    return pymupdf.Font(script=0)
