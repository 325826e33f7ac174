"""docs/protocol.md as what it promises: its tables and its programs."""

import re
from pathlib import Path

_GUIDE = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text()


def table(head: str) -> list[tuple[str, ...]]:
    """The cells of the rows of the one table whose first line begins so, without the marks of code."""
    (found,) = re.findall(rf"^\| {re.escape(head)}.*\n\|[-|]+\|\n((?:\|.*\n)+)", _GUIDE, re.MULTILINE)
    rows = [line.strip("|\n ").split(" | ") for line in found.splitlines()]
    return [tuple(cell.strip() for cell in row) for row in rows]


def program(language: str) -> str:
    """The one program in this language."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", _GUIDE, re.DOTALL | re.MULTILINE)
    return found
