"""Where a part of a line stands: by the widths that its letters usually have."""

from collections.abc import Iterable
from itertools import accumulate

from service.domain.certificate.folding import composed, folded
from workers.engines.page import Box, Line

# Thousandths of the size, between those of the usual faces with serifs and without; accents change no width.
_WIDTHS = {
    letter: width
    for width, letters in (
        (200, "'"),
        (245, "ijl|`,. "),
        (300, "!/:;t\\"),
        (340, "()-I[]f\u00b0\u00b7"),
        (395, 'r{}"'),
        (460, "*Jsc"),
        (500, "?_aeyz\u2013"),
        (545, "#$+0123456789<=>^bdghknopquvx~"),
        (600, "FLPSTZ"),
        (680, "ABCDEKRUVXY"),
        (750, "&GHNOQw"),
        (860, "mM%"),
        (970, "W@\u2014\u2026"),
    )
    for letter in letters
}
_USUAL, _CAPITAL = 545, 680
_MARGIN = 0.15
"""Of a line's height, on either side of a part: letters are set wider or narrower, and a box covers its value."""


def part_of(line: Line, start: int, end: int, *, is_even: bool = False) -> Box:
    """The box of the characters from `start` to before `end`; that of the line where characters tell no places.

    Text that runs up or down the page has a box that is higher than wide: it is not cut. With `is_even` all
    characters are as wide, as a typewriter's are.
    """
    x0, y0, x1, y1 = line.box
    length = len(line.text)
    if length == 0 or y1 - y0 > x1 - x0 or not 0 <= start < end:
        return line.box
    widths = [1] * length if is_even else [_width(letter) for letter in line.text]
    edges = [0, *accumulate(widths)]
    each, margin = (x1 - x0) / edges[-1], _MARGIN * (y1 - y0)
    left = x0 + each * edges[min(start, length)] - margin
    right = x0 + each * edges[min(end, length)] + margin
    return (max(x0, left), y0, min(x1, right), y1)


def around(boxes: Iterable[Box]) -> Box:
    """The smallest box that holds them all; there is at least one."""
    each = list(boxes)
    return (
        min(box[0] for box in each),
        min(box[1] for box in each),
        max(box[2] for box in each),
        max(box[3] for box in each),
    )


def _width(letter: str) -> int:
    known = _WIDTHS.get(letter)
    if known is not None:
        return known
    plain = folded(composed(letter))[:1]
    if letter.isupper():
        return _WIDTHS.get(plain.upper(), _CAPITAL)
    return _WIDTHS.get(plain, _USUAL)
