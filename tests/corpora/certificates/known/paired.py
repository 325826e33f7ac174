"""Boxes in two columns, label above value, the title in a coloured band."""

from tests.corpora.certificates.annex import further_pages
from tests.corpora.certificates.facts import Facts
from tests.corpora.certificates.known.blocks import Rows, certified, dated, endorsed, hand, seal
from tests.corpora.certificates.marks import VIOLET
from tests.corpora.certificates.particulars import keys_of, said, usual
from tests.corpora.certificates.sheet import GREY, WIDTH, Look, Sheet

_BAND, _WHITE = (0.16, 0.2, 0.42), (1.0, 1.0, 1.0)
_LEFT, _WIDE = 44.0, WIDTH - 88.0
_LABEL, _FILLED = Look(7.8, colour=(0.35, 0.36, 0.42)), Look(10.6, "bold")


def paired(facts: Facts) -> Sheet:
    """Two boxes a row; number and dates come first, the ship after."""
    sheet = Sheet(facts, "sans")
    size = 13.0 if len(facts.title) > 50 else 17.0
    look = Look(size, "bold", _WHITE, "centre", 1.24)
    high = sheet.height(sheet.title(), look, _WIDE - 30) + 24
    sheet.rect((0, 36, WIDTH, 36 + high), None, 0, _BAND)
    sheet.text(_LEFT + 15, 36 + 12 + size, sheet.title(), look, _WIDE - 30)
    y = (
        sheet.text(_LEFT, 36 + high + 20, facts.kind.convention, Look(8.6, "italic", align="centre"), _WIDE)
        + 4
    )
    rows: Rows = [(("Certificate No.", "Số giấy chứng nhận"), sheet.value("certificate_number"))]
    rows += [(("Abbreviation", "Viết tắt"), sheet.value("abbreviation"))]
    rows += dated(sheet, ("certificate_type", "issue_date", "valid_until", "last_endorsement", "next_survey"))
    keys = keys_of(
        facts, ("ship_name", "imo_number", "port", "call_sign", "kind", "gross", "deadweight", "delivered")
    )
    rows += [(usual(key), said(sheet, key)) for key in keys]
    y = _boxes(sheet, y, rows)
    y = certified(sheet, y + 20, _LEFT, _WIDE, Look(9.4, leading=1.4))
    if not facts.last_endorsement:
        y = endorsed(sheet, y, _LEFT, _WIDE)
    by = ("Issuing authority", "Cơ quan cấp")
    y = sheet.text(_LEFT, max(y + 16, 600), facts.say(by), _LABEL)
    y = sheet.text(_LEFT, y + 4, sheet.issuer("\n"), Look(12, "bold"), _WIDE)
    sheet.text(_LEFT, y, f"{facts.authority.city}, {facts.authority.state}", Look(9))
    seal(sheet, _LEFT + 300, y + 40, VIOLET)
    hand(sheet, _LEFT, min(y + 66, 775))
    further_pages(sheet, 1)
    return sheet


def _boxes(sheet: Sheet, y: float, rows: Rows) -> float:
    half = _WIDE / 2
    for start in range(0, len(rows), 2):
        pair = rows[start : start + 2]
        high = 22 + max(sheet.height(runs, _FILLED, half - 16) for _, runs in pair)
        for column, (label, runs) in enumerate(pair):
            left = _LEFT + column * half
            sheet.rect((left, y, left + half, y + high), GREY, 0.6)
            sheet.text(left + 8, y + 11, sheet.facts.say(label), _LABEL)
            sheet.text(left + 8, y + 27, runs, _FILLED, half - 16)
        y += high
    return y
