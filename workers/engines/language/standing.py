"""What a model says of a document, held against the document: a value that does not stand there is not found."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.domain.certificate.catalogue import classify
from service.domain.certificate.dates import DateOrder, dates_in
from service.domain.certificate.fields import CertificateField
from service.domain.certificate.folding import composed, folded
from service.domain.certificate.imo import is_imo
from workers.engines.language.excerpt import Numbered
from workers.engines.language.placing import around, part_of
from workers.engines.language.port import Found
from workers.engines.page import Box

_MOST_LINES = 4
_MOST_SURE = 0.97
_ELSEWHERE = 0.5
"""The confidence of what stands in the document, though not where it was said to."""
_OTHER_DATE = 0.6
_WRONG_CHECK_DIGIT = 0.3
_LIKE_DIGITS = str.maketrans("OoIlSsBbZz", "0011558822")
_ORDERS: tuple[DateOrder, ...] = ("dmy", "mdy", "ymd")


@dataclass(frozen=True, slots=True)
class Claim:
    """That a field has a value, printed in these lines (numbered from 1)."""

    code: str
    value: str
    as_printed: str
    first: int
    last: int
    confidence: float


@dataclass(frozen=True, slots=True)
class _Place:
    text: str
    lines: tuple[Numbered, ...]
    box: Box


def found_of(claim: Claim, field: CertificateField, portion: Sequence[Numbered]) -> Found | None:
    """What is true of a claim, None when nothing is."""
    printed = claim.as_printed.strip() or claim.value.strip()
    value = claim.value.strip()
    if not printed or not value:
        return None
    first = max(0, claim.first - 1)
    pointed = portion[first : max(first + 1, min(claim.last, first + _MOST_LINES))]
    place, most = _place_in(printed, pointed), _MOST_SURE
    if place is None:
        place, most = next(filter(None, (_place_in(printed, [each]) for each in portion)), None), _ELSEWHERE
    if place is None:
        return None
    kept = _value(field, value, place)
    if kept is None:
        return None
    value, most_by_value = kept
    read = min(each.line.confidence for each in place.lines)
    confidence = max(0.0, min(claim.confidence, most, most_by_value, 0.5 + read / 2))
    return Found(claim.code, value, place.text, confidence, place.lines[0].page, place.box)


def _place_in(printed: str, lines: Sequence[Numbered]) -> _Place | None:
    """Where it stands in these lines of one page, within one of them if it does."""
    lines = tuple(each for each in lines if not each.is_order)
    wanted, _ = _squeezed(printed)
    if not lines or not wanted or len({each.page for each in lines}) > 1:
        return None
    for each in lines:
        text = composed(each.line.text)
        squeezed, places = _squeezed(text)
        at = squeezed.find(wanted)
        if at >= 0:
            start, end = places[at], places[at + len(wanted) - 1] + 1
            return _Place(text[start:end], (each,), part_of(each.line, start, end))
    if wanted in "".join(_squeezed(each.line.text)[0] for each in lines):
        return _Place(composed(printed), lines, around(each.line.box for each in lines))
    return None


def _squeezed(text: str) -> tuple[str, list[int]]:
    """Folded and without white space, and where each of its characters stood."""
    plain = folded(composed(text))
    places = [place for place, character in enumerate(plain) if character != " "]
    return "".join(plain[place] for place in places), places


def _value(field: CertificateField, value: str, place: _Place) -> tuple[str, float] | None:
    """The value as it may be kept, and the most confidence that it may have."""
    if field.kind == "date":
        days = {str(each.value) for order in _ORDERS for each in dates_in(place.text, order)}
        if value in days:
            return value, 1.0
        return (days.pop(), _OTHER_DATE) if len(days) == 1 else None
    if field.kind == "imo":
        if value not in "".join(place.text.split()).translate(_LIKE_DIGITS) or not _is_seven_digits(value):
            return None
        return value, 1.0 if is_imo(value) else _WRONG_CHECK_DIGIT
    around_it = " ".join(each.line.text for each in place.lines)
    if _squeezed(value)[0] in _squeezed(around_it)[0]:
        return " ".join(composed(value).split()), 1.0
    entry = classify(around_it) if field.code == "abbreviation" else None
    return (value, 1.0) if entry is not None and classify(value) == entry else None


def _is_seven_digits(text: str) -> bool:
    return len(text) == 7 and text.isascii() and text.isdigit()
