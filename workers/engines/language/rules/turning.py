"""Pages that were laid on the scanner sideways or upside down: how their text lies, and its boxes upright."""

from collections.abc import Sequence
from dataclasses import dataclass

from workers.engines.page import Box, Line, Page

_LEAST_CHARACTERS = 4
_LEAST_LINES = 5
_MOSTLY = 0.6
_LOOKED_AT = 400


@dataclass(frozen=True, slots=True)
class Turn:
    """By how many quarters clockwise the text of a page lies wrongly; width and height in points as shown."""

    quarters: int
    width: float
    height: float

    @classmethod
    def of(cls, page: Page) -> "Turn":
        """By where its lines run, and in which order they were read. A text layer is as it was written."""
        lines = [each for each in page.lines[:_LOOKED_AT] if len(each.text) >= _LEAST_CHARACTERS]
        quarters = 0
        if page.route == "ocr" and len(lines) >= _LEAST_LINES:
            if sum(map(_runs_up_or_down, lines)) > _MOSTLY * len(lines):
                quarters = 1 if _goes_on([-_middle(each, 0) for each in lines]) else 3
            elif _goes_on([-_middle(each, 1) for each in lines]):
                quarters = 2
        return cls(quarters, max(page.width, 1.0), max(page.height, 1.0))

    @property
    def upright_size(self) -> tuple[float, float]:
        """Width and height of the page as it is read."""
        return (self.width, self.height) if self.quarters % 2 == 0 else (self.height, self.width)

    def upright(self, box: Box) -> Box:
        """A box of the page as shown, on the page as it is read."""
        x0, y0, x1, y1 = box
        match self.quarters:
            case 1:
                return y0, self.width - x1, y1, self.width - x0
            case 2:
                return self.width - x1, self.height - y1, self.width - x0, self.height - y0
            case 3:
                return self.height - y1, x0, self.height - y0, x1
            case _:
                return box

    def shown(self, box: Box) -> Box:
        """The other way round."""
        x0, y0, x1, y1 = box
        match self.quarters:
            case 1:
                return self.width - y1, x0, self.width - y0, x1
            case 2:
                return self.width - x1, self.height - y1, self.width - x0, self.height - y0
            case 3:
                return y0, self.height - x1, y1, self.height - x0
            case _:
                return box


def _runs_up_or_down(line: Line) -> bool:
    x0, y0, x1, y1 = line.box
    return y1 - y0 > x1 - x0


def _middle(line: Line, axis: int) -> float:
    return (line.box[axis] + line.box[axis + 2]) / 2


def _goes_on(places: Sequence[float]) -> bool:
    """Whether they mostly rise: each third one is held against the one that was read as much later."""
    steps = max(1, len(places) // 3)
    pairs = list(zip(places, places[steps:], strict=False))
    return sum(after > before for before, after in pairs) > _MOSTLY * len(pairs)
