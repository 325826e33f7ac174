"""What a flowing document is made of."""

from dataclasses import dataclass, field
from typing import Literal

BlockKind = Literal["heading", "paragraph", "item", "code", "table", "break"]


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a document, in reading order.

    text: with line breaks where the author wanted them; not for tables.
    level: of a heading 1 to 6, of a list item 0 and deeper.
    number: of an item in an ordered list.
    rows: of a table, all equally long; the first is its head, unless it `continues` the table before.
    "break" begins a new page.
    """

    kind: BlockKind
    text: str = ""
    level: int = 0
    number: int | None = None
    rows: list[list[str]] = field(default_factory=list[list[str]])
    continues: bool = False


def heading(text: str, level: int) -> Block:
    """A heading; levels past 6 are 6."""
    return Block("heading", " ".join(text.split()), level=min(max(level, 1), 6))


def table(rows: list[list[str]], *, continues: bool = False) -> Block | None:
    """A table without its empty rows and columns; None when nothing is left."""
    kept = [row for row in rows if any(cell.strip() for cell in row)]
    if not kept:
        return None
    width = max(len(row) for row in kept)
    full = [row + [""] * (width - len(row)) for row in kept]
    used = [index for index in range(width) if any(row[index].strip() for row in full)]
    return Block("table", rows=[[row[index] for index in used] for row in full], continues=continues)
