"""French sentences written by hand, one a line, paragraphs apart by empty lines. In `verse` a line is one of verse.

The rules were made with `known` in sight; `apart` stays out of their making, so that it tells what they are worth on
texts that they have never seen. The first half of it was written before them, the second afterwards and at once: no
rule was made or changed for either.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

Half: TypeAlias = Literal["known", "apart"]
_HERE = Path(__file__).parent


_ENDS = (".", "!", "?", "…")


@dataclass(frozen=True)
class Written:
    """A paragraph as its sentences, and its lines where it is verse; `kind` is what sort of text it is from."""

    kind: str
    sentences: tuple[str, ...]
    lines: tuple[str, ...] = ()


def written(half: Half) -> list[Written]:
    """All paragraphs of one half, by kind and place."""
    return [
        _paragraph(path.stem, tuple(block.splitlines()))
        for path in sorted((_HERE / half).glob("*.txt"))
        for block in path.read_text("utf-8").strip().split("\n\n")
    ]


def _paragraph(kind: str, lines: tuple[str, ...]) -> Written:
    if kind != "verse":
        return Written(kind, lines)
    sentences, begun = list[str](), list[str]()
    for line in lines:
        begun.append(line)
        if line.endswith(_ENDS):
            sentences.append(" ".join(begun))
            begun = []
    return Written(kind, tuple(sentences), lines)
