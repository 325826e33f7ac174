"""Books for the pipeline `sentences`: by heart what each must become, and a model that is paid for each answer.

Books of the fate `novel` are split by rules; those that are `rewritten` ask the model, each with people of its own, so
that no two of them ever ask the same.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import orjson

from service.domain.json import JsonObject
from service.domain.sentences import how_many, tidied
from tests.support.gemini_simulator import Asked
from tests.support.novel_files import novel_pdf
from tests.support.novel_words import FRENCH
from tests.support.novels import novel
from workers.engines.prose.pieces import in_pieces

FATES = {"novel": 2, "rewritten": 1}
_MOST_WORDS = 8
_PIECE_WORDS = 5
_RULES_PAGES, _MODEL_PAGES = (10, 16, 24), 10
_CHUNK_PAGES = 5
"""With an overlap of two pages a chunk begins at each third page."""
_NUMBERED = re.compile(r"^\d+\|.*$", re.MULTILINE)
_LETTERS = "abcdefghij"


@dataclass(frozen=True)
class Line:
    """A row of a book's table: the number and the words of a sentence, and a short one that it becomes."""

    sentence: int
    source: str
    text: str


@dataclass(frozen=True)
class Book:
    """What is uploaded, and the table that it becomes whatever happens."""

    content: bytes
    options: bytes
    lines: Sequence[Line]


class Library:
    """Writes books. `books`: by the name that each was given under; `paid`: how often the model answered, by what
    it was asked for (see `portion`)."""

    def __init__(self) -> None:
        self.books: dict[str, Book] = {}
        self.paid = Counter[str]()
        options: JsonObject = {"chunk_pages": _CHUNK_PAGES, "ocr": "never"}
        self._by_rules, self._by_model = (
            orjson.dumps({**options, "engine": each}) for each in ("rules", "gemini")
        )
        self._shelf = [self._by_the_rules(pages) for pages in _RULES_PAGES]

    def book(self, name: str, number: int, fate: str) -> Book:
        """One with this fate, to be uploaded under this name."""
        if fate == "novel":
            same = self._shelf[number % len(self._shelf)]
            made = replace(same, content=same.content + f"\n% {name}\n".encode())
        else:
            made = self._by_the_model(number)
        self.books[name] = made
        return made

    def rewrite(self, asked: Asked) -> JsonObject:
        """The model: it says the words in capitals, some at a time, and wants to be paid."""
        lines: list[str] = _NUMBERED.findall(asked.text)
        self.paid[portion("\n".join(lines))] += 1
        numbered = (line.split("|", 1) for line in lines)
        return {"sentences": [{"number": int(number), "short": _capitals(text)} for number, text in numbered]}

    def _by_the_rules(self, pages: int) -> Book:
        written = novel(pages, seed=pages)
        lines = _lines(written.sentences, [in_pieces(each, _MOST_WORDS) for each in written.sentences])
        return Book(novel_pdf(written), self._by_rules, lines)

    def _by_the_model(self, number: int) -> Book:
        mark = "".join(_LETTERS[int(digit)] for digit in str(number))
        people = [f"{first}{mark}" for first in ("Clar", "Mél", "Val", "Noël", "Sylv", "Aur", "Bast", "Dam")]
        written = novel(_MODEL_PAGES, seed=number, wording=replace(FRENCH, who=people))
        pieces = [_capitals(each) if how_many(each) > _MOST_WORDS else [each] for each in written.sentences]
        return Book(novel_pdf(written), self._by_model, _lines(written.sentences, pieces))


def portion(numbered: str) -> str:
    """A short name for sentences that a model is asked for together, which come one a line, numbered."""
    return hashlib.sha256(numbered.encode()).hexdigest()


def _lines(sentences: Sequence[str], pieces: Sequence[Sequence[str]]) -> list[Line]:
    return [
        Line(number, source, tidied(piece))
        for number, (source, short) in enumerate(zip(sentences, pieces, strict=True), start=1)
        for piece in short
    ]


def _capitals(text: str) -> list[str]:
    said = [word for word in text.upper().split() if how_many(word)]
    return [" ".join(said[at : at + _PIECE_WORDS]) for at in range(0, len(said), _PIECE_WORDS)]
