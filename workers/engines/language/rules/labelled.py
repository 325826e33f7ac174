"""Values at their labels: behind them in the line, right of them, under them, or over them."""

import re
from collections.abc import Callable, Iterator

from workers.engines.language.rules.candidates import Candidate, candidate
from workers.engines.language.rules.labels import Label, is_of_another, labels_in
from workers.engines.language.rules.sheet import Cell, Sheet
from workers.engines.language.rules.values import (
    Read,
    read_day,
    read_imo,
    read_number,
    read_office,
    read_ship,
    read_type,
)

_READERS: dict[str, Callable[[str], Read | None]] = {
    "ship_name": read_ship,
    "imo_number": read_imo,
    "certificate_number": read_number,
    "certificate_type": read_type,
    "issue_date": read_day,
    "valid_until": read_day,
    "last_endorsement": read_day,
    "next_survey": read_day,
    "issuing_authority": read_office,
}
_BEHIND, _RIGHT, _UNDER, _OVER, _NEXT = 0.97, 0.96, 0.88, 0.6, 0.8
_BETWEEN_TWO = re.compile(r"[\s/()\u2013\u2014:.,-]*")
_HINT = re.compile(r"^\s*[(\[][^)\]]{0,30}[)\]]")
_NOTHING = re.compile(r"[\s:.,;/()_\u2013\u2014*-]*")


def labelled(sheet: Sheet) -> Iterator[Candidate]:
    """All values that stand at labels of fields."""
    for cell in sheet.cells:
        labels = labels_in(cell.alike)
        for place, label in enumerate(labels):
            following = labels[place + 1] if place + 1 < len(labels) else None
            if label.code not in _READERS or is_of_another(cell.alike, label):
                continue
            if not _goes_on(cell, label, following):
                yield from _at(sheet, cell, label, following)


def _goes_on(cell: Cell, label: Label, following: Label | None) -> bool:
    """Whether the same label follows in the other language: the value then stands there."""
    if following is None or following.code != label.code:
        return False
    return _BETWEEN_TWO.fullmatch(cell.text, label.end, following.start) is not None


def _at(sheet: Sheet, cell: Cell, label: Label, following: Label | None) -> Iterator[Candidate]:
    reader = _READERS[label.code]
    end = following.start if following is not None else len(cell.text)
    rest = cell.text[label.end : end]
    hint = _HINT.match(rest)
    skipped = hint.end() if hint is not None else 0
    read = reader(rest[skipped:])
    if read is not None:
        at = label.end + skipped
        weight = label.weight * _behind(label, read)
        yield candidate(label.code, read.value, cell, at + read.start, at + read.end, weight * read.worth)
        return
    is_alone = _NOTHING.fullmatch(rest, skipped) is not None
    if not is_alone and label.code not in ("issue_date", "valid_until"):
        return
    for other, worth in _around(sheet, cell, is_alone=is_alone):
        found = _in_cell(other, label)
        if found is not None:
            yield candidate(
                label.code,
                found.value,
                other,
                found.start,
                found.end,
                worth * label.weight * found.worth,
            )
            return


def _behind(label: Label, read: Read) -> float:
    return _BEHIND if read.start <= 12 or label.code not in ("ship_name", "issuing_authority") else 0.7


def _around(sheet: Sheet, cell: Cell, *, is_alone: bool) -> Iterator[tuple[Cell, float]]:
    right = sheet.right_of(cell)
    if right is not None:
        yield right, _RIGHT
    below = sheet.below(cell)
    if below is not None:
        yield below, _UNDER if is_alone else _NEXT
    if not is_alone:
        return
    if cell.text.startswith("("):
        above = sheet.above(cell)
        if above is not None:
            yield above, _OVER


def _in_cell(cell: Cell, label: Label) -> Read | None:
    """The value in another cell, unless that begins with a label of its own."""
    labels = labels_in(cell.alike)
    if labels and labels[0].start <= 2 and labels[0].code != "other":
        return None
    if (
        labels
        and labels[0].start <= 2
        and label.code in ("ship_name", "issuing_authority", "certificate_number")
    ):
        return None
    return _READERS[label.code](cell.text)
