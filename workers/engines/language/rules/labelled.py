"""Values at their labels: behind them in the line, right of them, under them, or over them.

All pairs of a label and a value that may belong together are weighed, and the best of them are kept: a label names one
value, and a value has one label.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from service.domain.certificate.dates import dates_in
from workers.engines.language.rules.candidates import Candidate, candidate
from workers.engines.language.rules.labels import Label, begins, is_denied, is_of_another
from workers.engines.language.rules.offices import goes_on, looks_like_office
from workers.engines.language.rules.sheet import Cell, Sheet, joined
from workers.engines.language.rules.sides import Leaning, Sides, beside
from workers.engines.language.rules.surveys import at_surveys
from workers.engines.language.rules.values import (
    Read,
    read_day,
    read_imo,
    read_number,
    read_office,
    read_ship,
    read_type,
    read_until,
)

_READERS: dict[str, Callable[[str], Read | None]] = {
    "ship_name": read_ship,
    "imo_number": read_imo,
    "certificate_number": read_number,
    "certificate_type": read_type,
    "issue_date": read_day,
    "valid_until": read_until,
    "last_endorsement": read_day,
    "next_survey": read_day,
    "issuing_authority": read_office,
}
_DAYS = frozenset(("issue_date", "valid_until", "last_endorsement", "next_survey"))
_TYPED = _DAYS | {"imo_number"}
_NAMES = ("ship_name", "issuing_authority", "certificate_number")
_EITHER = {"valid_until": "certificate_type", "certificate_type": "valid_until"}
_BEHIND, _FAR_BEHIND = 0.97, 0.7
_SHOWN, _SUPPOSED, _DOUBTED = 0.96, 0.88, 0.6
_LIKELY = 0.5
_LOOKED_AT = 400
_IN_TWO = 0.95
_UNLIKELY = 0.75
"""What does not look like an office may be one all the same."""
_CAPTION = 0.3
"""What a caption says besides its label: "the issuing office, Port Amber"."""
_CAPTIONED = Leaning("over", 0.5, is_shown=False)
"""In brackets under a value there is what it is."""
_IN_PLACE = re.compile(r"\b(?:at|in|tai|place|noi)\b")
_OFTEN_A_COLUMN = 0.86
"""Labels that weigh less are heads of columns of surveys as well."""
_MOST_MORE_WORDS = 3
_BETWEEN_TWO = re.compile(r"[\s/()\u2013\u2014:.,-]*")
_HINT = re.compile(r"^\s*[(\[][^)\]]{0,30}[)\]]")
_EMPTY = re.compile(r"[-\u2010-\u2015_/. ]+|n/?a\.?|none|nil|not applicable|khong(?: co| ap dung)?")
"""What stands where a form has no value."""
_NOTHING = re.compile(r"[\s:.,;/()_\u2013\u2014*=\u2026\u00b7\"-]*")


@dataclass(frozen=True, slots=True)
class _Pair:
    """`label` and `value` are where they stand: a cell by its place in order, and a place in its text."""

    label: tuple[int, int]
    value: tuple[int, int]
    candidate: Candidate


def labelled(sheet: Sheet) -> Iterator[Candidate]:
    """All values that stand at labels of fields."""
    votes = Sides.of(sheet, _alone(sheet))
    pairs = [pair for cell in sheet.entries for pair in _pairs(sheet, cell, votes)]
    pairs.sort(key=lambda pair: -pair.candidate.score)
    labels, values = set[tuple[int, int]](), set[tuple[int, int]]()
    for pair in pairs:
        if pair.label not in labels and pair.value not in values:
            labels.add(pair.label)
            values.add(pair.value)
            yield pair.candidate


def _alone(sheet: Sheet) -> Iterator[tuple[Cell, Callable[[Cell], bool]]]:
    """Labels of numbers and days that have nothing behind them."""
    for cell in sheet.entries[:_LOOKED_AT]:
        for label in cell.labels[:1]:
            if label.code in _TYPED and _is_nothing(cell.text[label.end :]) and begins(cell.plain, label):
                yield cell, lambda other, label=label: _in_cell(other, label) is not None


def _pairs(sheet: Sheet, cell: Cell, votes: Sides) -> Iterator[_Pair]:
    for place, label in enumerate(cell.labels):
        if label.code not in _READERS or is_of_another(cell.alike, label) or is_denied(cell.alike, label):
            continue
        if label.code in _DAYS and label.weight < _OFTEN_A_COLUMN and at_surveys(sheet, cell):
            continue
        following = _following(cell, cell.labels, place)
        if not _goes_on(cell, label, following):
            yield from _at(sheet, cell, label, following, votes)


def _following(cell: Cell, labels: Sequence[Label], place: int) -> Label | None:
    """The label before which a value ends. A single word that no mark follows is a part of the value."""
    for other in labels[place + 1 :]:
        if other.code != "other" or cell.text[other.end :].lstrip().startswith(":"):
            return other
        is_phrase = " " in cell.text[other.start : other.end]
        between = cell.text[labels[place].end : other.start].strip(" :")
        if is_phrase and between and labels[place].code not in _DAYS:
            return other
    return None


def _goes_on(cell: Cell, label: Label, following: Label | None) -> bool:
    """Whether the same label follows in the other language: the value then stands there."""
    if following is None or following.code != label.code:
        return False
    return _BETWEEN_TWO.fullmatch(cell.text, label.end, following.start) is not None


def _at(sheet: Sheet, cell: Cell, label: Label, following: Label | None, votes: Sides) -> Iterator[_Pair]:
    rest = cell.text[label.end : following.start if following is not None else len(cell.text)]
    hint = _HINT.match(rest)
    skipped = hint.end() if hint is not None else 0
    is_alone = _is_nothing(rest[skipped:])
    for named in _named(label):
        read = _READERS[named.code](rest[skipped:])
        if read is not None and _fits_behind(cell, label, read):
            is_caption = label.code == "issuing_authority" and rest.lstrip()[:1] in (",", "(")
            worth = _behind(named, read) if not is_caption else _CAPTION
            yield _pair(cell, named, cell, _moved(read, label.end + skipped), worth)
            if not is_caption:
                return
            is_alone = True
    if is_alone or _IN_PLACE.search(cell.plain, label.start, label.end):
        for leaning, other in _around(sheet, cell, label, votes, is_alone=is_alone):
            if _EMPTY.fullmatch(other.plain):
                return
            for named in _named(label):
                whole, read = _value_in(sheet, cell, other, named)
                if read is not None:
                    yield _pair(cell, named, whole, read, _worth(leaning) if is_alone else 0.8)
                    break


def _named(label: Label) -> Iterator[Label]:
    """The label, and as what else it may be read: "Term" is followed by a day or by a kind."""
    yield label
    if label.code in _EITHER:
        yield replace(label, code=_EITHER[label.code])


def _pair(cell: Cell, label: Label, other: Cell, read: Read, worth: float) -> _Pair:
    if label.code == "issuing_authority" and not looks_like_office(read.value):
        worth *= _UNLIKELY
    made = candidate(label.code, read.value, other, read.start, read.end, worth * label.weight * read.worth)
    return _Pair((cell.order, label.start), (other.order, read.start if other is cell else -1), made)


def _moved(read: Read, by: int) -> Read:
    return replace(read, start=read.start + by, end=read.end + by)


def _fits_behind(cell: Cell, label: Label, read: Read) -> bool:
    """Names have no form of their own: without a mark between, only a full label and capitals speak for one."""
    if label.code not in ("ship_name", "issuing_authority"):
        return True
    between = cell.text[label.end : label.end + read.start]
    if between.strip() or cell.text[: label.end].rstrip().endswith(":"):
        return True
    return label.weight == 1 and read.value[:1].isupper()


def _behind(label: Label, read: Read) -> float:
    return (
        _BEHIND if read.start <= 12 or label.code not in ("ship_name", "issuing_authority") else _FAR_BEHIND
    )


def _worth(leaning: Leaning) -> float:
    if leaning.share >= _LIKELY:
        return _SHOWN if leaning.is_shown or leaning.side == "right" else _SUPPOSED
    return _SUPPOSED * (0.9 + 0.1 * leaning.share) if leaning.share > 0.3 else _DOUBTED


def _around(
    sheet: Sheet, cell: Cell, label: Label, votes: Sides, *, is_alone: bool
) -> Iterator[tuple[Leaning, Cell]]:
    leanings = votes.near(cell)
    if is_alone and cell.text.startswith("("):
        leanings.insert(0, _CAPTIONED)
    for leaning in leanings:
        if not is_alone and leaning.side == "over":
            continue
        other = beside(sheet, cell, leaning.side)
        for _ in range(2):
            # The label may stand there in the other language, and the value behind that.
            if other is None or leaning.side == "right" or not _is_label_of(other, label.code):
                break
            other = beside(sheet, other, leaning.side)
        if other is None and leaning.side == "right":
            other = _right_of_first_line(sheet, cell)
        if other is not None:
            yield leaning, other


def _is_label_of(cell: Cell, code: str) -> bool:
    return any(label.code == code and _is_nothing(cell.text[label.end :]) for label in cell.labels[:1])


def _right_of_first_line(sheet: Sheet, cell: Cell) -> Cell | None:
    """Right of the line over the second one of a label."""
    over = sheet.above(cell)
    if over is None or sheet.going_on(over) is not cell or any(each.code != "other" for each in over.labels):
        return None
    return sheet.right_of(over)


def _value_in(sheet: Sheet, label_cell: Cell, cell: Cell, label: Label) -> tuple[Cell, Read | None]:
    """The value in another cell, which may go on in the next line."""
    found, following = _in_cell(cell, label), sheet.going_on(cell)
    if following is None or following is label_cell or following.labels:
        return cell, found
    if _is_of_next_row(sheet, label_cell, following):
        return cell, found
    both = joined(cell, following)
    if label.code == "ship_name" and found is not None and len(following.text.split()) <= _MOST_MORE_WORDS:
        more = read_ship(both.text)
        if more is not None and more.worth >= found.worth and not dates_in(following.text):
            return both, replace(more, worth=more.worth * _IN_TWO)
    if label.code in _DAYS and (found is None or label.code == "valid_until"):
        more = _in_cell(both, label)
        is_period = (
            found is not None and more is not None and more.value > found.value and more.start > found.end
        )
        return (both, more) if found is None or is_period else (cell, found)
    if label.code == "issuing_authority" and goes_on(cell.text, following.text):
        return both, _in_cell(both, label)
    return cell, found


def _is_of_next_row(sheet: Sheet, label_cell: Cell, cell: Cell) -> bool:
    """Whether something else stands left of it in its row, from the label on, than the rest of the label."""
    rest = sheet.going_on(label_cell)
    left = [
        other
        for other in sheet.row_of(cell)
        if other.box[0] < cell.box[0] - 1
        and other.box[2] > label_cell.box[0]
        and other.order not in label_cell.orders
    ]
    return any(other is not rest or other.labels for other in left)


def _in_cell(cell: Cell, label: Label) -> Read | None:
    """The value in another cell, unless that begins with a label of its own."""
    labels = cell.labels
    if labels and begins(cell.plain, labels[0]) and (labels[0].code != "other" or label.code in _NAMES):
        return None
    return _READERS[label.code](cell.text)


def _is_nothing(text: str) -> bool:
    return _NOTHING.fullmatch(text) is not None
