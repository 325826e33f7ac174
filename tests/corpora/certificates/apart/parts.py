"""Parts under black heads, two beside each other, each language in a line of its own: English over Vietnamese."""

from tests.corpora.certificates.annex import further_pages
from tests.corpora.certificates.facts import Facts
from tests.corpora.certificates.marks import BLUE
from tests.corpora.certificates.particulars import keys_of, said
from tests.corpora.certificates.pieces import city_of, dots, sealed, signed
from tests.corpora.certificates.sheet import GREY, INK, WIDTH, Look, Run, Runs, Sheet

_LEFT, _WIDE, _BETWEEN = 42.0, WIDTH - 84.0, 12.0
_COLUMN = (_WIDE - _BETWEEN) / 2
_RIGHT = _LEFT + _COLUMN + _BETWEEN
_WHITE = (1.0, 1.0, 1.0)
_LABELS = {
    "ship_name": ("Name of ship", "Tên tàu"),
    "imo_number": ("IMO number", "Số IMO"),
    "call_sign": ("Call sign", "Hô hiệu"),
    "port": ("Flag, port of registry", "Cờ, cảng đăng ký"),
    "gross": ("Gross tonnage", "Tổng dung tích"),
    "kind": ("Ship type", "Kiểu tàu"),
    "owner": ("Shipowner", "Chủ tàu"),
    "company": ("Company", "Công ty"),
    "address": ("Address", "Địa chỉ"),
    "company_number": ("Company number", "Mã số công ty"),
    "certificate_number": ("Certificate number", "Số giấy chứng nhận"),
    "certificate_type": ("Certificate type", "Loại giấy chứng nhận"),
    "issue_date": ("Date of issue", "Ngày cấp"),
    "valid_until": ("Expiry date", "Ngày hết hạn"),
    "next_survey": ("Next inspection due", "Hạn kiểm tra tiếp theo"),
}
_OF_PAPER = ("certificate_number", "certificate_type", "issue_date", "valid_until", "next_survey")


def parts(facts: Facts) -> Sheet:
    """Part A the ship, part B the certificate, part C what is certified, part D later inspections."""
    sheet = Sheet(facts, "sans")
    y = _stacked(
        sheet, 50, [*sheet.title()], Look(13 if len(facts.title) > 50 else 16, "bold", align="centre")
    )
    y = _stacked(sheet, y + 2, sheet.issuer("\n"), Look(10.5, align="centre"))
    y = sheet.text(_LEFT, y, facts.kind.convention, Look(8.4, "italic", GREY, "centre"), _WIDE) + 4
    bottom = max(_ship(sheet, y), _paper(sheet, y))
    for x in (_LEFT, _RIGHT):
        sheet.rect((x, y, x + _COLUMN, bottom), INK, 0.8)
    y = _part(sheet, (_LEFT, bottom + 10, _WIDE), "C", ("It is certified that", "Chứng nhận rằng"))
    for number, clause in enumerate(facts.clauses, 1):
        y = sheet.text(_LEFT + 8, y, f"({chr(96 + number)})  {clause};", Look(9, leading=1.4), _WIDE - 16)
    sheet.rect((_LEFT, bottom + 10, _LEFT + _WIDE, y - 2), INK, 0.8)
    y = _inspections(sheet, y + 8) if facts.endorsements else y
    y = min(max(y + 56, 660), 760)
    sheet.text(_LEFT, y, f"{_two(sheet, ('Place of issue', 'Nơi cấp'), ' / ')}: {city_of(facts)}", Look(9))
    sealed(sheet, _LEFT + 270, y - 6, BLUE, 92)
    who = _two(sheet, ("Authorized official", "Người được ủy quyền"), "\n")
    signed(sheet, _RIGHT + 66, y, _COLUMN - 66, who)
    further_pages(sheet, 1)
    return sheet


def _two(sheet: Sheet, pair: tuple[str, str], between: str) -> str:
    english, vietnamese = pair
    return f"{english}{between}{vietnamese}" if sheet.facts.bilingual else english


def _stacked(sheet: Sheet, y: float, runs: list[Run], look: Look) -> float:
    """Lines in two languages with English first."""
    ordered = runs if len(runs) < 3 else [runs[2], runs[1], runs[0]]
    return sheet.text(_LEFT, y, ordered, look, _WIDE)


def _part(sheet: Sheet, box: tuple[float, float, float], letter: str, heading: tuple[str, str]) -> float:
    x, y, wide = box
    sheet.rect((x, y, x + wide, y + 16), None, 0, (0.12, 0.12, 0.14))
    words = f"PART {letter} – {_two(sheet, heading, ' / ')}"
    sheet.text(x + 8, y + 11.5, words, Look(8.8, "bold", _WHITE))
    return y + 31


def _fill(sheet: Sheet, x: float, y: float, label: tuple[str, str], runs: Runs) -> float:
    sheet.text(x + 8, y, _two(sheet, label, " / "), Look(7.6, colour=(0.35, 0.35, 0.4)))
    below = sheet.text(x + 8, y + 13, runs, Look(10, "bold"), _COLUMN - 16)
    dots(sheet, x + 8, x + _COLUMN - 8, below - 9.5)
    return below + 3


def _ship(sheet: Sheet, y: float) -> float:
    heading = ("Ship", "Tàu") if sheet.facts.ship_shown else ("Company", "Công ty")
    y = _part(sheet, (_LEFT, y, _COLUMN), "A", heading)
    wanted = ("ship_name", "imo_number", "call_sign", "port", "gross", "kind", "owner")
    for key in keys_of(sheet.facts, wanted):
        y = _fill(sheet, _LEFT, y, _LABELS[key], said(sheet, key))
    return y - 8


def _paper(sheet: Sheet, y: float) -> float:
    facts = sheet.facts
    y = _part(sheet, (_RIGHT, y, _COLUMN), "B", ("Certificate", "Giấy chứng nhận"))
    for code in _OF_PAPER:
        if facts.printed(code):
            y = _fill(sheet, _RIGHT, y, _LABELS[code], sheet.value(code))
        elif code == "valid_until":
            y = _fill(sheet, _RIGHT, y, _LABELS[code], "–")
    y = _fill(
        sheet, _RIGHT, y, ("Survey completed on", "Hoàn thành kiểm tra ngày"), facts.day(facts.surveyed)
    )
    return y - 8


def _inspections(sheet: Sheet, top: float) -> float:
    heading = ("Endorsements", "Xác nhận")
    y = _part(sheet, (_LEFT, top, _WIDE), "D", heading)
    for one in sheet.facts.endorsements:
        date = _two(sheet, ("Date", "Ngày"), "/")
        runs: list[Run] = [
            f"{one.what}.  {date}: ",
            sheet.done_on(one, "bold"),
            f"   {one.place}   {one.surveyor}",
        ]
        y = sheet.text(_LEFT + 8, y, runs, Look(9), _WIDE - 16) + 3
    sheet.rect((_LEFT, top, _LEFT + _WIDE, y - 6), INK, 0.8)
    return y
