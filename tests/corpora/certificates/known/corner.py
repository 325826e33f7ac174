"""A society's letterhead, a box in the corner with number and dates, particulars in ruled lines."""

from tests.corpora.certificates.annex import further_pages
from tests.corpora.certificates.facts import Facts
from tests.corpora.certificates.known.blocks import Rows, certified, dated, endorsed, hand, seal
from tests.corpora.certificates.marks import emblem
from tests.corpora.certificates.particulars import keys_of, said, usual
from tests.corpora.certificates.sheet import GREY, HEIGHT, INK, WIDTH, Look, Sheet

_BLUE = (0.02, 0.27, 0.53)
_LEFT, _WIDE, _BOX = 48.0, WIDTH - 96.0, 190.0
_LABELS = {
    "ship_name": ("Ship name", "Tên tàu"),
    "imo_number": ("IMO No.", "Số IMO"),
    "company_number": ("Company IMO No.", "Số công ty"),
}


def corner(facts: Facts) -> Sheet:
    """Small labels above their values in the corner; label and value on one ruled line below."""
    sheet = Sheet(facts, "sans")
    emblem(sheet, _LEFT + 24, 68, _BLUE, 24)
    y = sheet.text(_LEFT + 58, 62, sheet.issuer("\n"), Look(13, "bold", _BLUE, leading=1.2), 230)
    sheet.text(_LEFT + 58, y + 2, facts.authority.state, Look(8, colour=GREY), 230)
    bottom = _corner(sheet)
    size = 14.0 if len(facts.title) > 50 else 18.0
    y = (
        sheet.text(
            _LEFT, max(bottom, 120) + 34, sheet.title(), Look(size, "bold", _BLUE, leading=1.22), _WIDE
        )
        + 10
    )
    wanted = (
        "ship_name",
        "imo_number",
        "official_number",
        "port",
        "gross",
        "net",
        "length",
        "delivered",
        "owner",
    )
    for key in keys_of(facts, wanted):
        sheet.text(_LEFT, y, facts.say(usual(key, _LABELS)), Look(9, colour=GREY))
        below = sheet.text(_LEFT + 220, y, said(sheet, key), Look(10.4, "bold"), _WIDE - 220)
        sheet.line(_LEFT, below - 8, _LEFT + _WIDE, below - 8, GREY, 0.3)
        y = below + 6
    y = sheet.text(_LEFT, y + 8, f"{facts.kind.convention}", Look(9, "italic"), _WIDE) + 4
    y = certified(sheet, y, _LEFT, _WIDE, Look(9.4, leading=1.42))
    y = endorsed(sheet, y + 4, _LEFT, _WIDE)
    y = min(max(y + 54, 710), 762)
    seal(sheet, _LEFT + 250, y - 12)
    hand(sheet, _LEFT, y)
    where = ("Issued at", "Cấp tại")
    city = facts.authority.city_vi or facts.authority.city
    sheet.text(_LEFT + _WIDE - 150, y, f"{facts.say(where)}: {city}", Look(9, align="right"), 150)
    sheet.rect((0, HEIGHT - 14, WIDTH, HEIGHT), None, 0, _BLUE)
    further_pages(sheet, 1)
    return sheet


def _corner(sheet: Sheet) -> float:
    left = _LEFT + _WIDE - _BOX
    rows: Rows = [(("Certificate number", "Số giấy chứng nhận"), sheet.value("certificate_number"))]
    labels = {"valid_until": ("Expiry date", "Ngày hết hạn"), "issue_date": ("Issue date", "Ngày cấp")}
    rows += dated(sheet, ("certificate_type", "issue_date", "valid_until", "next_survey"), labels)
    y = 40.0
    for label, runs in rows:
        sheet.text(left + 8, y + 11, sheet.facts.say(label), Look(7, colour=GREY))
        below = sheet.text(left + 8, y + 23, runs, Look(10, "bold"), _BOX - 16)
        y = below - 4
        sheet.line(left, y, left + _BOX, y, INK, 0.5)
    sheet.rect((left, 40, left + _BOX, y), INK, 0.9)
    return y
