"""An electronic certificate: grey bands, a square to be scanned, what it is checked by in the foot of the page."""

import random

from tests.corpora.certificates.annex import further_pages
from tests.corpora.certificates.facts import Facts
from tests.corpora.certificates.particulars import keys_of, said
from tests.corpora.certificates.pieces import city_of, english_first
from tests.corpora.certificates.sheet import GREY, HEIGHT, INK, WIDTH, Colour, Look, Run, Runs, Sheet

_LEFT, _WIDE, _VALUES = 56.0, WIDTH - 112.0, 190.0
_CYAN: Colour = (0.0, 0.45, 0.62)
_BAND: Colour = (0.94, 0.94, 0.95)
_LABEL, _IN = Look(9, colour=(0.3, 0.3, 0.34)), Look(9.8)
_LABELS = {
    "ship_name": ("Name of Ship", "Tên tàu"),
    "official_number": ("Distinctive Number", "Số đăng ký"),
    "call_sign": ("Call Sign", "Hô hiệu"),
    "port": ("Port of Registry", "Cảng đăng ký"),
    "gross": ("Gross Tonnage", "Tổng dung tích"),
    "imo_number": ("IMO Number", "Số IMO"),
    "mmsi": ("MMSI", "MMSI"),
    "kind": ("Ship Type", "Loại tàu"),
    "company": ("Company", "Công ty"),
    "address": ("Address", "Địa chỉ"),
    "company_number": ("Company Number", "Mã số công ty"),
}
_KEYS = ("ship_name", "official_number", "call_sign", "port", "gross", "imo_number", "mmsi", "kind")


def electronic(facts: Facts) -> Sheet:
    """Sections under small coloured heads."""
    sheet = Sheet(facts, "sans")
    _header(sheet)
    size = 15.0 if len(facts.title) > 50 else 20.0
    y = sheet.text(_LEFT, 126, sheet.title(), Look(size, "roman", _CYAN, leading=1.22), _WIDE)
    under = ("Issued under the provisions of", "Cấp theo quy định của")
    y = sheet.text(_LEFT, y, f"{english_first(facts, under)} {facts.kind.convention}", Look(8.8), _WIDE)
    y = _section(sheet, y + 10, ("Particulars", "Thông số"), _particulars(sheet))
    y = _head(sheet, y + 12, ("Certification", "Chứng nhận"))
    for clause in facts.clauses:
        sheet.rect((_LEFT + 2, y - 6, _LEFT + 6, y - 2), None, 0, _CYAN)
        y = sheet.text(_LEFT + 14, y, f"{clause[0].upper()}{clause[1:]}.", Look(9.2, leading=1.4), _WIDE - 14)
    y = _section(sheet, y + 8, ("Validity", "Hiệu lực"), _validity(sheet))
    if facts.endorsements:
        y = _surveys(sheet, y + 12)
    _issued(sheet, max(y + 18, 640))
    _footer(sheet)
    further_pages(sheet, 1)
    return sheet


def _header(sheet: Sheet) -> None:
    facts = sheet.facts
    sheet.rect((_LEFT, 38, _LEFT + 10, 78), None, 0, _CYAN)
    sheet.text(_LEFT + 18, 54, sheet.issuer("\n"), Look(12, "bold", leading=1.3), 270)
    right = _LEFT + _WIDE - 190
    for y, label, runs in (
        (50.0, ("Certificate no", "Số"), sheet.value("certificate_number", "bold")),
        (64.0, ("Page", "Trang"), f"1/{facts.pages}"),
    ):
        words: list[Run] = [f"{english_first(facts, label)}: ", runs]
        sheet.text(right, y, words, Look(8.8, align="right"), 190)


def _head(sheet: Sheet, y: float, heading: tuple[str, str]) -> float:
    sheet.text(_LEFT, y, english_first(sheet.facts, heading), Look(10.4, "bold", _CYAN))
    sheet.line(_LEFT, y + 4, _LEFT + _WIDE, y + 4, _CYAN, 0.7)
    return y + 19


def _section(
    sheet: Sheet, y: float, heading: tuple[str, str], rows: list[tuple[tuple[str, str], Runs]]
) -> float:
    y = _head(sheet, y, heading) - 13
    for number, (label, runs) in enumerate(rows):
        cells = (
            (_LEFT, _VALUES, english_first(sheet.facts, label), _LABEL),
            (_LEFT + _VALUES, _WIDE - _VALUES, runs, _IN),
        )
        high = sheet.row_height(cells, least=17, pad=3)
        if number % 2 == 0:
            sheet.rect((_LEFT, y, _LEFT + _WIDE, y + high), None, 0, _BAND)
        y = sheet.row(y, cells, least=17, pad=3)
    return y + 10


def _particulars(sheet: Sheet) -> list[tuple[tuple[str, str], Runs]]:
    return [(_LABELS[key], said(sheet, key)) for key in keys_of(sheet.facts, _KEYS)]


def _validity(sheet: Sheet) -> list[tuple[tuple[str, str], Runs]]:
    facts = sheet.facts
    rows: list[tuple[tuple[str, str], Runs]] = []
    if facts.type:
        rows.append((("Certificate type", "Loại giấy chứng nhận"), sheet.value("certificate_type")))
    rows.append((("Survey completed", "Hoàn thành kiểm tra"), facts.day(facts.surveyed)))
    unlimited = english_first(facts, ("Unlimited", "Không thời hạn"))
    rows.append(
        (("Valid until", "Có hiệu lực đến"), sheet.value("valid_until") if facts.until else unlimited)
    )
    if facts.next_survey:
        rows.append((("Next survey due by", "Kiểm tra tiếp theo trước"), sheet.value("next_survey")))
    return rows


def _surveys(sheet: Sheet, y: float) -> float:
    facts = sheet.facts
    y = _head(sheet, y, ("Surveys endorsed", "Các lần xác nhận"))
    for one in facts.endorsements:
        sheet.text(_LEFT + 4, y, one.what, Look(9))
        sheet.text(_LEFT + _VALUES, y, sheet.done_on(one) or "–", Look(9))
        sheet.text(_LEFT + _WIDE - 150, y, f"{one.surveyor}{', ' if one.on else ''}{one.place}", Look(9))
        y += 15
    return y


def _issued(sheet: Sheet, y: float) -> None:
    facts = sheet.facts
    runs: list[Run] = [english_first(facts, ("Issued at", "Cấp tại")), f" {city_of(facts)} "]
    runs += [english_first(facts, ("on", "ngày"), between="/"), " ", sheet.value("issue_date", "bold")]
    y = sheet.text(_LEFT, y, runs, Look(10), 300)
    signed = ("Electronically signed by", "Ký điện tử bởi")
    y = sheet.text(_LEFT, y + 14, f"{english_first(facts, signed)} {facts.surveyor}", Look(10, "italic"), 300)
    role = ("Surveyor, for the issuing organisation", "Đăng kiểm viên")
    sheet.text(_LEFT, y, english_first(facts, role), Look(8.6, colour=GREY), 300)
    _square(sheet, _LEFT + _WIDE - 78, y - 50, 74)


def _square(sheet: Sheet, x: float, y: float, side: float) -> None:
    """Black and white cells that a camera could read, if they said anything."""
    dice = random.Random(sheet.facts.number)
    cells = 25
    step = side / cells
    for row in range(cells):
        for column in range(cells):
            corner = (row < 7 or row > 17) and (column < 7 or (column > 17 and row < 7))
            if not corner and dice.random() < 0.5:
                left, top = x + column * step, y + row * step
                sheet.rect((left, top, left + step, top + step), None, 0, INK)
    for left, top in ((x, y), (x + 18 * step, y), (x, y + 18 * step)):
        sheet.rect((left + step / 2, top + step / 2, left + 6.5 * step, top + 6.5 * step), INK, step)
        sheet.rect((left + 2 * step, top + 2 * step, left + 5 * step, top + 5 * step), None, 0, INK)


def _footer(sheet: Sheet) -> None:
    facts = sheet.facts
    dice = random.Random(facts.previous)
    tracking = "-".join(f"{dice.randrange(16**4):04X}" for _ in range(4))
    words = (
        f"Unique tracking number {tracking}. This certificate can be verified with the issuing organisation."
    )
    sheet.line(_LEFT, HEIGHT - 52, _LEFT + _WIDE, HEIGHT - 52, GREY, 0.4)
    sheet.text(_LEFT, HEIGHT - 41, words, Look(7, colour=GREY), _WIDE)
    form = f"{facts.authority.initials} e-Cert {facts.kind.code}{facts.authority.role[0].upper()} v4.2"
    sheet.text(_LEFT, HEIGHT - 30, form, Look(7, colour=GREY))
