"""The fonts of laid-out pages, and words as runs of glyphs that can always be read back exactly."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from workers.engines.pdf.mupdf import mupdf, pymupdf

Style = Literal["body", "bold", "mono"]
_FIRST: dict[Style, str | None] = {"body": None, "bold": "hebo", "mono": "cour"}
_SCRIPTS = 170  # Unicode scripts that MuPDF has numbers for
_KEPT_WORDS = 50_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, or a part of one: glyphs in hex by font, its width at size 1, and what a reader must read.

    `actual` is None where the glyphs say it all, and empty for the later parts of a broken word. The glyphs of a word
    that is read from right to left stand in the order in which they are seen, and so does its `actual`.
    """

    runs: tuple[tuple[int, str], ...]
    width: float
    actual: str | None = None
    right_to_left: bool = False


class Face:
    """One font."""

    def __init__(self, font: Any) -> None:
        self.font = font
        self._glyphs: dict[str, tuple[int, float]] = {}
        self._ambiguous: set[int] | None = None

    def glyph(self, character: str) -> tuple[int, float]:
        """Its number (0: none) and its advance at size 1."""
        found = self._glyphs.get(character)
        if found is None:
            number = int(self.font.has_glyph(ord(character)))
            advance = float(self.font.glyph_advance(ord(character)))
            found = self._glyphs[character] = (number, advance)
        return found

    def is_ambiguous(self, glyph: int) -> bool:
        """Whether several characters share the glyph, so that reading it back could give another one."""
        if self._ambiguous is None:
            seen: set[int] = set()
            self._ambiguous = set()
            for code in self.font.valid_codepoints():
                number = int(self.font.has_glyph(code))
                (self._ambiguous if number in seen else seen).add(number)
        return glyph in self._ambiguous


class Fonts:
    """All fonts that a document turned out to need."""

    def __init__(self) -> None:
        self.faces: list[Face] = []
        self._first = {style: self._add(_built_in(name)) for style, name in _FIRST.items()}
        self._fallbacks: list[int] | None = None
        self._chosen: dict[tuple[Style, str], int] = {}
        self._pieces: dict[tuple[Style, str], Piece] = {}

    def space(self, style: Style) -> Piece:
        """The space between two words."""
        return self.piece(style, " ")

    def piece(self, style: Style, word: str) -> Piece:
        """A word in a style."""
        key = (style, word)
        found = self._pieces.get(key)
        if found is None:
            if len(self._pieces) > _KEPT_WORDS:
                self._pieces.clear()
            found = self._pieces[key] = self._shape(style, word)
        return found

    def broken(self, style: Style, word: str, width: float) -> Iterator[Piece]:
        """The parts of a word that is wider than `width` (at size 1); the first stands for the whole word."""
        start, reached = 0, 0.0
        for index, character in enumerate(word):
            advance = self.piece(style, character).width
            if index > start and reached + advance > width:
                yield self._part(style, word, start, index)
                start, reached = index, 0.0
            reached += advance
        yield self._part(style, word, start, len(word))

    def _part(self, style: Style, word: str, start: int, end: int) -> Piece:
        shaped = self._shape(style, word[start:end])
        return Piece(shaped.runs, shaped.width, "" if start else word)

    def _shape(self, style: Style, word: str) -> Piece:
        right_to_left = any(unicodedata.bidirectional(character) in ("R", "AL") for character in word)
        runs: list[tuple[int, list[str]]] = []
        width, exact = 0.0, True
        for character in reversed(word) if right_to_left else word:
            index = self._face_of(style, character)
            number, advance = self.faces[index].glyph(character)
            exact = exact and number > 0 and (character == " " or not self.faces[index].is_ambiguous(number))
            width += advance
            if not runs or runs[-1][0] != index:
                runs.append((index, []))
            runs[-1][1].append(f"{number:04x}")
        joined = tuple((index, "".join(glyphs)) for index, glyphs in runs)
        if right_to_left:
            # Readers turn it around, be it glyphs or said.
            return Piece(joined, width, word[::-1], right_to_left=True)
        return Piece(joined, width, None if exact else word)

    def _face_of(self, style: Style, character: str) -> int:
        key = (style, character)
        found = self._chosen.get(key)
        if found is None:
            found = self._chosen[key] = self._choose(style, character)
        return found

    def _choose(self, style: Style, character: str) -> int:
        for index in (self._first[style], self._first["body"]):
            if self.faces[index].glyph(character)[0]:
                return index
        for index in self._all_fallbacks():
            if self.faces[index].glyph(character)[0]:
                return index
        return self._first["body"]

    def _all_fallbacks(self) -> list[int]:
        """Chinese, Japanese and Korean first; then a font for each script that MuPDF brings one for."""
        if self._fallbacks is None:
            fonts = [pymupdf.Font("cjk")]
            known = {self.faces[self._first["body"]].font.name}
            for script in range(_SCRIPTS):
                try:
                    font = pymupdf.Font(script=script)
                except (AttributeError, RuntimeError, mupdf.FzErrorBase):  # no font for this script
                    continue
                if font.name not in known:
                    known.add(font.name)
                    fonts.append(font)
            self._fallbacks = [self._add(font) for font in fonts]
        return self._fallbacks

    def _add(self, font: Any) -> int:
        self.faces.append(Face(font))
        return len(self.faces) - 1


def _built_in(name: str | None) -> Any:
    return pymupdf.Font(name) if name else pymupdf.Font(script=0)
