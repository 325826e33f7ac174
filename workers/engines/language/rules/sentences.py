"""Values in running text, where no label stands: what a sentence says was done on a day, and to which ship."""

import re
from collections.abc import Iterator

from service.domain.certificate.dates import DateFound, dates_in
from service.domain.certificate.imo import find_imo
from workers.engines.language.rules.candidates import Candidate, candidate
from workers.engines.language.rules.lexicon import restored
from workers.engines.language.rules.offices import looks_like_office
from workers.engines.language.rules.sheet import Cell, Sheet
from workers.engines.language.rules.values import RANGE, read_number, read_office, read_ship, read_type

_LOOKED_AT = 400
_NEAR = 90
_ENDS = re.compile(
    r"\b(?:until|till|expir\w{1,6}|ceases?|lapses?|terminat\w{1,5}|not (?:be )?(?:later|valid) (?:than|after)"
    r"|not after|void after|runs (?:out|to)|last day|through|thru|up to|ending|ends?|in force|het han|den ngay|den het"
    r"|het hieu luc|(?:gia tri|hieu luc|thoi han)(?: su dung)?(?: (?:den|toi|sau))?)\b"
)
_CERTAIN_END = re.compile(
    r"(?:(?:valid|force|validity|good|effect|expires?|expir\w{2,6})(?: up)?(?: until| till| to| on| through| after)"
    r"|(?:gia tri|hieu luc)(?: su dung)? (?:den|toi))(?: het)?(?: ngay)?(?: and including)?[ :/]*$"
)
_GIVEN = re.compile(
    r"\b(?:given|done|signed|sealed|dated|issued|granted|executed|made|witness(?:ed)?|cap|ky(?! kiem)|lap|ban hanh)\b"
)
_CERTAIN_GIVEN = re.compile(r"\b(?:issued|given|dated|done|signed|cap)\b(?! under)[^.;]{0,40}$")
_SURVEYED = re.compile(
    r"survey|inspect|audit|verif|examin|endors|presented|attended|kiem tra|danh gia|tham tra|xac nhan|window"
)
_TO_COME = re.compile(
    r"\b(?:next|due|again|before|(?:not|no) later than|by|tiep theo|lan toi|ky kiem tra toi|ke tiep|han kiem tra|truoc"
    r"|muon hon)\b"
)
_LATEST = re.compile(r"\blast\b|\blatest\b|most recent|gan nhat|lan cuoi")
_ELSE = re.compile(
    r"keel|\blaid\b|\bbuilt\b|deliver|replac|supersed|previous|complet|conducted|\bended\b|based|dat ky|ban giao"
    r"|hoan thanh|ket thuc|convention|protocol|amended|adopted|registered on|thay cho|thay the|extend|gia han"
)
_CLAUSE = re.compile(r"[.;](?=\s)")
_PERIOD = re.compile(r"\bvalid|\bperiod|\bcover|in force|hieu luc|thoi han")
_LONGEST_PLACE = 80
_PLACE = re.compile(r"[^0-9:;]{2,60}")
_NUMBERED_SHIP = re.compile(
    r"([A-Z\u00c0-\u1ef8][A-Z\u00c0-\u1ef80-9 .'\u2019/-]{1,40}?)[\"\u201d\u2019']?,? ?(?:bearing |with |having |of )?"
    r"(?:the )?(?:s\u1ed1 )?[(\[]? ?(?:with )?IMO\b"
)
_PREFIXED_SHIP = re.compile(
    r"(?<![A-Za-z\u00c0-\u1ef9])(?:[Mm]otor (?:[Vv]essel|[Tt]anker)|M[./]? ?[VT]\.?|S[./]S\.?) ?[\"\u201c']?"
    r"([A-Z\u00c0-\u1ef8][A-Z\u00c0-\u1ef80-9 .'\u2019-]{2,40})"
)
_NAMED_SHIP = re.compile(
    r"(?:\b(?:[Ss]hip|[Vv]essel|[Tt]\u00e0u)(?: named| called)?|\bnamed) ?[\"\u201c']?"
    r"([A-Z\u00c0-\u1ef8][A-Z\u00c0-\u1ef80-9 .'\u2019-]{2,40})"
)
_SHIP_WORDS = re.compile(r"^.*\b(?:VESSEL|SHIP|T\u00c0U|NAMED) ")
_CODE = re.compile(r"(?:[A-Z]{2,8}[-/. ]?)?[0-9][0-9A-Z]{2,}(?:[-/.][0-9A-Z]+){0,4}")
_SERIAL = re.compile(
    r"[A-Z]{2,8}[-/. ][A-Z0-9-/. ]{0,10}[0-9]{3,8}|[0-9]{3,8}[-/.][A-Z0-9]{2,8}(?:[-/.][A-Z0-9]{2,8})?"
)
_NUMBER = re.compile(
    r"(?:\bnumbered|(?<!imo )(?<!imo)\b(?:certificate|document|cert\.?|doc\.?|giay|giay nay,? mang|reference|mang)"
    r" ?(?:number|no\.?|nr\.?|ref\.?|so?)?|\bnumber|\bno\.?|#)[ :.]{1,3}"
)
_OTHER_NUMBER = re.compile(
    r"replac|supersed|previous|former|place of|official|imo|call sign|company|cong ty|thay|regist|dang ky|annex"
    r"|regulation|resolution|article|form\b|mmsi"
)
_HEAD, _UPPER, _FOOT = 0.3, 0.5, 0.4
_BEHALF = re.compile(r"(?:^|\b)(?:for and on behalf of|on behalf of|thay mat|for)(?: the)?[ :,]*$")
_OF_KIND = re.compile(
    r"(?:certificate|document|kind|type|loai|giay)\b.{0,20}\b(?:full|short|inter|provis|condit|perman|dai|ngan|tam"
    r"|co dieu|khong thoi|vo thoi)"
    r"|(?:term|interim|provisional|conditional|permanent)[^.;]{0,12}(?:certificate|document)"
)


def said(sheet: Sheet) -> Iterator[Candidate]:
    """Candidates that count where nothing better was found."""
    for cell in sheet.paragraphs[:_LOOKED_AT]:
        yield from _days(sheet, cell)
        yield from _ships(cell)
        yield from _numbered(sheet, cell)
        yield from _kinds(cell)
    for cell in sheet.cells[:_LOOKED_AT]:
        yield from _at_place(sheet, cell)
        yield from _offices(sheet, cell)
        yield from _numbers(sheet, cell)


def _days(sheet: Sheet, cell: Cell) -> Iterator[Candidate]:
    days = dates_in(cell.text)
    if len(days) == 2 and RANGE.fullmatch(cell.plain, days[0].end, days[1].start) and _is_period(sheet, cell):
        yield _day("valid_until", cell, days[1], 0.8)
        return
    end = 0
    for each in days:
        before = cell.plain[max(end, each.start - _NEAR) : each.start]
        clauses = _CLAUSE.split(before)
        role = _role(restored(clauses[-1]))
        if role is not None:
            yield _day(role[0], cell, each, role[1])
        end = each.end


def _role(before: str) -> tuple[str, float] | None:
    """What the words before a day say that it is, the nearest of them above all; how sure that is."""
    ends, given, other = (_last(pattern, before) for pattern in (_ENDS, _GIVEN, _ELSE))
    if other > max(ends, given) or (other >= 0 and _SURVEYED.search(before)):
        return None
    if _SURVEYED.search(before):
        if _LATEST.search(before):
            return "last_endorsement", 0.75
        return ("next_survey", 0.78) if _TO_COME.search(before) else None
    if ends > given:
        return "valid_until", 0.92 if _CERTAIN_END.search(before) else 0.72
    if given >= 0:
        return "issue_date", 0.92 if _CERTAIN_GIVEN.search(before) else 0.72
    return None


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((found.end() for found in pattern.finditer(text)), default=-1)


def _at_place(sheet: Sheet, cell: Cell) -> Iterator[Candidate]:
    """ "Port Amber, 3 May 2024": a place and a day alone, in the lower part, where one signs."""
    if cell.middle < _FOOT * sheet.height or len(cell.text) > _LONGEST_PLACE:
        return
    days = dates_in(cell.text)
    if len(days) != 1 or cell.text[days[0].end :].strip(" .)"):
        return
    before = cell.text[: days[0].start]
    if "," in before and before[:1].isupper() and _PLACE.fullmatch(cell.plain, 0, days[0].start):
        yield _day("issue_date", cell, days[0], 0.6)


def _is_period(sheet: Sheet, cell: Cell) -> bool:
    over = sheet.above(cell)
    words = [
        cell.plain,
        *(other.plain for other in sheet.row_of(cell)),
        over.plain if over is not None else "",
    ]
    return any(_PERIOD.search(each) for each in words)


def _ships(cell: Cell) -> Iterator[Candidate]:
    for pattern, score in ((_NUMBERED_SHIP, 0.85), (_PREFIXED_SHIP, 0.6), (_NAMED_SHIP, 0.6)):
        found = pattern.search(cell.text)
        if found is None:
            continue
        words = _SHIP_WORDS.match(found.group(1))
        skipped = words.end() if words is not None else 0
        read = read_ship(found.group(1)[skipped:])
        if read is not None and len(read.value) > 2 and read.value.isupper():
            start = found.start(1) + skipped + read.start
            yield candidate("ship_name", read.value, cell, start, start + len(read.value), score)


def _numbered(sheet: Sheet, cell: Cell) -> Iterator[Candidate]:
    """ "numbered BRS-2024-00123", in a sentence of the upper half."""
    if cell.box[1] > _UPPER * sheet.height:
        return
    for found in _NUMBER.finditer(cell.plain):
        around = cell.plain[max(0, found.start() - 40) : found.end()]
        if _OTHER_NUMBER.search(around):
            continue
        read = read_number(cell.text[found.end() : found.end() + 40])
        if read is not None and read.start <= 2 and read.worth == 1:
            start = found.end() + read.start
            yield candidate("certificate_number", read.value, cell, start, start + len(read.value), 0.7)


def _kinds(cell: Cell) -> Iterator[Candidate]:
    """ "This is an interim certificate": the term in a sentence that speaks of the paper itself."""
    read = read_type(cell.text)
    if read is None:
        return
    around = restored(cell.plain[max(0, read.start - 40) : read.end + 20])
    if _OF_KIND.search(around):
        yield candidate("certificate_type", read.value, cell, read.start, read.end, 0.6)


def _offices(sheet: Sheet, cell: Cell) -> Iterator[Candidate]:
    """Below "for and on behalf of" signs who issued it."""
    following = sheet.going_on(cell) if _BEHALF.search(cell.plain) else None
    read = read_office(following.text) if following is not None else None
    if following is not None and read is not None and looks_like_office(following.text):
        yield candidate("issuing_authority", read.value, following, read.start, read.end, 0.85)


def _numbers(sheet: Sheet, cell: Cell) -> Iterator[Candidate]:
    """A code that stands alone is a certificate's number, unless it has a label of its own: at its head, or where it
    has the parts that offices give their numbers."""
    is_head = cell.middle < _HEAD * sheet.height and _CODE.fullmatch(cell.text) is not None
    if not (is_head or _SERIAL.fullmatch(cell.text)) or dates_in(cell.text):
        return
    over = sheet.above(cell)
    beside = [other for other in sheet.row_of(cell) if other.box[0] < cell.box[0]]
    if any(
        other.labels or _OTHER_NUMBER.search(other.plain) for other in (*beside, *([over] if over else []))
    ):
        return
    read = read_number(cell.text)
    if read is not None and find_imo(cell.text) is None:
        yield candidate(
            "certificate_number", read.value, cell, read.start, read.end, 0.5 if is_head else 0.45
        )


def _day(code: str, cell: Cell, day: DateFound, score: float) -> Candidate:
    return candidate(code, str(day.value), cell, day.start, day.end, score)
