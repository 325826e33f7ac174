"""Values in running text, where no label stands: what a sentence says was done on a day, and to which ship."""

import re
from collections.abc import Iterator

from service.domain.certificate.dates import DateFound, dates_in
from service.domain.certificate.imo import find_imo
from workers.engines.language.rules.candidates import Candidate, candidate
from workers.engines.language.rules.labels import labels_in
from workers.engines.language.rules.offices import looks_like_office
from workers.engines.language.rules.sheet import Cell, Sheet, joined
from workers.engines.language.rules.values import read_number, read_office, read_ship

_LOOKED_AT = 400
_NEAR = 60
_GIVEN = re.compile(
    r"\b(?:given|done|signed|sealed|dated|issued|granted|executed|witness(?:ed)?|cap|ky)\b[^.;]*$"
)
_ENDS = re.compile(
    r"\b(?:until|till|expir\w{1,6}|ceases?|lapses?|terminat\w{1,5}|not (?:later|valid) (?:than|after)|through|up to"
    r"|ending|ends|het han|den ngay|den het)\b[^.;]*$"
)
_RANGE = re.compile(r"\s*(?:-|\u2013|\u2014|to|until|till|through|/|den|->|\u2192)\s*")
_PERIOD = re.compile(r"\bvalid|\bperiod|\bcover|in force|hieu luc|thoi han")
_NOT_NOW = re.compile(
    r"survey|inspect|audit|keel|built|deliver|replac|previous|endors|kiem tra|danh gia|dat ky|window"
)
_NUMBERED_SHIP = re.compile(r"([A-Z\u00c0-\u1ef8][A-Z\u00c0-\u1ef80-9 .'\u2019/-]{1,40}?),? ?[(\[]? ?IMO\b")
_PREFIXED_SHIP = re.compile(
    r"(?<![A-Za-z])(?:[Mm]otor (?:[Vv]essel|[Tt]anker)|M[./]? ?[VT]\.?|S[./]S\.?) ?[\"\u201c']?"
    r"([A-Z\u00c0-\u1ef8][A-Z\u00c0-\u1ef80-9 .'\u2019-]{2,40})"
)
_CODE = re.compile(r"(?:[A-Z]{2,8}[-/. ]?)?[0-9][0-9A-Z]{2,}(?:[-/.][0-9A-Z]+){0,4}")
_HEAD = 0.3
_BEHALF = re.compile(r"(?:^|\b)(?:for and on behalf of|on behalf of|thay mat|for)(?: the)?[ :,]*$")


def said(sheet: Sheet) -> Iterator[Candidate]:
    """Candidates that count where nothing better was found."""
    for cell in sheet.cells[:_LOOKED_AT]:
        yield from _days(sheet, cell)
        yield from _ships(cell)
        yield from _offices(sheet, cell)
        yield from _numbers(sheet, cell)


def _days(sheet: Sheet, cell: Cell) -> Iterator[Candidate]:
    following = sheet.going_on(cell)
    whole = joined(cell, following) if following is not None else cell
    days = [each for each in dates_in(whole.text) if each.start < len(cell.text)]
    if (
        len(days) == 2
        and _RANGE.fullmatch(whole.plain, days[0].end, days[1].start)
        and _is_period(sheet, whole)
    ):
        yield _day("valid_until", whole, days[1], 0.8)
        return
    for each in days:
        before = whole.plain[max(0, each.start - _NEAR) : each.start]
        if _NOT_NOW.search(before):
            continue
        if _ENDS.search(before):
            yield _day("valid_until", whole, each, 0.7)
        elif _GIVEN.search(before):
            yield _day("issue_date", whole, each, 0.7)


def _is_period(sheet: Sheet, cell: Cell) -> bool:
    over = sheet.above(cell)
    words = [
        cell.plain,
        *(other.plain for other in sheet.row_of(cell)),
        over.plain if over is not None else "",
    ]
    return any(_PERIOD.search(each) for each in words)


def _ships(cell: Cell) -> Iterator[Candidate]:
    for pattern, score in ((_NUMBERED_SHIP, 0.8), (_PREFIXED_SHIP, 0.6)):
        found = pattern.search(cell.text)
        read = read_ship(found.group(1)) if found is not None else None
        if found is not None and read is not None and len(read.value) > 2 and read.value.isupper():
            start = found.start(1) + read.start
            yield candidate("ship_name", read.value, cell, start, start + len(read.value), score)


def _offices(sheet: Sheet, cell: Cell) -> Iterator[Candidate]:
    """Below "for and on behalf of" signs who issued it."""
    following = sheet.going_on(cell) if _BEHALF.search(cell.plain) else None
    read = read_office(following.text) if following is not None else None
    if following is not None and read is not None and looks_like_office(following.text):
        yield candidate("issuing_authority", read.value, following, read.start, read.end, 0.85)


def _numbers(sheet: Sheet, cell: Cell) -> Iterator[Candidate]:
    """A code that stands alone at the head of a certificate is its number, unless it has a label of its own."""
    if cell.middle > _HEAD * sheet.height or _CODE.fullmatch(cell.text) is None or dates_in(cell.text):
        return
    over = sheet.above(cell)
    beside = [other for other in sheet.row_of(cell) if other.box[0] < cell.box[0]]
    if any(labels_in(other.alike) for other in (*beside, *([over] if over is not None else []))):
        return
    read = read_number(cell.text)
    if read is not None and find_imo(cell.text) is None:
        yield candidate("certificate_number", read.value, cell, read.start, read.end, 0.5)


def _day(code: str, cell: Cell, day: DateFound, score: float) -> Candidate:
    return candidate(code, str(day.value), cell, day.start, day.end, score)
