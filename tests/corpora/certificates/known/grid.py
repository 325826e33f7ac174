"""Numbered boxes with small captions above their values, three in a row, as customs forms have them."""

from tests.corpora.certificates.annex import further_pages
from tests.corpora.certificates.facts import Facts
from tests.corpora.certificates.marks import VIOLET, box_stamp, signature, stamp
from tests.corpora.certificates.particulars import keys_of, said
from tests.corpora.certificates.sheet import GREY, INK, WIDTH, Look, Run, Runs, Sheet

_LEFT, _WIDE = 40.0, WIDTH - 80.0
_THIRD = _WIDE / 3
_CAPTION, _FILLED = Look(6.6, colour=(0.3, 0.3, 0.36)), Look(10.5, "bold")
_SHADE = (0.9, 0.91, 0.92)
_LABELS = {
    "ship_name": ("Vessel", "Tàu"),
    "imo_number": ("IMO ident. no.", "Số nhận dạng IMO"),
    "call_sign": ("Signal letters", "Hô hiệu"),
    "port": ("Home port", "Cảng đăng ký"),
    "gross": ("GT (ITC 69)", "Tổng dung tích (GT)"),
    "kind": ("Ship type", "Kiểu tàu"),
    "mmsi": ("MMSI", "MMSI"),
    "delivered": ("Delivered", "Bàn giao"),
    "owner": ("Owner or manager", "Chủ tàu hoặc người quản lý"),
    "company": ("Company", "Công ty"),
    "address": ("Registered office", "Trụ sở"),
    "company_number": ("Company IMO no.", "Số công ty"),
    "certificate_number": ("Document no.", "Số giấy"),
    "certificate_type": ("Status", "Tình trạng"),
    "issue_date": ("Issued", "Ngày cấp"),
    "valid_until": ("Expiry", "Ngày hết hạn"),
    "next_survey": ("Survey due", "Hạn kiểm tra"),
    "last_endorsement": ("Last endorsed", "Xác nhận gần nhất"),
    "surveyed": ("Survey completed", "Hoàn thành kiểm tra"),
    "replaces": ("Replaces", "Thay thế"),
}


def grid(facts: Facts) -> Sheet:
    """A form of boxes; the issuer stands in the last of them."""
    sheet = Sheet(facts, "sans")
    sheet.rect((_LEFT, 40, _LEFT + _WIDE, 104), INK, 1.2, _SHADE)
    title = Look(15 if len(facts.title) < 50 else 11.5, "bold", leading=1.22)
    y = 72 - sheet.height(sheet.title(), title, _WIDE - 130) / 2 + title.size * 0.9
    sheet.text(_LEFT + 10, y, sheet.title(), title, _WIDE - 130)
    sheet.text(
        _LEFT + _WIDE - 116, 80, sheet.value("abbreviation", "bold"), Look(24, "bold", GREY, "right"), 106
    )
    boxes: list[tuple[str, Runs]] = [("certificate_number", sheet.value("certificate_number"))]
    boxes += _dates(sheet)
    keys = ("ship_name", "imo_number", "call_sign", "port", "gross", "kind", "mmsi", "delivered", "owner")
    boxes += [(key, said(sheet, key)) for key in keys_of(facts, keys)]
    y = _boxes(sheet, 112, boxes)
    y = _certified(sheet, y)
    y = _log(sheet, y) if facts.endorsements else y
    _issuer(sheet, y + 8, len(boxes) + 2)
    further_pages(sheet, 1)
    return sheet


def _dates(sheet: Sheet) -> list[tuple[str, Runs]]:
    facts = sheet.facts
    boxes: list[tuple[str, Runs]] = [("issue_date", sheet.value("issue_date"))]
    boxes.append(("valid_until", sheet.value("valid_until") if facts.until else "– – –"))
    if facts.type:
        boxes.append(("certificate_type", sheet.value("certificate_type")))
    boxes.append(("surveyed", facts.day(facts.surveyed)))
    boxes += [
        (code, sheet.value(code)) for code in ("last_endorsement", "next_survey") if facts.printed(code)
    ]
    return [*boxes, ("replaces", facts.previous)]


def _boxes(sheet: Sheet, y: float, boxes: list[tuple[str, Runs]]) -> float:
    for start in range(0, len(boxes), 3):
        row = boxes[start : start + 3]
        high = 30 + max(sheet.height(runs, _FILLED, _THIRD - 14) for _, runs in row)
        for column, (key, runs) in enumerate(row):
            left = _LEFT + column * _THIRD
            sheet.rect((left, y, left + _THIRD, y + high), INK, 0.6)
            caption = f"{start + column + 1}  {sheet.facts.say(_LABELS[key], between=' · ')}"
            sheet.text(left + 5, y + 10, caption, _CAPTION)
            sheet.text(left + 7, y + 29, runs, _FILLED, _THIRD - 14)
        y += high
    return y


def _certified(sheet: Sheet, y: float) -> float:
    kind = sheet.facts.kind
    words: list[Run] = [f"Certified under the {kind.convention}:\n"]
    words.append("This document is to be kept on board and shown on demand; it is void when altered.\n")
    words += [f"(x)  {clause[0].upper()}{clause[1:]}.\n" for clause in sheet.facts.clauses]
    bottom = sheet.row(y, [(_LEFT, _WIDE, words, Look(8.8, leading=1.6))], least=120, pad=10)
    sheet.rect((_LEFT, y, _LEFT + _WIDE, bottom), INK, 0.6)
    return bottom


def _log(sheet: Sheet, y: float) -> float:
    for number, one in enumerate(sheet.facts.endorsements, 1):
        cells = (
            (_LEFT, 26.0, f"E{number}", Look(8)),
            (_LEFT + 26, 170.0, one.what, Look(8.4)),
            (_LEFT + 196, 150.0, sheet.done_on(one), Look(9, "bold")),
            (_LEFT + 346, _WIDE - 346, f"{one.place}  {one.surveyor}", Look(8.4)),
        )
        bottom = sheet.row(y, cells, least=22)
        sheet.rect((_LEFT, y, _LEFT + _WIDE, bottom), GREY, 0.4)
        if one.on:
            signature(sheet, _LEFT + _WIDE - 78, bottom - 2, f"{one.surveyor}{number}", 60)
        y = bottom
    return y


def _issuer(sheet: Sheet, y: float, number: int) -> None:
    facts = sheet.facts
    sheet.rect((_LEFT, y, _LEFT + _WIDE, y + 104), INK, 1.2)
    caption = facts.say(("Issued by (name, place, seal)", "Cơ quan cấp (tên, nơi cấp, dấu)"), between=" · ")
    sheet.text(_LEFT + 5, y + 10, f"{number}  {caption}", _CAPTION)
    below = sheet.text(_LEFT + 8, y + 30, sheet.issuer("\n"), Look(11, "bold"), _WIDE / 2 - 10)
    sheet.text(_LEFT + 8, below + 2, f"{facts.authority.city}, {facts.authority.state}", Look(9), _WIDE / 2)
    sheet.text(_LEFT + 8, y + 94, facts.surveyor, Look(9))
    signature(sheet, _LEFT + 110, y + 90, facts.surveyor)
    stamp(sheet, _LEFT + _WIDE - 66, y + 50, (facts.authority.name, facts.authority.initials))
    if facts.previous.endswith(("1", "4", "7")):
        box_stamp(
            sheet, _LEFT + _WIDE / 2 + 40, y - 6, ("ORIGINAL", facts.authority.city.upper()), colour=VIOLET
        )
