"""French sentences written by hand, one a line, paragraphs apart by empty lines.

The rules were made with `known` in sight; `apart` was written before them and stays out of their making, so that it
tells what they are worth on texts that they have never seen.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Written:
    """A paragraph as its sentences; `kind` is what sort of text it is from."""

    kind: str
    sentences: tuple[str, ...]


def written(half: Literal["known", "apart"]) -> list[Written]:
    """All paragraphs of one half, by kind and place."""
    return [
        Written(path.stem, tuple(block.splitlines()))
        for path in sorted((_HERE / half).glob("*.txt"))
        for block in path.read_text("utf-8").strip().split("\n\n")
    ]
