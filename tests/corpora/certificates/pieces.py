"""Strokes that several layouts share; what the words beside them are is for each layout to say."""

from collections.abc import Sequence

from tests.corpora.certificates.facts import Facts
from tests.corpora.certificates.marks import BLUE, signature, stamp
from tests.corpora.certificates.sheet import GREY, INK, Colour, Look, Run, Runs, Sheet, Value

Cell = tuple[Runs, Look]


def city_of(facts: Facts) -> str:
    """Where it is issued, as the document spells it."""
    return facts.authority.city_vi or facts.authority.city


def english_first(facts: Facts, pair: tuple[str, str], between: str = " / ") -> str:
    """English, and Vietnamese after it where there are two languages."""
    english, vietnamese = pair
    return f"{english}{between}{vietnamese}" if facts.bilingual else english


def capitals(sheet: Sheet, code: str) -> Value:
    """The value of a field that the document has, in capitals."""
    value = sheet.value(code)
    return Value(code, value.text.upper(), value.style)


def ruled(
    sheet: Sheet,
    y: float,
    left: float,
    widths: Sequence[float],
    rows: Sequence[Sequence[Cell]],
    *,
    least: float = 18.0,
    colour: Colour = INK,
    fill: Colour | None = None,
) -> float:
    """A table of cells, each framed, with `fill` behind all of them; returns its bottom."""
    for cells in rows:
        placed: list[tuple[float, float, Runs, Look]] = []
        x = left
        for wide, (runs, look) in zip(widths, cells, strict=True):
            placed.append((x, wide, runs, look))
            x += wide
        high = sheet.row_height(placed, least=least)
        for x, wide, _, _ in placed:
            sheet.rect((x, y, x + wide, y + high), colour, 0.5, fill)
        y = sheet.row(y, placed, least=least)
    return y


def dots(sheet: Sheet, x0: float, x1: float, y: float, colour: Colour = GREY) -> None:
    """A dotted line."""
    sheet.page.draw_line((x0, y), (x1, y), color=colour, width=0.8, dashes="[0.8 2.2] 0")


def gap(sheet: Sheet, box: tuple[float, float, float], runs: Runs, look: Look, caption: str = "") -> float:
    """Words in the middle of a dotted line, with a caption below it; `box` is left, baseline, width.

    Returns the baseline after them.
    """
    left, y, wide = box
    below = sheet.text(left, y, runs, look, wide)
    line = below - look.size * look.leading + 3
    dots(sheet, left, left + wide, line)
    if not caption:
        return below
    return sheet.text(left, line + 8.5, caption, Look(7, "italic", GREY, "centre"), wide) + 5


def sealed(sheet: Sheet, x: float, y: float, colour: Colour = BLUE, size: float = 94) -> None:
    """The round stamp of the issuer about a middle."""
    authority = sheet.facts.authority
    stamp(sheet, x, y, (authority.name_vi or authority.name, authority.initials), colour=colour, size=size)


def signed(sheet: Sheet, x: float, y: float, wide: float, under: str) -> float:
    """A signature on a line, and below it who signed and as what; returns the baseline after."""
    signature(sheet, x + wide * 0.15, y - 4, sheet.facts.surveyor, min(110, wide * 0.6))
    sheet.line(x, y, x + wide, y, INK, 0.5)
    return sheet.text(x, y + 11, [sheet.facts.surveyor, "\n", under], Look(8.4, align="centre"), wide)


def period(sheet: Sheet, before: str, without_end: str) -> list[Run]:
    """Words and the day until which it holds, or what is said where it holds without an end."""
    return [before, sheet.value("valid_until", "bold")] if sheet.facts.until else [without_end]
