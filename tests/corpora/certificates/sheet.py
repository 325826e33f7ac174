"""Pages to draw certificates on, which remember where each value was put."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from typing import Any, Literal, TypeAlias

from tests.corpora.certificates.facts import Endorsement, Facts
from tests.corpora.certificates.truth import Box, Place
from workers.engines.pdf.mupdf import pymupdf

Colour: TypeAlias = tuple[float, float, float]
Style: TypeAlias = Literal["roman", "bold", "italic"]
Align: TypeAlias = Literal["left", "centre", "right"]
Family: TypeAlias = Literal["serif", "sans", "mono"]

WIDTH, HEIGHT = 595.0, 842.0
INK: Colour = (0.08, 0.08, 0.1)
GREY: Colour = (0.45, 0.46, 0.5)

_FACES: dict[Family, dict[Style, str]] = {
    "serif": {"roman": "tiro", "bold": "tibo", "italic": "tiit"},
    "sans": {"roman": "helv", "bold": "hebo", "italic": "heit"},
    "mono": {"roman": "cour", "bold": "cobo", "italic": "coit"},
}
_SLANT = 0.21


@dataclass(frozen=True, slots=True)
class Value:
    """Words that are the value of a field (`code`), or stand out for another reason."""

    code: str | None
    text: str
    style: Style | None = None
    family: Family | None = None


Run: TypeAlias = str | Value
Runs: TypeAlias = Run | Sequence[Run]


@dataclass(frozen=True, slots=True)
class Look:
    """How words are set; `leading` in sizes."""

    size: float = 10.0
    style: Style = "roman"
    colour: Colour = INK
    align: Align = "left"
    leading: float = 1.32
    family: Family | None = None


Cells: TypeAlias = Sequence[tuple[float, float, Runs, Look]]
"""Cells of a row: left edge, width, words and their look."""


@dataclass(frozen=True, slots=True)
class _Atom:
    text: str
    face: "_Face"
    width: float
    value: Value | None


@dataclass(frozen=True, slots=True, eq=False)
class _Face:
    """A font; Noto Serif, the only one here with all of Vietnamese, has bold and italic by drawing alone."""

    font: Any
    thick: bool = False
    slanted: bool = False

    def width(self, text: str, size: float) -> float:
        return _wide(self.font, text) * size


@dataclass(slots=True)
class Sheet:
    """A document in the making. Baselines and boxes in points from the top left of the page."""

    facts: Facts
    family: Family = "serif"
    document: Any = field(default_factory=pymupdf.open)
    page: Any = None
    places: dict[str, list[Place]] = field(default_factory=dict[str, list[Place]])

    def __post_init__(self) -> None:
        self.new_page()

    def new_page(self, width: float = WIDTH, height: float = HEIGHT) -> None:
        """Goes on on a new page."""
        self.page = self.document.new_page(width=width, height=height)

    @property
    def number(self) -> int:
        """Of the page that is drawn on, from 1."""
        return int(self.document.page_count)

    def value(self, code: str, style: Style | None = None, family: Family | None = None) -> Value:
        """The value of a field that the document has."""
        text = self.facts.printed(code)
        assert text is not None, code
        return Value(code, text, style, family)

    def issuer(self, between: str = " / ") -> list[Run]:
        """Who issues it, in both languages where there are two."""
        english = self.value("issuing_authority")
        name_vi = self.facts.authority.name_vi
        return [Value("issuing_authority", name_vi), between, english] if name_vi else [english]

    def title(self, between: str = "\n", *, capitals: bool = False) -> list[Run]:
        """The name of the certificate, in both languages where there are two."""
        names = [self.facts.kind.title_vi, self.facts.title] if self.facts.bilingual else [self.facts.title]
        runs: list[Run] = []
        for name in names:
            runs += [between, Value("certificate_name", name.upper() if capitals else name)]
        return runs[1:]

    def done_on(self, endorsement: Endorsement, style: Style | None = None) -> Run:
        """When a survey was done; the latest one is the last endorsement. Empty when it is still to come."""
        if endorsement.on is None:
            return ""
        latest = endorsement.on == self.facts.last_endorsement
        return Value("last_endorsement" if latest else None, self.facts.day(endorsement.on), style)

    def text(self, x: float, y: float, runs: Runs, look: Look, width: float | None = None) -> float:
        """Sets words from a first baseline, broken to a width; returns the baseline after the last.

        `x` is the left edge with a width; without one it is the left, middle or right by the alignment.
        """
        lines = self._lines(runs, look, width)
        placed: dict[int, tuple[Value, list[Box]]] = {}
        for line in lines:
            wide = sum(atom.width for atom in line)
            room = 0.0 if width is None else width
            left = x + {"left": 0.0, "centre": (room - wide) / 2, "right": room - wide}[look.align]
            self._write(left, y, line, look)
            for atom in line:
                if atom.value is not None and atom.value.code is not None and atom.text.strip():
                    box = (left, y - look.size * 0.96, left + atom.width, y + look.size * 0.28)
                    placed.setdefault(id(atom.value), (atom.value, []))[1].append(box)
                left += atom.width
            y += look.size * look.leading
        for value, boxes in placed.values():
            self.remember(value, boxes)
        return y

    def remember(self, value: Value, boxes: list[Box]) -> None:
        """Notes that a value stands in these boxes of this page."""
        assert value.code is not None
        place = Place(
            self.number,
            (
                min(box[0] for box in boxes),
                min(box[1] for box in boxes),
                max(box[2] for box in boxes),
                max(box[3] for box in boxes),
            ),
            " ".join(value.text.split()),
        )
        self.places.setdefault(value.code, []).append(place)

    def height(self, runs: Runs, look: Look, width: float) -> float:
        """How high the words get at a width."""
        return len(self._lines(runs, look, width)) * look.size * look.leading

    def row(
        self,
        y: float,
        cells: Cells,
        *,
        least: float = 0.0,
        pad: float = 4.0,
    ) -> float:
        """Sets cells (left, width, words, look) side by side under a line at y; returns the bottom of the row."""
        bottom = y + self.row_height(cells, least=least, pad=pad)
        for x, width, runs, look in cells:
            high = self.height(runs, look, width - 2 * pad)
            first = y + (bottom - y - high) / 2 + look.size * (0.5 + look.leading / 2) - look.size * 0.17
            self.text(x + pad, first, runs, look, width - 2 * pad)
        return bottom

    def row_height(self, cells: Cells, *, least: float = 0.0, pad: float = 4.0) -> float:
        """How high such a row gets."""
        return max(
            least, 2 * pad + max(self.height(runs, look, width - 2 * pad) for _, width, runs, look in cells)
        )

    def line(
        self, x0: float, y0: float, x1: float, y1: float, colour: Colour = INK, width: float = 0.6
    ) -> None:
        """A straight line."""
        self.page.draw_line((x0, y0), (x1, y1), color=colour, width=width)

    def rect(
        self, box: Box, colour: Colour | None = INK, width: float = 0.6, fill: Colour | None = None
    ) -> None:
        """A rectangle, filled, framed or both."""
        self.page.draw_rect(box, color=colour, width=width, fill=fill)

    def _lines(self, runs: Runs, look: Look, width: float | None) -> list[list[_Atom]]:
        lines: list[list[_Atom]] = [[]]
        used = 0.0
        for unit in self._units([runs] if isinstance(runs, str | Value) else runs, look):
            if unit is None:
                lines.append([])
                used = 0.0
                continue
            wide = sum(atom.width for atom in unit)
            blank = all(not atom.text.strip() for atom in unit)
            if width is not None and not blank and used + wide > width and lines[-1]:
                lines.append([])
                used = 0.0
            if blank and not lines[-1]:
                continue
            lines[-1].extend(unit)
            used += wide
        for line in lines:
            while line and not line[-1].text.strip():
                line.pop()
        return lines

    def _units(self, runs: Sequence[Run], look: Look) -> "list[list[_Atom] | None]":
        """What is not broken, blanks between, and None where a line must end."""
        units: list[list[_Atom] | None] = []
        glued = False
        for run in runs:
            value = run if isinstance(run, Value) else None
            text = run.text if isinstance(run, Value) else run
            style = value.style or look.style if value else look.style
            family = (value.family if value else None) or look.family or self.family
            face = self._face(text, style, family)
            # A short value stays whole: what a clerk types into a gap is not broken.
            whole = value is not None and len(text.split()) <= 3 and len(text) <= 24
            for part in [text] if whole else re.findall(r"\n|[^\S\n]+|\S+", text):
                if part == "\n":
                    units.append(None)
                    glued = False
                    continue
                atom = _Atom(part, face, face.width(part, look.size), value)
                blank = not part.strip()
                if glued and not blank and units and (last := units[-1]) is not None:
                    last.append(atom)
                else:
                    units.append([atom])
                glued = not blank
        return units

    def _face(self, text: str, style: Style, family: Family) -> _Face:
        foreign = self.facts.bilingual and family != "mono"
        if not foreign:
            face = _named(_FACES[family][style], style)
            if all(face.font.has_glyph(ord(character)) for character in text if character != "\n"):
                return face
        return _named("", style)

    def _write(self, x: float, y: float, line: list[_Atom], look: Look) -> None:
        """Atoms of one face as one run, with the blanks between them, as programs write text."""
        for face, atoms in groupby(line, key=lambda atom: atom.face):
            text = "".join(atom.text for atom in atoms)
            writer = pymupdf.TextWriter(self.page.rect, color=look.colour)
            writer.append((x, y), text, font=face.font, fontsize=look.size)
            morph = (pymupdf.Point(x, y), pymupdf.Matrix(1, 0, _SLANT, 1, 0, 0)) if face.slanted else None
            writer.write_text(self.page, render_mode=2 if face.thick else 0, morph=morph)
            x += face.width(text, look.size)


@cache
def _named(name: str, style: Style) -> _Face:
    font = pymupdf.Font(name) if name else pymupdf.Font(script=0)
    return _Face(font, not name and style == "bold", not name and style == "italic")


@cache
def _wide(font: Any, text: str) -> float:
    """A text's width at size 1."""
    return float(font.text_length(text, 1))
