"""A framed page: the authority, the title, a table of particulars, what is certified, a table of dates."""

from tests.corpora.certificates.annex import further_pages
from tests.corpora.certificates.facts import Facts
from tests.corpora.certificates.known.blocks import certified, dated, endorsed, hand, seal, table
from tests.corpora.certificates.particulars import keys_of, said, usual
from tests.corpora.certificates.sheet import HEIGHT, WIDTH, Look, Sheet

_NAVY, _PALE = (0.09, 0.2, 0.36), (0.93, 0.95, 0.98)
_LEFT, _WIDE = 58.0, WIDTH - 116.0


def classic(facts: Facts) -> Sheet:
    """Labels at the left, values at the right, ruled."""
    sheet = Sheet(facts, "serif")
    for inset, width in ((28, 1.6), (33, 0.5)):
        sheet.rect((inset, inset, WIDTH - inset, HEIGHT - inset), _NAVY, width)
    y = sheet.text(_LEFT, 68, sheet.issuer("\n"), Look(12, "bold", _NAVY, "centre"), _WIDE)
    long = len(facts.title) > 50
    y = sheet.text(
        _LEFT, y + 12, sheet.title(), Look(14 if long else 19, "bold", _NAVY, "centre", 1.2), _WIDE
    )
    number = [
        facts.say(("Certificate No. ", "Giấy chứng nhận số"), between=" / "),
        sheet.value("certificate_number", "bold"),
    ]
    y = sheet.text(_LEFT, y, number, Look(11, align="centre"), _WIDE)
    under = (
        f"Issued under the provisions of the {facts.kind.convention} "
        f"under the authority of the Government of {facts.authority.state}"
    )
    y = sheet.text(_LEFT + 30, y + 2, under, Look(9.2, "italic", align="centre"), _WIDE - 60)
    keys = keys_of(facts, ("ship_name", "imo_number", "call_sign", "port", "gross", "kind", "keel"))
    y = table(sheet, y, [(usual(key), said(sheet, key)) for key in keys], (_LEFT, _WIDE, 200), _PALE)
    y = certified(sheet, y + 20, _LEFT, _WIDE, Look(9.8))
    rows = dated(sheet, ("certificate_type", "issue_date", "valid_until", "next_survey"))
    rows.append((("Completion date of the survey", "Ngày hoàn thành kiểm tra"), facts.day(facts.surveyed)))
    y = table(sheet, y, rows, (_LEFT, _WIDE, 200), _PALE)
    y = endorsed(sheet, y + 4, _LEFT, _WIDE)
    seal(sheet, _LEFT + 60, min(max(y + 44, 690), 765))
    hand(sheet, _LEFT + _WIDE - 200, min(max(y + 46, 730), 768))
    further_pages(sheet, 1)
    return sheet
