"""The page model: what a reading engine found on one page."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from service.domain.json import JsonObject

Route: TypeAlias = Literal["text", "ocr", "skipped"]
Box: TypeAlias = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text; `box` is x0, y0, x1, y1 in points from the top left of the page as shown."""

    text: str
    box: Box
    confidence: float = 1.0

    def to_json(self) -> JsonObject:
        """Points to 0.1, confidence to 0.001."""
        return {
            "text": self.text,
            "box": [round(side, 1) for side in self.box],
            "confidence": round(self.confidence, 3),
        }


@dataclass(frozen=True, slots=True)
class Page:
    """One page; `number` counts from 1, `width` and `height` are points as shown (after rotation)."""

    number: int
    route: Route
    engine: str
    width: float
    height: float
    rotation: int = 0
    text: str = ""
    markdown: str = ""
    lines: list[Line] = field(default_factory=list[Line])

    def to_json(self) -> JsonObject:
        """The page model as people get it; the Markdown is a result of its own."""
        return {
            "number": self.number,
            "route": self.route,
            "engine": self.engine,
            "width": round(self.width, 1),
            "height": round(self.height, 1),
            "rotation": self.rotation,
            "text": self.text,
            "lines": [line.to_json() for line in self.lines],
        }
