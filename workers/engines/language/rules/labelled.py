"""Values at their labels: behind them in the line, right of them, under them, or over them."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from service.domain.certificate.dates import dates_in
from workers.engines.language.rules.candidates import Candidate, candidate
from workers.engines.language.rules.labels import Label, is_denied, is_of_another, labels_in
from workers.engines.language.rules.offices import HANGS
from workers.engines.language.rules.sheet import Cell, Sheet, joined
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
_IN_TWO = 0.95
_MOST_MORE_WORDS = 3
_DAYS = ("issue_date", "valid_until", "last_endorsement", "next_survey")
_BETWEEN_TWO = re.compile(r"[\s/()\u2013\u2014:.,-]*")
_HINT = re.compile(r"^\s*[(\[][^)\]]{0,30}[)\]]")
_NOTHING = re.compile(r"[\s:.,;/()_\u2013\u2014*-]*")


def labelled(sheet: Sheet) -> Iterator[Candidate]:
    """All values that stand at labels of fields."""
    for cell in sheet.cells:
        labels = labels_in(cell.alike)
        for place, label in enumerate(labels):
            following = _following(cell, labels, place)
            if label.code not in _READERS or is_of_another(cell.alike, label) or is_denied(cell.alike, label):
                continue
            if not _goes_on(cell, label, following):
                yield from _at(sheet, cell, label, following)


def _following(cell: Cell, labels: Sequence[Label], place: int) -> Label | None:
    """The label before which a value ends; a word right behind a label begins its value: "Issued at Port Amber"."""
    for other in labels[place + 1 :]:
        is_word = other.code == "other" and not cell.text[other.end :].lstrip().startswith(":")
        if not is_word or cell.text[labels[place].end : other.start].strip():
            return other
    return None


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
    for beside, worth in _around(sheet, cell, is_alone=is_alone):
        other, found = _value_in(sheet, beside, label)
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
    elif is_alone and (over := sheet.above(cell)) is not None and sheet.going_on(over) is cell:
        # The second line of a label that a scan left unreadable in the other language.
        right = sheet.right_of(over) if not labels_in(over.alike) else None
        if right is not None:
            yield right, _UNDER
    below = sheet.below(cell)
    if below is not None:
        yield below, _UNDER if is_alone else _NEXT
    if not is_alone:
        return
    if cell.text.startswith("("):
        above = sheet.above(cell)
        if above is not None:
            yield above, _OVER


def _value_in(sheet: Sheet, cell: Cell, label: Label) -> tuple[Cell, Read | None]:
    """The value in another cell, which may go on in the next line."""
    found, following = _in_cell(cell, label), sheet.going_on(cell)
    if following is None or labels_in(following.alike) or _is_beside_label(sheet, following):
        return cell, found
    both = joined(cell, following)
    if label.code == "ship_name" and found is not None and len(following.text.split()) <= _MOST_MORE_WORDS:
        more = read_ship(both.text)
        if more is not None and more.worth >= found.worth and not dates_in(following.text):
            return both, replace(more, worth=more.worth * _IN_TWO)
    if found is None and label.code in _DAYS:
        return both, _in_cell(both, label)
    if label.code == "issuing_authority" and HANGS.search(cell.text):
        return both, _in_cell(both, label)
    return cell, found


def _is_beside_label(sheet: Sheet, cell: Cell) -> bool:
    return any(labels_in(other.alike) for other in sheet.row_of(cell) if other.box[0] < cell.box[0])


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
