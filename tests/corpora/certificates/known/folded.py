"""A card to be folded twice: three panels across the page, the ship, the certificate and its endorsements."""

from tests.corpora.certificates.annex import further_pages
from tests.corpora.certificates.facts import Facts
from tests.corpora.certificates.marks import VIOLET, emblem, signature
from tests.corpora.certificates.particulars import keys_of, said
from tests.corpora.certificates.pieces import city_of, sealed, signed
from tests.corpora.certificates.sheet import GREY, HEIGHT, INK, WIDTH, Look, Run, Sheet

_TOP, _BOTTOM, _EDGE = 34.0, WIDTH - 34.0, 30.0
_PANEL = (HEIGHT - 2 * _EDGE) / 3
_PAD = 14.0
_IN = _PANEL - 2 * _PAD
_NAVY = (0.1, 0.16, 0.38)
_LABELS = {
    "ship_name": ("Vessel", "Tên tàu"),
    "imo_number": ("IMO No.", "Số IMO"),
    "call_sign": ("Call sign", "Hô hiệu"),
    "official_number": ("Official No.", "Số đăng ký"),
    "port": ("Port of registry", "Cảng đăng ký"),
    "kind": ("Type", "Loại tàu"),
    "gross": ("GT", "GT"),
    "net": ("NT", "NT"),
    "keel": ("Keel laid", "Đặt ky"),
    "owner": ("Owner", "Chủ tàu"),
    "company": ("Company", "Công ty"),
    "address": ("Address", "Địa chỉ"),
    "company_number": ("Company No.", "Mã số công ty"),
}
_KEYS = (
    "ship_name", "imo_number", "call_sign", "official_number", "port",
    "kind", "gross", "net", "keel", "owner",
)  # fmt: skip


def folded(facts: Facts) -> Sheet:
    """Landscape; folds are dashed lines."""
    sheet = Sheet(facts, "serif")
    sheet.document.delete_page(0)
    sheet.new_page(HEIGHT, WIDTH)
    sheet.rect((_EDGE, _TOP, HEIGHT - _EDGE, _BOTTOM), _NAVY, 1.2)
    for fold in (1, 2):
        x = _EDGE + fold * _PANEL
        sheet.page.draw_line((x, _TOP), (x, _BOTTOM), color=GREY, width=0.6, dashes="[5 4] 0")
    _left(sheet, _EDGE + _PAD)
    _middle(sheet, _EDGE + _PANEL + _PAD)
    _right(sheet, _EDGE + 2 * _PANEL + _PAD)
    further_pages(sheet, 1)
    return sheet


def _left(sheet: Sheet, x: float) -> None:
    facts = sheet.facts
    emblem(sheet, x + _IN / 2, 70, _NAVY, 20)
    y = sheet.text(x, 110, sheet.issuer("\n"), Look(11.5, "bold", _NAVY, "centre"), _IN)
    place = f"{facts.authority.city}, {facts.authority.state}"
    y = sheet.text(x, y, place, Look(8.4, align="centre"), _IN) + 8
    sheet.line(x, y - 8, x + _IN, y - 8, _NAVY, 0.8)
    y += 8
    for key in keys_of(facts, _KEYS):
        label = Look(8.4, "italic", leading=1.15)
        labelled = sheet.text(x, y, facts.say(_LABELS[key], between="\n"), label, 84)
        y = max(labelled, sheet.text(x + 88, y, said(sheet, key), Look(10, "bold"), _IN - 88)) + 4


def _middle(sheet: Sheet, x: float) -> None:
    facts = sheet.facts
    size = 11.5 if len(facts.title) > 50 else 15.0
    y = sheet.text(x, 66, sheet.title(), Look(size, "bold", _NAVY, "centre", 1.24), _IN)
    number: list[Run] = [facts.say(("No.", "Số")), " ", sheet.value("certificate_number", "bold")]
    y = sheet.text(x, y + 6, number, Look(10.4, align="centre"), _IN)
    if facts.type:
        y = sheet.text(x, y, ["– ", sheet.value("certificate_type"), " –"], Look(9.6, align="centre"), _IN)
    certified = facts.say(("it is certified that", "chứng nhận rằng"))
    words = f"{facts.say(('Under the', 'Theo'))} {facts.kind.convention}, {certified} {'; that '.join(facts.clauses)}."
    y = sheet.text(x, y + 8, words, Look(9.4, leading=1.42), _IN) + 8
    if facts.until:
        y = sheet.text(x, y, facts.say(("VALID UNTIL", "CÓ HIỆU LỰC ĐẾN")), Look(8.6, align="centre"), _IN)
        y = sheet.text(x, y + 6, sheet.value("valid_until"), Look(12.5, "bold", align="centre"), _IN)
    else:
        y = sheet.text(x, y, facts.say(("WITHOUT EXPIRY", "KHÔNG THỜI HẠN")), Look(9, align="centre"), _IN)
    issued: list[Run] = [facts.say(("Issued", "Cấp")), f": {city_of(facts)}, ", sheet.value("issue_date")]
    y = sheet.text(x, max(y + 8, 420), issued, Look(9.6), _IN)
    sealed(sheet, x + 46, min(y + 44, 500), VIOLET, 84)
    signed(
        sheet, x + _IN - 136, min(y + 46, 505), 136, facts.say(("Surveyor", "Đăng kiểm viên"), between="\n")
    )


def _right(sheet: Sheet, x: float) -> None:
    facts = sheet.facts
    heading = facts.say(("ENDORSEMENTS", "XÁC NHẬN"), between="\n")
    y = sheet.text(x, 66, heading, Look(11, "bold", _NAVY, "centre"), _IN) + 4
    if facts.next_survey:
        due: list[Run] = [
            facts.say(("Next survey due", "Kiểm tra tới")),
            ": ",
            sheet.value("next_survey", "bold"),
        ]
        y = sheet.text(x, y, due, Look(9.4), _IN) + 6
    for number, one in enumerate(facts.endorsements, 1):
        sheet.rect((x, y - 8, x + _IN, y + 62), INK, 0.5)
        sheet.text(x + 6, y + 5, f"{number}. {one.what}", Look(9, "bold"))
        when: list[Run] = [facts.say(("Date", "Ngày")), ": ", sheet.done_on(one)]
        sheet.text(x + 6, y + 20, when, Look(9.2), _IN - 12)
        sheet.text(x + 6, y + 35, f"{facts.say(('Place', 'Nơi'))}: {one.place}", Look(9.2))
        sheet.text(x + 6, y + 50, f"{facts.say(('Surveyor', 'Đăng kiểm viên'))}: {one.surveyor}", Look(9.2))
        if one.on:
            signature(sheet, x + _IN - 74, y + 44, f"{one.surveyor}{number}", 56)
        y += 78
    notes = (
        f"Replaces {facts.previous}. Keep this card on board and show it on request; it is void if altered.",
        f"Thay thế số {facts.previous}. Phải giữ trên tàu.",
    )
    sheet.text(
        x, max(y + 10, 480), facts.say(notes, between="\n"), Look(8.4, "italic", GREY, leading=1.4), _IN
    )
