"""Tables, where ruling lines draw them."""

import re
from bisect import bisect_right
from dataclasses import dataclass

from workers.engines.pdf.order import Block
from workers.engines.pdf.structured import SCALE, TextLine

_Boxes = list[tuple[float, float, float, float]]
_THIN, _SHORT, _NEAR = 3.0, 8.0, 3.0
_MOST_CELLS, _MOST_CROSSINGS = 5000, 100_000


@dataclass(frozen=True, slots=True)
class Grid:
    """A ruled table: the places of its rules in points, ascending."""

    xs: list[float]
    ys: list[float]

    def cell_of(self, line: TextLine) -> tuple[int, int] | None:
        """Row and column of a line of text, by its middle."""
        x, y = (line.x0 + line.x1) / 2 / SCALE, (line.y0 + line.y1) / 2 / SCALE
        left = line.x0 / SCALE + 1
        if not (self.xs[0] - 1 <= left and x <= self.xs[-1] and self.ys[0] <= y <= self.ys[-1]):
            return None
        column = min(max(bisect_right(self.xs, left) - 1, 0), len(self.xs) - 2)
        return min(bisect_right(self.ys, y) - 1, len(self.ys) - 2), column


def find_grids(vectors: _Boxes) -> list[Grid]:
    """Grids of at least two rows and two columns, from boxes of drawn paths."""
    across, down = _rules(vectors)
    across, down = _merged(across, across=True), _merged(down, across=False)
    return [grid for group in _touching(across, down) if (grid := _grid(*group)) is not None]


def rows_of(grid: Grid, blocks: list[Block]) -> tuple[list[list[str]], list[Block]]:
    """The text of each cell, and the blocks without what the table took."""
    cells: dict[tuple[int, int], list[str]] = {}
    left: list[Block] = []
    for block in blocks:
        outside: Block = []
        for line in block:
            cell = grid.cell_of(line)
            if cell is None:
                outside.append(line)
            else:
                cells.setdefault(cell, []).append(line.text)
        if outside:
            left.append(outside)
    rows = [
        [" ".join(cells.get((row, column), ())) for column in range(len(grid.xs) - 1)]
        for row in range(len(grid.ys) - 1)
    ]
    return [row for row in rows if any(row)], left


def table_markdown(rows: list[list[str]]) -> str:
    """A pipe table; its first row is its head."""
    cells = [[re.sub(r"\s+", " ", cell).replace("|", "\\|") for cell in row] for row in rows]
    lines = ["| " + " | ".join(row) + " |" for row in cells]
    lines.insert(1, "|" + " --- |" * len(rows[0]))
    return "\n".join(lines)


def _rules(vectors: _Boxes) -> tuple[_Boxes, _Boxes]:
    """Lines across and down; a rectangle counts as its four sides."""
    across: _Boxes = []
    down: _Boxes = []
    for x0, y0, x1, y1 in vectors:
        wide, high = x1 - x0, y1 - y0
        if high <= _THIN and wide >= _SHORT:
            across.append((x0, (y0 + y1) / 2, x1, (y0 + y1) / 2))
        elif wide <= _THIN and high >= _SHORT:
            down.append(((x0 + x1) / 2, y0, (x0 + x1) / 2, y1))
        elif wide >= _SHORT and high >= _SHORT:
            across += [(x0, y0, x1, y0), (x0, y1, x1, y1)]
            down += [(x0, y0, x0, y1), (x1, y0, x1, y1)]
    return across, down


def _merged(rules: _Boxes, *, across: bool) -> _Boxes:
    """Rules that continue each other, as one: tables are often drawn cell by cell."""
    start, end, place = (0, 2, 1) if across else (1, 3, 0)
    merged: _Boxes = []
    for rule in sorted(rules, key=lambda rule: (round(rule[place] / _NEAR), rule[start])):
        last = merged[-1] if merged else None
        if last is not None and abs(last[place] - rule[place]) <= _NEAR and rule[start] <= last[end] + _NEAR:
            reached = max(last[end], rule[end])
            merged[-1] = (
                (last[0], last[1], reached, last[3]) if across else (last[0], last[1], last[2], reached)
            )
        else:
            merged.append(rule)
    return merged


def _touching(across: _Boxes, down: _Boxes) -> list[tuple[_Boxes, _Boxes]]:
    """Groups of rules that hang together by crossing or meeting each other."""
    if len(across) * len(down) > _MOST_CROSSINGS:
        return []
    groups: list[tuple[_Boxes, _Boxes]] = []
    for rule in down:
        crossed = [line for line in across if _meet(line, rule)]
        joined: tuple[_Boxes, _Boxes] = (crossed, [rule])
        others: list[tuple[_Boxes, _Boxes]] = []
        for group in groups:
            if any(line in group[0] for line in crossed):
                joined[0].extend(line for line in group[0] if line not in joined[0])
                joined[1].extend(group[1])
            else:
                others.append(group)
        groups = [*others, joined]
    return groups


def _meet(line: tuple[float, float, float, float], rule: tuple[float, float, float, float]) -> bool:
    return line[0] - _NEAR <= rule[0] <= line[2] + _NEAR and rule[1] - _NEAR <= line[1] <= rule[3] + _NEAR


def _grid(across: _Boxes, down: _Boxes) -> Grid | None:
    xs, ys = _places([rule[0] for rule in down]), _places([rule[1] for rule in across])
    cells = (len(xs) - 1) * (len(ys) - 1)
    return Grid(xs, ys) if len(xs) > 2 and len(ys) > 2 and cells <= _MOST_CELLS else None


def _places(values: list[float]) -> list[float]:
    """Places that are told apart by more than the thickness of a rule."""
    places: list[float] = []
    for value in sorted(values):
        if not places or value > places[-1] + _NEAR:
            places.append(value)
    return places
