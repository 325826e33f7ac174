"""Values at their labels: behind them in the line, right of them, under them, or over them."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Literal, TypeAlias

from service.domain.certificate.dates import dates_in
from workers.engines.language.rules.candidates import Candidate, candidate
from workers.engines.language.rules.labels import Label, is_denied, is_of_another, label_of_all, labels_in
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

Side: TypeAlias = Literal["right", "under", "over"]
_SIDES: tuple[Side, ...] = ("right", "under", "over")
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
_WORTH: dict[Side, float] = {"right": _RIGHT, "under": _UNDER, "over": _UNDER}
_TYPED = frozenset(("imo_number", "issue_date", "valid_until", "last_endorsement", "next_survey"))
_LOOKED_AT = 400
_IN_TWO = 0.95
_MOST_MORE_WORDS = 3
_DAYS = ("issue_date", "valid_until", "last_endorsement", "next_survey")
_BETWEEN_TWO = re.compile(r"[\s/()\u2013\u2014:.,-]*")
_HINT = re.compile(r"^\s*[(\[][^)\]]{0,30}[)\]]")
_NOTHING = re.compile(r"[\s:.,;/()_\u2013\u2014*-]*")


def labelled(sheet: Sheet) -> Iterator[Candidate]:
    """All values that stand at labels of fields, on the side where this page has them."""
    order = sides(sheet)
    for cell in sheet.cells:
        labels = labels_of(cell)
        for place, label in enumerate(labels):
            following = _following(cell, labels, place)
            if label.code not in _READERS or is_of_another(cell.alike, label) or is_denied(cell.alike, label):
                continue
            if not _goes_on(cell, label, following):
                yield from _at(sheet, cell, label, following, order)


def labels_of(cell: Cell) -> list[Label]:
    """Of fields first: what is a label only since it is all that stands in the cell comes where there is no other."""
    labels = labels_in(cell.alike)
    if any(each.code != "other" for each in labels):
        return labels
    alone = label_of_all(cell.plain) if cell.text[:1].isupper() else None
    return [alone] if alone is not None else labels


def sides(sheet: Sheet) -> Sequence[Side]:
    """On which sides of their labels values are looked for, the likeliest first.

    Numbers and days show it: where they stand on one side only of labels that stand alone, the page has all there.
    """
    votes: Counter[Side] = Counter()
    for cell in sheet.cells[:_LOOKED_AT]:
        for label in labels_of(cell)[:1]:
            if (
                label.code not in _TYPED
                or _NOTHING.fullmatch(cell.text, label.end) is None
                or label.start > 3
            ):
                continue
            there: list[Side] = []
            for side in _SIDES:
                other = _beside(sheet, cell, side)
                if other is not None and _in_cell(other, label) is not None:
                    there.append(side)
            if len(there) == 1:
                votes[there[0]] += 1
    return sorted(
        (side for side in _SIDES if side != "over" or votes[side] > 0),
        key=lambda side: (-votes[side], _SIDES.index(side)),
    )


def _beside(sheet: Sheet, cell: Cell, side: Side) -> Cell | None:
    match side:
        case "right":
            return sheet.right_of(cell)
        case "under":
            return sheet.below(cell)
        case "over":
            return sheet.above(cell)


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


def _at(
    sheet: Sheet, cell: Cell, label: Label, following: Label | None, order: Sequence[Side]
) -> Iterator[Candidate]:
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
    for beside, worth in _around(sheet, cell, order, is_alone=is_alone):
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


def _around(
    sheet: Sheet, cell: Cell, order: Sequence[Side], *, is_alone: bool
) -> Iterator[tuple[Cell, float]]:
    right = sheet.right_of(cell)
    if (
        is_alone
        and right is None
        and (over := sheet.above(cell)) is not None
        and sheet.going_on(over) is cell
    ):
        # The second line of a label that a scan left unreadable in the other language.
        right = sheet.right_of(over) if not labels_in(over.alike) else None
        if right is not None:
            yield right, _UNDER
    for place, side in enumerate(order if is_alone else ("right", "under")):
        other = _beside(sheet, cell, side)
        if other is not None:
            yield (
                other,
                (_WORTH[side] if is_alone or side == "right" else _NEXT) * (1.0 if place < 2 else 0.8),
            )
    if is_alone and cell.text.startswith("(") and "over" not in order:
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
    labels = labels_of(cell)
    if labels and labels[0].start <= 2 and labels[0].code != "other":
        return None
    if (
        labels
        and labels[0].start <= 2
        and label.code in ("ship_name", "issuing_authority", "certificate_number")
    ):
        return None
    return _READERS[label.code](cell.text)
