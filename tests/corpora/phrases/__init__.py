"""Sentences written by hand, one a line, with `_` between words that are better not parted, and spaces between others.

The rules were made with `known` in sight, not with `apart`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from workers.engines.prose.languages.tongue import Language

Half: TypeAlias = Literal["known", "apart"]
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Marked:
    """A sentence, and the offsets of the spaces at which it is better not cut."""

    text: str
    together: frozenset[int]


def marked(half: Half, language: Language) -> list[Marked]:
    """All sentences of one half in this language."""
    lines = (_HERE / half / f"{language}.txt").read_text("utf-8").splitlines()
    return [
        Marked(line.replace("_", " "), frozenset(at for at, each in enumerate(line) if each == "_"))
        for line in lines
    ]
