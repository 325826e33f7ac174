"""Page models, as Reading stores them, as engines take them."""

from collections.abc import Sequence

from service.domain.json import JsonObject
from workers.engines.page import Line, Page


def page_of(model: JsonObject) -> Page:
    """The page; its Markdown is a result of its own."""
    lines = [Line(str(each["text"]), _box(each["box"]), float(each["confidence"])) for each in model["lines"]]
    return Page(
        number=model["number"],
        route=model["route"],
        engine=model["engine"],
        width=model["width"],
        height=model["height"],
        rotation=model["rotation"],
        text=model["text"],
        lines=lines,
    )


def _box(sides: Sequence[float]) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = sides
    return (x0, y0, x1, y1)
