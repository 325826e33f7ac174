"""Dates as certificates write them, in English and Vietnamese.

Everything is matched on folded text by patterns whose repetitions are bounded: time grows with the length alone.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from service.domain.certificate.folding import composed, folded

DateOrder: TypeAlias = Literal["dmy", "mdy", "ymd"]

_EARLIEST, _LATEST = 1900, 2199
_CENTURY_TURNS = 80
"""Years of two digits from here on are of the last century."""

_MONTHS = (
    ("january", "jan"),
    ("february", "febr", "feb"),
    ("march", "mar"),
    ("april", "apr"),
    ("may",),
    ("june", "jun"),
    ("july", "jul"),
    ("august", "aug"),
    ("september", "sept", "sep"),
    ("october", "oct"),
    ("november", "nov"),
    ("december", "dec"),
)
# Folded: một, giêng; hai; ba; tư, bốn; năm; sáu; bảy; tám; chín; mười; mười một; mười hai, chạp.
_VIETNAMESE = (
    ("mot", "gieng"),
    ("hai",),
    ("ba",),
    ("tu", "bon"),
    ("nam",),
    ("sau",),
    ("bay",),
    ("tam",),
    ("chin",),
    ("muoi",),
    ("muoi mot",),
    ("muoi hai", "chap"),
)
_MONTH_OF = {
    name: number
    for names in (_MONTHS, _VIETNAMESE)
    for number, each in enumerate(names, start=1)
    for name in each
}


def _any_of(names: tuple[tuple[str, ...], ...]) -> str:
    return "|".join(sorted((name for each in names for name in each), key=len, reverse=True))


_DAY = r"(?P<day>[0-3]?[0-9])"
_YEAR = r"(?:(?P<year>[12][0-9]{3})|'?(?P<short>[0-9]{2}))(?![0-9a-z])"
_MONTH = rf"(?P<month>{_any_of(_MONTHS)})(?![a-z])\.?"
_GAP = r" {0,3}[-/.,]? {0,3}"
_PART = r"(?: {1,3}[-/.,]? {0,3}|[-/.,] {0,3})"
_BOTH = r"(?: ?[(/] ?[a-z]{1,8} ?\)?)?"
_START = r"(?<![0-9a-z])(?<![0-9][./-])"
_FORMS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(form)
    for form in (
        # 3 May 2027, 03-MAY-27, 3rd day of May, 2027, 03MAY2027
        rf"{_START}{_DAY}(?:st|nd|rd|th)?(?: {{1,3}}day)?(?: {{1,3}}of)?{_GAP}{_MONTH}{_GAP}{_YEAR}",
        # May 3, 2027
        rf"{_START}{_MONTH}{_GAP}{_DAY}(?:st|nd|rd|th)?{_PART}{_YEAR}",
        # 2027-May-03
        rf"{_START}(?P<year>[12][0-9]{{3}}){_GAP}{_MONTH}{_GAP}{_DAY}(?![0-9a-z])",
        # ngày 03 tháng 05 năm 2027, 3 tháng Năm, 2027
        (
            rf"{_START}(?:ngay {{1,3}})?{_DAY}{_GAP}thang{_BOTH} {{0,3}}"
            rf"(?:(?P<number>[01]?[0-9])|(?P<month>{_any_of(_VIETNAMESE)}))(?![0-9a-z])"
            rf"{_GAP}(?:nam{_BOTH} {{0,3}})?{_YEAR}"
        ),
        # 2027-05-03, 2027/5/3, 2027.05.03, also 2027 05 03
        (
            rf"{_START}(?P<year>[12][0-9]{{3}})(?P<mark> ?[-/.] ?| )(?P<number>[01]?[0-9])"
            rf"(?P=mark){_DAY}(?![0-9a-z]|[-/.][0-9])"
        ),
        # 03/05/2027, 3.5.27, 03 05 2027; which is which depends on the order
        (
            rf"{_START}(?P<first>[0-9]{{1,2}})(?P<mark> ?[-/.] ?)(?P<second>[0-9]{{1,2}})"
            rf"(?P=mark)(?P<third>[12][0-9]{{3}}|[0-9]{{2}})(?![0-9a-z]|[-/.][0-9])"
        ),
        rf"{_START}(?P<first>[0-9]{{2}}) (?P<second>[0-9]{{2}}) (?P<third>[12][0-9]{{3}})(?![0-9a-z])",
    )
)
_AROUND = re.compile(
    r"^(?:(?:mon|tues?|wednes|thurs?|fri|satur|sun)(?:day)?[ ,.]{1,3}|(?:date|ngay)[ :]{1,3})|[ .,;:]+$"
)


@dataclass(frozen=True, slots=True)
class DateFound:
    """A date in a text, from `start` to before `end` of the composed text.

    `is_sure` is False when another order of day and month, or another century, would make another date of it.
    """

    value: date
    start: int
    end: int
    is_sure: bool


def read_date(text: str, order: DateOrder = "dmy") -> date | None:
    """The date that a text is, in any usual form; None when it is none, or has more than a weekday around it.

    `order` decides what 03/05/2027 is; where only the other order gives a date (03/25/2027), that is taken. Years
    of two digits are those from 1980 to 2079.
    """
    plain = folded(composed(text)).strip()
    plain = _AROUND.sub("", _AROUND.sub("", plain))
    for found in dates_in(plain, order):
        if found.start == 0 and found.end == len(plain):
            return found.value
    return None


def dates_in(text: str, order: DateOrder = "dmy") -> list[DateFound]:
    """All dates in a text, from left to right, none over another; places are those of the composed text."""
    plain = folded(composed(text))
    found = [each for form in _FORMS for match in form.finditer(plain) if (each := _date(match, order))]
    found.sort(key=lambda each: (each.start, -each.end))
    kept: list[DateFound] = []
    for each in found:
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return kept


def _date(match: re.Match[str], order: DateOrder) -> DateFound | None:
    parts = match.groupdict()
    if "first" in parts:
        read = _by_order(parts["first"], parts["second"], parts["third"], order)
    else:
        month = parts.get("month")
        number = _MONTH_OF[month] if month is not None else int(parts["number"])
        year = parts.get("year") or parts["short"]
        value = _possible(_year(year), number, int(parts["day"]))
        read = (value, len(year) == 4) if value is not None else None
    return None if read is None else DateFound(read[0], match.start(), match.end(), read[1])


def _by_order(first: str, second: str, third: str, order: DateOrder) -> tuple[date, bool] | None:
    """The date, and whether it is the only one that these three numbers can be."""
    a, b = int(first), int(second)
    day_first, month_first = _possible(_year(third), b, a), _possible(_year(third), a, b)
    year_first = _possible(_year(first), b, int(third)) if len(third) == 2 and len(first) == 2 else None
    wanted = {"dmy": day_first, "mdy": month_first, "ymd": year_first}[order]
    value = wanted or day_first or month_first or year_first
    if value is None:
        return None
    return value, len({day_first, month_first, year_first} - {None}) == 1


def _year(digits: str) -> int:
    if len(digits) == 4:
        return int(digits)
    return int(digits) + (1900 if int(digits) >= _CENTURY_TURNS else 2000)


def _possible(year: int, month: int, day: int) -> date | None:
    if not _EARLIEST <= year <= _LATEST:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
