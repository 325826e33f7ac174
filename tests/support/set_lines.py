"""Pages of lines that tests write down as they would be printed."""

from workers.engines.page import Line, Page

LEFT, TOP, HEIGHT, LEADING, CHARACTER = 60.0, 80.0, 11.0, 14.0, 6.0
WIDTH = 58


def page_of(number: int, *lines: str) -> Page:
    """Lines set under each other; leading spaces indent, and an empty line is a gap.

    A line that is neither indented nor short reaches the right edge.
    """
    made = list[Line]()
    for row, line in enumerate(lines):
        text = line.strip()
        if not text:
            continue
        x0 = LEFT + CHARACTER * (len(line) - len(line.lstrip()))
        y0 = TOP + LEADING * row
        made.append(Line(text, (x0, y0, x0 + CHARACTER * len(text), y0 + HEIGHT)))
    return Page(number, "text", "pymupdf", 460.0, 620.0, lines=made)
