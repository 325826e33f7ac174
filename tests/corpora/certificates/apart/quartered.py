"""A society's form in capitals: a head of three boxes, then label and value twice in each line of a grid."""

from tests.corpora.certificates.annex import further_pages
from tests.corpora.certificates.facts import Facts
from tests.corpora.certificates.marks import BLUE, emblem
from tests.corpora.certificates.particulars import keys_of, said
from tests.corpora.certificates.pieces import Cell, capitals, city_of, ruled, sealed, signed
from tests.corpora.certificates.sheet import GREY, HEIGHT, INK, WIDTH, Look, Run, Runs, Sheet

_LEFT, _WIDE = 36.0, WIDTH - 72.0
_LABEL, _IN, _BODY = Look(7.4, colour=(0.25, 0.25, 0.3)), Look(9.4, "bold"), Look(8.8, leading=1.5)
_WIDTHS = [_WIDE * share for share in (0.2, 0.3, 0.2, 0.3)]
_LABELS = {
    "ship_name": ("SHIP NAME", "TÊN TÀU"),
    "imo_number": ("IMO NUMBER", "SỐ IMO"),
    "official_number": ("OFFICIAL NUMBER", "SỐ ĐĂNG KÝ"),
    "call_sign": ("CALL SIGN", "HÔ HIỆU"),
    "port": ("PORT OF REGISTRY", "CẢNG ĐĂNG KÝ"),
    "kind": ("SHIP TYPE", "LOẠI TÀU"),
    "gross": ("GROSS TONNAGE", "TỔNG DUNG TÍCH"),
    "deadweight": ("DEADWEIGHT", "TRỌNG TẢI"),
    "keel": ("KEEL LAYING DATE", "NGÀY ĐẶT KY"),
    "delivered": ("DELIVERY DATE", "NGÀY BÀN GIAO"),
    "company": ("COMPANY", "CÔNG TY"),
    "address": ("ADDRESS", "ĐỊA CHỈ"),
    "company_number": ("COMPANY NUMBER", "MÃ SỐ CÔNG TY"),
    "certificate_type": ("TYPE", "LOẠI"),
    "issue_date": ("DATE OF ISSUE", "NGÀY CẤP"),
    "valid_until": ("EXPIRY DATE", "NGÀY HẾT HẠN"),
    "next_survey": ("NEXT SURVEY DUE", "HẠN KIỂM TRA TỚI"),
}
_KEYS = (
    "ship_name", "imo_number", "official_number", "call_sign", "port",
    "kind", "gross", "deadweight", "keel", "delivered",
)  # fmt: skip


def quartered(facts: Facts) -> Sheet:
    """All of it in one frame."""
    sheet = Sheet(facts, "sans")
    y = _head(sheet)
    under = f"{facts.say(('ISSUED UNDER THE', 'CẤP THEO'))} {facts.kind.convention.upper()}"
    y = ruled(sheet, y, _LEFT, [_WIDE], [[(under, Look(7.8, align="centre"))]])
    y = _grid(sheet, y, [(key, said(sheet, key)) for key in keys_of(facts, _KEYS)])
    words: list[Run] = [facts.say(("THIS IS TO CERTIFY THAT", "CHỨNG NHẬN RẰNG")), " "]
    words += [f"{'; THAT '.join(clause.upper() for clause in facts.clauses)}.\n"]
    based = ("COMPLETION DATE OF THE SURVEY:", "NGÀY HOÀN THÀNH KIỂM TRA:")
    words.append(f"{facts.say(based)} {facts.day(facts.surveyed).upper()}")
    y = sheet.row(y, [(_LEFT, _WIDE, words, _BODY)], pad=9)
    codes = ("certificate_type", "issue_date", "valid_until", "next_survey")
    dates: list[tuple[str, Runs]] = [(code, capitals(sheet, code)) for code in codes if facts.printed(code)]
    if not facts.until:
        dates.append(("valid_until", facts.say(("NOT APPLICABLE", "KHÔNG ÁP DỤNG"))))
    y = _grid(sheet, y, dates)
    y = _surveys(sheet, y)
    bottom = max(y + 132, 690)
    _close(sheet, bottom - 110)
    sheet.rect((_LEFT, 36, _LEFT + _WIDE, bottom), INK, 1.4)
    foot = f"{facts.authority.initials} FORM {facts.kind.code}.01 / REV. 12"
    sheet.text(_LEFT, HEIGHT - 30, foot, Look(7, colour=GREY))
    sheet.text(
        _LEFT, HEIGHT - 30, sheet.value("certificate_number"), Look(7, colour=GREY, align="right"), _WIDE
    )
    further_pages(sheet, 1)
    return sheet


def _head(sheet: Sheet) -> float:
    facts = sheet.facts
    widths = (_WIDE * 0.29, _WIDE * 0.45, _WIDE * 0.26)
    names = Look(9, "bold", align="centre", leading=1.25)
    number = Look(9.6, "bold", align="centre", leading=1.25)
    title = Look(10 if len(facts.title) > 50 else 12.5, "bold", align="centre", leading=1.28)
    high = max(96.0, sheet.height(sheet.title(capitals=True), title, widths[1] - 16) + 20)
    emblem(sheet, _LEFT + widths[0] / 2, 60, INK, 16)
    sheet.text(_LEFT + 6, 92, sheet.issuer("\n"), names, widths[0] - 12)
    x = _LEFT + widths[0]
    sheet.row(36, [(x, widths[1], sheet.title(capitals=True), title)], least=high, pad=8)
    sheet.rect((x, 36, x + widths[1], 36 + high), INK, 0.5)
    x += widths[1]
    label = facts.say(("CERTIFICATE NO.", "SỐ"))
    sheet.text(x, 52, label, Look(7, align="centre"), widths[2])
    sheet.text(x, 70, sheet.value("certificate_number"), number, widths[2])
    sheet.line(x, 84, x + widths[2], 84, INK, 0.5)
    page = facts.say((f"PAGE 1 OF {facts.pages}", f"TRANG 1/{facts.pages}"))
    sheet.text(x, 102, page, Look(8, align="centre"), widths[2])
    sheet.line(_LEFT, 36 + high, _LEFT + _WIDE, 36 + high, INK, 0.5)
    return 36 + high


def _grid(sheet: Sheet, y: float, entries: list[tuple[str, Runs]]) -> float:
    rows: list[list[Cell]] = []
    for start in range(0, len(entries), 2):
        row: list[Cell] = []
        for key, runs in entries[start : start + 2]:
            row += [(sheet.facts.say(_LABELS[key], between="\n"), _LABEL), (runs, _IN)]
        rows.append(row if len(row) == len(_WIDTHS) else [*row, (" ", _LABEL), (" ", _IN)])
    return ruled(sheet, y, _LEFT, _WIDTHS, rows, least=22)


def _surveys(sheet: Sheet, y: float) -> float:
    facts = sheet.facts
    rows: list[list[Cell]] = []
    for number, one in enumerate(facts.endorsements, 1):
        signed_by = f"{one.place.upper()}  {one.surveyor.upper()}" if one.on else " "
        rows.append(
            [
                (f"{number}", _LABEL),
                (one.what.upper(), Look(8)),
                (sheet.done_on(one) or " ", _IN),
                (signed_by, Look(8)),
            ]
        )
    return ruled(sheet, y, _LEFT, (24.0, 150.0, 140.0, _WIDE - 314.0), rows, least=20)


def _close(sheet: Sheet, y: float) -> None:
    facts = sheet.facts
    place = facts.say(
        (f"ISSUED AT {city_of(facts).upper()}", f"NƠI CẤP: {city_of(facts).upper()}"), between="\n"
    )
    sheet.text(_LEFT + 12, y, place, Look(9, leading=1.4), 220)
    sealed(sheet, _LEFT + 260, y + 44, BLUE, 100)
    under = facts.say(("SURVEYOR TO THE ISSUING OFFICE", "ĐĂNG KIỂM VIÊN"), between="\n")
    signed(sheet, _LEFT + _WIDE - 206, y + 54, 190, under)
