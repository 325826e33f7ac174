"""On which side of their labels values stand: right of them, under them, or over them, as a page has it there."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import exp
from typing import Literal, TypeAlias

from workers.engines.language.rules.sheet import Cell, Sheet

Side: TypeAlias = Literal["right", "under", "over"]
_SIDES: tuple[Side, ...] = ("right", "under", "over")
_PRIOR: dict[Side, float] = {"right": 0.5, "under": 0.35, "over": 0.03}
_REACH = 110.0
"""So many points away a vote still counts by a third: forms change their manner down the page."""
_LEAST = 0.02


@dataclass(frozen=True, slots=True)
class Leaning:
    """How likely a side is, and whether anything near shows it."""

    side: Side
    share: float
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Sides:
    """What numbers and days show: each that stands on one side only of a label votes for it."""

    votes: Sequence[tuple[float, Side]]

    @classmethod
    def of(cls, sheet: Sheet, labels: Iterable[tuple[Cell, Callable[[Cell], bool]]]) -> "Sides":
        """From labels that stand alone, with what tells whether a cell is a value of theirs."""
        votes: list[tuple[float, Side]] = []
        for cell, is_value in labels:
            there: list[Side] = [
                side
                for side in _SIDES
                if (other := beside(sheet, cell, side)) is not None and is_value(other)
            ]
            if len(there) == 1:
                votes.append((cell.middle, there[0]))
        return cls(votes)

    def near(self, cell: Cell) -> list[Leaning]:
        """The sides that are worth a look, the likeliest first."""
        weights = dict(_PRIOR)
        seen = dict.fromkeys(_SIDES, 0.0)
        for middle, side in self.votes:
            seen[side] += exp(-abs(middle - cell.middle) / _REACH)
        for side in _SIDES:
            weights[side] += seen[side]
        total = sum(weights.values())
        leanings = [Leaning(side, weights[side] / total, seen[side] > 0.3) for side in _SIDES]
        return sorted((each for each in leanings if each.share > _LEAST), key=lambda each: -each.share)


def beside(sheet: Sheet, cell: Cell, side: Side) -> Cell | None:
    """The next cell on that side."""
    match side:
        case "right":
            return sheet.right_of(cell)
        case "under":
            return sheet.below(cell)
        case "over":
            return sheet.above(cell)
