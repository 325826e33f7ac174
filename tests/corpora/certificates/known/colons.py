"""Plain lines of "label : value" without rules, as an office program prints them."""

from tests.corpora.certificates.annex import further_pages
from tests.corpora.certificates.facts import Facts
from tests.corpora.certificates.known.blocks import Rows, certified, dated, endorsed, hand, seal
from tests.corpora.certificates.marks import GREEN, emblem
from tests.corpora.certificates.particulars import keys_of, said, usual
from tests.corpora.certificates.sheet import GREY, WIDTH, Look, Sheet

_LEFT, _WIDE, _COLON = 64.0, WIDTH - 128.0, 205.0
_LABELS = {
    "ship_name": ("Name of Ship", "Tên tàu"),
    "imo_number": ("IMO Number", "Số IMO"),
    "call_sign": ("Call Sign", "Hô hiệu"),
    "mmsi": ("MMSI Number", "Số MMSI"),
    "kind": ("Ship Type", "Loại tàu"),
}


def colons(facts: Facts) -> Sheet:
    """An emblem, a centred title, and one entry a line."""
    sheet = Sheet(facts, "sans")
    emblem(sheet, WIDTH / 2, 62, (0.1, 0.3, 0.3), 22)
    state = facts.say((facts.authority.state, facts.authority.state_vi), between="\n").upper()
    y = sheet.text(_LEFT, 102, state, Look(9, align="centre"), _WIDE)
    y = sheet.text(_LEFT, y + 2, sheet.issuer("\n"), Look(11, "bold", align="centre"), _WIDE)
    size = 13.0 if len(facts.title) > 50 else 16.5
    y = sheet.text(
        _LEFT, y + 16, sheet.title(capitals=True), Look(size, "bold", align="centre", leading=1.25), _WIDE
    )
    rows: Rows = [(("Certificate No.", "Số giấy chứng nhận"), sheet.value("certificate_number"))]
    rows += [(("Previous Certificate No.", "Số giấy chứng nhận cũ"), facts.previous)]
    rows += dated(sheet, ("certificate_type",))
    keys = keys_of(
        facts,
        ("ship_name", "imo_number", "call_sign", "mmsi", "port", "gross", "deadweight", "kind", "owner"),
    )
    rows += [(usual(key, _LABELS), said(sheet, key)) for key in keys]
    y = _entries(sheet, y + 14, rows)
    y = certified(sheet, y + 12, _LEFT, _WIDE, Look(9.4))
    rows = [(("Survey Completed On", "Ngày hoàn thành kiểm tra"), facts.day(facts.surveyed))]
    labels = {"issue_date": ("Issued On", "Ngày cấp"), "valid_until": ("Date of Expiry", "Ngày hết hạn")}
    rows += dated(sheet, ("issue_date", "valid_until", "last_endorsement", "next_survey"), labels)
    y = _entries(sheet, y + 10, rows)
    if facts.endorsements and not facts.last_endorsement:
        y = endorsed(sheet, y, _LEFT, _WIDE)
    y = min(max(y + 50, 700), 760)
    seal(sheet, _LEFT + 200, y - 10, GREEN)
    hand(sheet, _LEFT + _WIDE - 190, y)
    sheet.text(_LEFT, 812, f"Form {sheet.facts.authority.initials}-S/07 rev. 3", Look(7, colour=GREY))
    further_pages(sheet, 1)
    return sheet


def _entries(sheet: Sheet, y: float, rows: Rows) -> float:
    for label, runs in rows:
        labelled = sheet.text(_LEFT, y, sheet.facts.say(label), Look(9.2, leading=1.2), _COLON - 8) + 3
        sheet.text(_LEFT + _COLON, y, ":", Look(9.6))
        y = max(labelled, sheet.text(_LEFT + _COLON + 10, y, runs, Look(10, "bold"), _WIDE - _COLON - 10) + 4)
    return y
