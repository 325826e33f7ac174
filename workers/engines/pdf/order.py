"""The order in which blocks are read."""

from itertools import pairwise

from workers.engines.pdf.structured import TextLine

Block = list[TextLine]
_Box = tuple[int, int, int, int]
_GAP = 60  # tenths of a point between columns
_LONG_LINE = 20  # characters: shorter ones are the entries of a form or a table
_MOST_BLOCKS = 300  # cutting takes time


def in_reading_order(blocks: list[Block]) -> list[Block]:
    """The drawn order where it makes sense; else text columns from left to right, and rows of short entries."""
    lines = [line for block in blocks for line in block]
    if not any(_goes_back(before, after) for before, after in pairwise(lines)):
        return blocks
    blocks = [part for block in blocks for part in _without_neighbours(block)]
    boxes = [box_of(block) for block in blocks]
    running_text = sum(len(line.text) for line in lines) >= _LONG_LINE * len(lines)
    return [blocks[index] for index in _cut(list(range(len(blocks))), boxes, columns_first=running_text)]


def box_of(block: Block) -> _Box:
    """The box around a block."""
    return (
        min(line.x0 for line in block),
        min(line.y0 for line in block),
        max(line.x1 for line in block),
        max(line.y1 for line in block),
    )


def _goes_back(before: TextLine, after: TextLine) -> bool:
    """Whether the later line stands above the earlier one in its column, or left of it in its row."""
    left, top, right, _, _, _, _ = before
    x0, _, x1, y1, _, _, _ = after
    if x0 < right and left < x1:
        return y1 <= top
    return x1 <= left and _same_row(before, after)


def _without_neighbours(block: Block) -> list[Block]:
    """The block cut wherever two of its lines don't stand below each other."""
    parts = [[block[0]]]
    for before, after in pairwise(block):
        if _same_row(before, after) or _goes_back(before, after):
            parts.append([])
        parts[-1].append(after)
    return parts


def _same_row(before: TextLine, after: TextLine) -> bool:
    return before.y0 < (after.y0 + after.y1) >> 1 < before.y1


def _cut(indexes: list[int], boxes: list[_Box], *, columns_first: bool) -> list[int]:
    """Cuts the page along its white bands until nothing can be cut."""
    if len(indexes) < 2:
        return indexes
    across, down = (1, 3, 0), (0, 2, _GAP)
    if len(indexes) <= _MOST_BLOCKS:
        for low, high, gap in (down, across) if columns_first else (across, down):
            parts = _split(indexes, boxes, low, high, gap)
            if len(parts) > 1:
                halves = parts if (low, high, gap) == down else _at_widest_gap(parts, boxes)
                return [i for part in halves for i in _cut(part, boxes, columns_first=columns_first)]
    return sorted(indexes, key=lambda index: (boxes[index][1], boxes[index][0]))


def _at_widest_gap(rows: list[list[int]], boxes: list[_Box]) -> list[list[int]]:
    """Two parts: what is farther apart belongs together less, so columns below a heading stay whole."""
    gaps = [
        min(boxes[i][1] for i in below) - max(boxes[i][3] for i in above) for above, below in pairwise(rows)
    ]
    cut = gaps.index(max(gaps)) + 1
    return [[i for row in rows[:cut] for i in row], [i for row in rows[cut:] for i in row]]


def _split(indexes: list[int], boxes: list[_Box], low: int, high: int, gap: int) -> list[list[int]]:
    parts: list[list[int]] = []
    reached = 0
    for index in sorted(indexes, key=lambda index: boxes[index][low]):
        if not parts or boxes[index][low] > reached + gap:
            parts.append([])
            reached = boxes[index][high]
        parts[-1].append(index)
        reached = max(reached, boxes[index][high])
    return parts
