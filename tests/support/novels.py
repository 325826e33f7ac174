"""Novels that nobody wrote, and paragraphs that somebody did: pages set like a printed book's, whose every sentence is
known."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tests.support.novel_words import FRENCH, Wording
from workers.engines.page import Line, Page

_WIDTH = 58
_LEFT, _TOP, _HEIGHT, _LEADING = 60.0, 80.0, 11.0, 14.0
_LINES = 32


@dataclass
class Novel:
    """Its pages, and its sentences in order."""

    pages: list[Page] = field(default_factory=list[Page])
    sentences: list[str] = field(default_factory=list[str])


def novel(pages: int, seed: int, *, heads: bool = True, wording: Wording = FRENCH) -> Novel:
    """A book of so many pages: chapters, dialogue, divided words, heads and page numbers."""
    chosen = random.Random(seed)
    made, lines = Novel(), list[tuple[str, bool]]()
    while len(lines) < pages * _LINES:
        paragraph = list(_paragraph(chosen, wording))
        made.sentences += paragraph
        lines += _wrapped(" ".join(paragraph), chosen, divides=wording.divides)
    made.pages += _pages(lines, wording.heads if heads else None)
    return made


def printed(paragraphs: Iterable[tuple[Sequence[str], Sequence[str]]], seed: int) -> Novel:
    """A French book of paragraphs that are given as their sentences, and as their lines where they are verse."""
    chosen = random.Random(seed)
    made, lines = Novel(), list[tuple[str, bool]]()
    for sentences, verse in paragraphs:
        made.sentences += sentences
        lines += (
            [(line, not at) for at, line in enumerate(verse)]
            if verse
            else _wrapped(" ".join(sentences), chosen, divides=True)
        )
    made.pages += _pages(lines, FRENCH.heads)
    return made


def _pages(lines: Sequence[tuple[str, bool]], heads: tuple[str, str] | None) -> Iterator[Page]:
    for number in range(1, -(-len(lines) // _LINES) + 1):
        yield _page(number, lines[(number - 1) * _LINES : number * _LINES], heads)


def _paragraph(chosen: random.Random, wording: Wording) -> Iterator[str]:
    opening, closing = wording.speech if chosen.random() < 0.3 else ("", "")
    many = chosen.choice((1, 1, 2, 3, 4, 6))
    for number in range(many):
        sentence = _sentence(chosen, wording)
        yield f"{opening if number == 0 else ''}{sentence}{closing if number == many - 1 else ''}"


def _sentence(chosen: random.Random, wording: Wording) -> str:
    parts = [_clause(chosen, wording)]
    while chosen.random() < 0.5 and len(parts) < 9:
        parts += [chosen.choice(wording.links), " ", _clause(chosen, wording)]
    text = "".join(parts)
    return text[0].upper() + text[1:] + chosen.choice(wording.ends)


def _clause(chosen: random.Random, wording: Wording) -> str:
    return " ".join(chosen.choice(each) for each in (wording.who, wording.did, wording.what, wording.how))


def _wrapped(text: str, chosen: random.Random, *, divides: bool) -> list[tuple[str, bool]]:
    """Lines, the first of which is indented; long words are divided now and then."""
    lines, line = list[tuple[str, bool]](), ""
    for word in text.split():
        room = _WIDTH - len(line) - 1
        if len(word) <= room:
            line = f"{line} {word}" if line else word
            continue
        at = chosen.randint(3, 4)
        if divides and word.isalpha() and len(word) >= at + 4 and room > at + 1 and chosen.random() < 0.6:
            lines.append((f"{line} {word[:at]}-", not lines))
            line = word[at:]
        else:
            lines.append((line, not lines))
            line = word
    return [*lines, (line, not lines)]


def _page(number: int, several: Sequence[tuple[str, bool]], heads: tuple[str, str] | None) -> Page:
    lines = list[Line]()
    if heads:
        lines.append(Line(heads[(number + 1) % 2], (200.0, 40.0, 300.0, 51.0)))
    for row, (text, is_first) in enumerate(several):
        x0, y0 = _LEFT + (18.0 if is_first else 0.0), _TOP + row * _LEADING
        last = row + 1 == len(several) or several[row + 1][1]
        x1 = x0 + 6.0 * len(text) if last else _LEFT + 6.0 * _WIDTH
        lines.append(Line(text, (x0, y0, x1, y0 + _HEIGHT)))
    if heads:
        lines.append(Line(f"– {number} –", (220.0, 560.0, 250.0, 571.0)))
    return Page(number, "text", "pymupdf", 460.0, 620.0, lines=lines)
