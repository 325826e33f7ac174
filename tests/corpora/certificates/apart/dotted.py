"""The forms that conventions give as a model: dotted lines, filled in, with what they ask for in brackets below."""

from tests.corpora.certificates.annex import further_pages
from tests.corpora.certificates.facts import Facts
from tests.corpora.certificates.marks import GREEN, emblem, signature
from tests.corpora.certificates.particulars import keys_of, said
from tests.corpora.certificates.pieces import dots, english_first, gap, sealed, signed
from tests.corpora.certificates.sheet import INK, WIDTH, Look, Run, Sheet

_LEFT, _WIDE, _LABEL = 58.0, WIDTH - 116.0, 236.0
_BODY = Look(9.8, leading=1.36)
_IN = Look(10.2, "bold", align="centre", leading=1.3)
_LABELS = {
    "ship_name": ("Name of ship", "Tên tàu"),
    "call_sign": ("Distinctive number or letters", "Hô hiệu"),
    "port": ("Port of registry", "Cảng đăng ký"),
    "gross": ("Gross tonnage", "Tổng dung tích"),
    "deadweight": ("Deadweight of ship (metric tons)", "Trọng tải (tấn)"),
    "length": ("Length of ship (regulation III/3.12)", "Chiều dài tàu"),
    "imo_number": ("IMO Number", "Số IMO"),
    "kind": ("Type of ship", "Kiểu tàu"),
    "keel": ("Date on which keel was laid", "Ngày đặt ky"),
    "company": ("Name of the Company", "Tên công ty"),
    "address": ("Address of the Company", "Địa chỉ công ty"),
    "company_number": ("Company identification number", "Số nhận dạng công ty"),
}
_KEYS = (
    "ship_name", "call_sign", "port", "gross", "deadweight", "length", "imo_number", "kind", "keel",
)  # fmt: skip


def dotted(facts: Facts) -> Sheet:
    """Who and where stand above their captions; particulars end dotted leaders."""
    sheet = Sheet(facts, "serif")
    emblem(sheet, _LEFT + 18, 60, (0.15, 0.15, 0.2), 17)
    number: list[Run] = [
        english_first(facts, ("Certificate No.", "Số")),
        "  ",
        sheet.value("certificate_number"),
    ]
    sheet.text(_LEFT, 58, number, Look(10, align="right"), _WIDE)
    y = sheet.text(_LEFT + 50, 88, sheet.title(), Look(14, "bold", align="centre", leading=1.24), _WIDE - 100)
    if facts.type:
        y = sheet.text(
            _LEFT, y, ["(", sheet.value("certificate_type"), ")"], Look(9.6, align="centre"), _WIDE
        )
    under = ("Issued under the provisions of the", "Cấp theo các quy định của")
    y = sheet.text(
        _LEFT,
        y + 2,
        f"{english_first(facts, under)}\n{facts.kind.convention}",
        Look(9.2, align="centre", leading=1.3),
        _WIDE,
    )
    of = english_first(facts, ("under the authority of the Government of", "được sự ủy quyền của Chính phủ"))
    y = sheet.text(_LEFT, y, of, Look(9.2, align="centre"), _WIDE)
    middle, wide = _LEFT + 70, _WIDE - 140
    name_of_state = english_first(facts, ("name of the State", "tên quốc gia"))
    y = gap(sheet, (middle, y + 2, wide), facts.authority.state, _IN, f"({name_of_state})")
    by = english_first(facts, ("person or organization authorized", "người hoặc tổ chức được ủy quyền"))
    sheet.text(_LEFT, y + 2, english_first(facts, ("by", "bởi")), Look(9.2))
    y = gap(sheet, (middle, y + 2, wide), sheet.issuer(), _IN, f"({by})")
    y = _particulars(sheet, y + 6)
    y = sheet.text(_LEFT, y + 4, english_first(facts, ("THIS IS TO CERTIFY:", "CHỨNG NHẬN RẰNG:")), _BODY)
    for number_of, clause in enumerate(facts.clauses, 1):
        sheet.text(_LEFT + 4, y, f"{number_of}", _BODY)
        y = sheet.text(_LEFT + 22, y, f"That {clause}.", _BODY, _WIDE - 22) + 1
    y = _term(sheet, y + 5)
    on_reverse = facts.pages > 1 and bool(facts.endorsements)
    if facts.endorsements and not on_reverse:
        y = _endorsed(sheet, y + 2, roomy=False)
    _issued(sheet, max(y + 10, 640 if not on_reverse else 610))
    if on_reverse:
        sheet.new_page()
        heading = (
            "Endorsement for annual and intermediate surveys",
            "Xác nhận kiểm tra hàng năm và trung gian",
        )
        y = sheet.text(
            _LEFT, 70, english_first(facts, heading, between="\n"), Look(12, "bold", align="centre"), _WIDE
        )
        _endorsed(sheet, y + 14, roomy=True)
    further_pages(sheet, 2 if on_reverse else 1)
    return sheet


def _particulars(sheet: Sheet, y: float) -> float:
    heading = (
        ("Particulars of ship", "Các thông số của tàu") if sheet.facts.ship_shown else ("Company", "Công ty")
    )
    y = sheet.text(_LEFT, y, english_first(sheet.facts, heading), Look(9.8, "italic")) + 2
    for key in keys_of(sheet.facts, _KEYS):
        label = english_first(sheet.facts, _LABELS[key])
        sheet.text(_LEFT, y, label, Look(9.2))
        below = sheet.text(_LEFT + _LABEL + 6, y, said(sheet, key), Look(10, "bold"), _WIDE - _LABEL - 6)
        dots(sheet, _LEFT + _LABEL, _LEFT + _WIDE, below - 10.6, INK)
        y = below + 1.5
    return y


def _term(sheet: Sheet, y: float) -> float:
    facts = sheet.facts
    if not facts.until:
        words = (
            "This certificate remains in force until withdrawn.",
            "Giấy này có hiệu lực đến khi bị thu hồi.",
        )
        return sheet.text(_LEFT, y, english_first(facts, words), _BODY, _WIDE)
    valid = english_first(facts, ("This certificate is valid until", "Giấy này có hiệu lực đến"))
    sheet.text(_LEFT, y, valid, _BODY)
    y = gap(sheet, (_LEFT + 250, y, 170), sheet.value("valid_until"), _IN) + 1
    subject = (
        "subject to surveys in accordance with the provisions of the Convention.",
        "với điều kiện được kiểm tra theo quy định của Công ước.",
    )
    y = sheet.text(_LEFT, y, english_first(facts, subject), _BODY, _WIDE)
    if facts.next_survey:
        sheet.text(
            _LEFT, y, english_first(facts, ("Next survey due not later than", "Kỳ kiểm tra tới")), _BODY
        )
        y = gap(sheet, (_LEFT + 250, y, 170), sheet.value("next_survey"), _IN) + 1
    return y


def _issued(sheet: Sheet, y: float) -> None:
    facts = sheet.facts
    sheet.text(_LEFT, y, english_first(facts, ("Issued at", "Cấp tại")), _BODY)
    where = english_first(facts, ("Place of issue of certificate", "Nơi cấp giấy chứng nhận"))
    city = (
        facts.authority.city if not facts.bilingual else f"{facts.authority.city} / {facts.authority.city_vi}"
    )
    y = gap(sheet, (_LEFT + 110, y, 260), city, _IN, f"({where})")
    when = english_first(facts, ("Date of issue", "Ngày cấp"))
    gap(sheet, (_LEFT, y + 34, 160), sheet.value("issue_date"), _IN, f"({when})")
    who = english_first(
        facts, ("Signature of authorized official", "Chữ ký của người được ủy quyền"), between="\n"
    )
    signed(sheet, _LEFT + _WIDE - 200, y + 37, 200, f"({who})")
    sealed(sheet, _LEFT + 228, y + 36, GREEN)


def _endorsed(sheet: Sheet, y: float, *, roomy: bool) -> float:
    facts = sheet.facts
    for number, one in enumerate(facts.endorsements, 1):
        sheet.text(_LEFT, y, f"{one.what}:", Look(9, "bold"))
        place = english_first(facts, ("Place", "Nơi"))
        date = english_first(facts, ("Date", "Ngày"))
        x = _LEFT + 118
        for label, value, wide in ((place, one.place, 158.0), (date, sheet.done_on(one), _WIDE - 276)):
            room = 58.0 if facts.bilingual else 32.0
            sheet.text(x, y, label, Look(8.6))
            gap(sheet, (x + room, y, wide - room - 8), value or " ", Look(9, align="centre"))
            x += wide
        if one.on and roomy:
            sheet.text(_LEFT + 118, y + 36, english_first(facts, ("Signed", "Ký tên")), Look(8.6))
            dots(sheet, _LEFT + 180, _LEFT + 340, y + 39)
            signature(sheet, _LEFT + 196, y + 34, f"{one.surveyor}{number}", 90)
            sheet.text(_LEFT + 350, y + 36, one.surveyor, Look(9))
        y += 86 if roomy else 17
    return y
