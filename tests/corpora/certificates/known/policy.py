"""A letter of an office, as insurers write: reference lines first, then paragraphs, then the name of the office."""

from tests.corpora.certificates.annex import further_pages
from tests.corpora.certificates.facts import Facts
from tests.corpora.certificates.known.blocks import Rows, dated, endorsed, hand, seal
from tests.corpora.certificates.particulars import keys_of, said, usual
from tests.corpora.certificates.sheet import GREY, INK, WIDTH, Look, Sheet

_LEFT, _WIDE, _GAP = 66.0, WIDTH - 132.0, 172.0
_BODY = Look(10.4, leading=1.5)
_LABELS = {
    "ship_name": ("Vessel", "Tàu"),
    "imo_number": ("IMO No", "Số IMO"),
    "port": ("Port of Registry", "Cảng đăng ký"),
    "gross": ("Gross Tonnage", "Tổng dung tích"),
    "owner": ("Owner", "Chủ tàu"),
    "company": ("Company", "Công ty"),
}
_DATES = {
    "issue_date": ("Date of Issue", "Ngày cấp"),
    "valid_until": ("Expires", "Hết hạn"),
    "certificate_type": ("Type", "Loại"),
}


def policy(facts: Facts) -> Sheet:
    """Reference lines between rules, sentences below them."""
    sheet = Sheet(facts, "serif")
    sheet.text(_LEFT, 64, facts.authority.initials, Look(26, "bold", (0.5, 0.1, 0.15)))
    sheet.text(
        _LEFT,
        56,
        f"{facts.authority.city}, {facts.authority.state}",
        Look(8.6, colour=GREY, align="right"),
        _WIDE,
    )
    sheet.line(_LEFT, 78, _LEFT + _WIDE, 78, (0.5, 0.1, 0.15), 1.4)
    size = 14.0 if len(facts.title) > 50 else 18.0
    y = sheet.text(_LEFT, 116, sheet.title(), Look(size, "bold", leading=1.24), _WIDE) + 4
    rows: Rows = [(("Certificate No", "Số giấy chứng nhận"), sheet.value("certificate_number"))]
    keys = keys_of(facts, ("owner", "ship_name", "imo_number", "call_sign", "port", "gross"))
    rows += [(usual(key, _LABELS), said(sheet, key)) for key in keys]
    rows += dated(sheet, ("certificate_type", "issue_date", "valid_until", "next_survey"), _DATES)
    sheet.line(_LEFT, y - 6, _LEFT + _WIDE, y - 6, INK, 0.5)
    y += 8
    for label, runs in rows:
        labelled = sheet.text(_LEFT, y, f"{sheet.facts.say(label)}:", Look(9.4, leading=1.2), _GAP - 8) + 3
        below = sheet.text(_LEFT + _GAP, y, runs, Look(10.4, "bold"), _WIDE - _GAP) + 3
        y = max(labelled, below)
    sheet.line(_LEFT, y - 6, _LEFT + _WIDE, y - 6, INK, 0.5)
    opening = ("We hereby certify that", "Chúng tôi xác nhận rằng")
    y = sheet.text(_LEFT, y + 16, f"{facts.say(opening)} " + "; ".join(facts.clauses) + ".", _BODY, _WIDE)
    under = f"This certificate is given under the {facts.kind.convention}. It replaces certificate {facts.previous}."
    y = sheet.text(_LEFT, y + 8, under, _BODY, _WIDE)
    kept = (
        "It is evidence of what it says on its date, and does not amend any cover, rule or approval.",
        "Giấy này chỉ là bằng chứng về nội dung nêu trên tại ngày cấp.",
    )
    y = sheet.text(_LEFT, y + 8, facts.say(kept), _BODY, _WIDE)
    y = endorsed(sheet, y + 2, _LEFT, _WIDE)
    y = max(y + 30, 620)
    sheet.text(_LEFT, y, facts.say(("For and on behalf of", "Thay mặt")), Look(9.6))
    below = sheet.text(_LEFT, y + 15, sheet.issuer("\n"), Look(11, "bold"), _WIDE)
    hand(sheet, _LEFT, below + 44)
    seal(sheet, _LEFT + 320, below + 22)
    further_pages(sheet, 1)
    return sheet
