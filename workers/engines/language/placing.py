"""Where a part of a line stands: by its share of the line's characters."""

from collections.abc import Iterable

from workers.engines.page import Box, Line


def part_of(line: Line, start: int, end: int) -> Box:
    """The box of the characters from `start` to before `end`; that of the line where characters tell no places.

    Text that runs up or down the page has a box that is higher than wide: it is not cut.
    """
    x0, y0, x1, y1 = line.box
    length = len(line.text)
    if length == 0 or y1 - y0 > x1 - x0 or not 0 <= start < end:
        return line.box
    each = (x1 - x0) / length
    return (x0 + each * min(start, length), y0, x0 + each * min(end, length), y1)


def around(boxes: Iterable[Box]) -> Box:
    """The smallest box that holds them all; there is at least one."""
    each = list(boxes)
    return (
        min(box[0] for box in each),
        min(box[1] for box in each),
        max(box[2] for box in each),
        max(box[3] for box in each),
    )
