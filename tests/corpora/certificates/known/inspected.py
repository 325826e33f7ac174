"""A port health office's form: port and date in the first line, what was looked at and what was found beside it."""

import random

from tests.corpora.certificates.annex import further_pages
from tests.corpora.certificates.facts import Facts
from tests.corpora.certificates.marks import BLUE, box_stamp
from tests.corpora.certificates.particulars import keys_of, said
from tests.corpora.certificates.pieces import Cell, city_of, dots, ruled, sealed, signed
from tests.corpora.certificates.sheet import GREY, INK, WIDTH, Look, Run, Sheet

_LEFT, _WIDE = 46.0, WIDTH - 92.0
_HALF = _WIDE / 2
_LINE, _HEAD, _SMALL = Look(9.6, leading=1.35), Look(8.2, "bold", align="centre"), Look(8.2)
_LABELS = {
    "ship_name": ("Name of ship", "Tên tàu"),
    "imo_number": ("Registration/IMO No.", "Số đăng ký/IMO"),
    "port": ("Flag and port", "Cờ và cảng đăng ký"),
    "kind": ("Type of vessel", "Loại tàu"),
    "gross": ("Tonnage (GT)", "Dung tích (GT)"),
    "call_sign": ("Call sign", "Hô hiệu"),
    "company": ("Company", "Công ty"),
    "address": ("Address", "Địa chỉ"),
    "company_number": ("Company No.", "Mã số công ty"),
}
_AREAS = (
    ("Hull and decks", "Vỏ và boong"),
    ("Holds and tanks", "Hầm hàng và két"),
    ("Engine room", "Buồng máy"),
    ("Quarters", "Khu vực ở"),
    ("Galley, pantry, stores", "Bếp, kho"),
    ("Potable water", "Nước uống"),
    ("Safety appliances", "Thiết bị an toàn"),
    ("Log books and records", "Nhật ký và hồ sơ"),
)
_FOUND = (
    ("None found", "Không phát hiện"), ("Satisfactory", "Đạt"), ("Not applicable", "Không áp dụng"),
)  # fmt: skip


def inspected(facts: Facts) -> Sheet:
    """Lines of entries, the table of areas twice side by side, validity in a sentence below it."""
    sheet = Sheet(facts, "sans")
    y = sheet.text(_LEFT, 52, sheet.issuer(), Look(10.5, "bold", align="centre"), _WIDE)
    size = 12.5 if len(facts.title) > 50 else 15.5
    y = sheet.text(_LEFT, y + 8, sheet.title(), Look(size, "bold", align="centre", leading=1.26), _WIDE) + 6
    y = max(
        _entry(sheet, _LEFT, y, ("Port of", "Cảng"), city_of(facts)),
        _entry(sheet, _LEFT + _HALF, y, ("Date", "Ngày"), sheet.value("issue_date", "bold")),
    )
    y = _entry(
        sheet, _LEFT, y, ("Certificate No.", "Giấy chứng nhận số"), sheet.value("certificate_number", "bold")
    )
    records = (
        "This certificate records the survey under the",
        "Giấy này ghi nhận việc kiểm tra theo",
    )
    y = sheet.text(_LEFT, y + 2, f"{facts.say(records)} {facts.kind.convention}.", Look(8.8), _WIDE) + 4
    y = _entries(sheet, y)
    y = _areas(sheet, y)
    y = sheet.text(_LEFT, y + 18, [_certified(facts), *_term(sheet)], Look(9.4, leading=1.45), _WIDE)
    y = _visits(sheet, y + 2)
    y = min(max(y + 46, 690), 765)
    sealed(sheet, _LEFT + 64, y - 4, BLUE, 90)
    if facts.number.endswith(("1", "3", "5")):
        box_stamp(sheet, _LEFT + 190, y - 6, ("NO CHARGE", city_of(facts).upper()))
    officer = ("Signature and designation of issuing officer", "Chữ ký và chức danh của người cấp")
    signed(sheet, _LEFT + _WIDE - 210, y, 210, facts.say(officer, between="\n"))
    further_pages(sheet, 1)
    return sheet


def _entry(sheet: Sheet, x: float, y: float, label: tuple[str, str], run: Run) -> float:
    facts = sheet.facts
    english, vietnamese = label
    words: list[Run] = [f"{vietnamese} ({english}) " if facts.bilingual else f"{english} ", run]
    below = sheet.text(x, y, words, _LINE, _HALF - 14)
    dots(sheet, x, x + _HALF - 14, below - 9.6)
    return below + 5


def _entries(sheet: Sheet, y: float) -> float:
    wanted = ("ship_name", "imo_number", "port", "call_sign", "kind", "gross")
    keys = keys_of(sheet.facts, wanted)
    for start in range(0, len(keys), 2):
        pair = keys[start : start + 2]
        y = max(
            _entry(sheet, _LEFT + column * _HALF, y, _LABELS[key], said(sheet, key))
            for column, key in enumerate(pair)
        )
    return y


def _areas(sheet: Sheet, y: float) -> float:
    facts = sheet.facts
    dice = random.Random(facts.number)
    heads = (("Areas examined", "Khu vực kiểm tra"), ("Evidence found", "Kết quả"))
    widths = [_HALF * 0.56, _HALF * 0.44] * 2
    head: list[Cell] = [(facts.say(each, between="\n"), _HEAD) for each in heads] * 2
    rows: list[list[Cell]] = [head]
    half = len(_AREAS) // 2
    for first, second in zip(_AREAS[:half], _AREAS[half:], strict=True):
        row: list[Cell] = []
        for area in (first, second):
            row += [
                (facts.say(area, between="\n"), _SMALL),
                (facts.say(dice.choice(_FOUND), between="\n"), _SMALL),
            ]
        rows.append(row)
    return ruled(sheet, y, _LEFT, widths, rows, least=18, colour=GREY)


def _certified(facts: Facts) -> str:
    opening = facts.say(("It is certified that", "Chứng nhận rằng"))
    return f"{opening} {'; that '.join(facts.clauses)}. "


def _term(sheet: Sheet) -> list[Run]:
    facts = sheet.facts
    runs: list[Run] = []
    if facts.until:
        runs += [facts.say(("Valid until", "Có giá trị đến")), " ", sheet.value("valid_until", "bold"), ". "]
    if facts.type:
        runs += [
            facts.say(("Kind of certificate", "Loại")),
            ": ",
            sheet.value("certificate_type", "bold"),
            ". ",
        ]
    if facts.next_survey:
        runs += [facts.say(("Re-survey due", "Kiểm tra lại")), " ", sheet.value("next_survey", "bold"), "."]
    return runs


def _visits(sheet: Sheet, y: float) -> float:
    for one in sheet.facts.endorsements:
        runs: list[Run] = ["– ", one.what, ": "]
        runs += [sheet.done_on(one, "bold"), f" ({one.place}, {one.surveyor})"] if one.on else ["________"]
        y = sheet.text(_LEFT, y, runs, Look(9), _WIDE) + 2
    sheet.line(_LEFT, y - 6, _LEFT + _WIDE, y - 6, INK, 0.4)
    return y
