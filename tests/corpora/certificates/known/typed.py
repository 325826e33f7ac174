"""A form filled in by a typewriter: dotted leaders, capitals, values at the right."""

from tests.corpora.certificates.annex import further_pages
from tests.corpora.certificates.facts import Facts
from tests.corpora.certificates.marks import RED, box_stamp, signature, stamp
from tests.corpora.certificates.particulars import keys_of, said
from tests.corpora.certificates.sheet import HEIGHT, WIDTH, Look, Run, Sheet, Value

_LEFT, _WIDE, _GAP = 58.0, WIDTH - 116.0, 232.0
_TYPE = Look(9.6, leading=1.62)
_LABELS = {
    "ship_name": ("VESSEL NAME", "TÊN TÀU"),
    "imo_number": ("I.M.O. NO.", "SỐ I.M.O."),
    "call_sign": ("CALL SIGN", "HÔ HIỆU"),
    "official_number": ("OFF. NO.", "SỐ ĐĂNG KÝ"),
    "port": ("PORT OF REG.", "CẢNG ĐĂNG KÝ"),
    "gross": ("G.R.T. / G.T.", "DUNG TÍCH"),
    "net": ("N.R.T. / N.T.", "DUNG TÍCH THỰC"),
    "delivered": ("BUILT", "NĂM ĐÓNG"),
    "company": ("COMPANY", "CÔNG TY"),
    "address": ("ADDRESS", "ĐỊA CHỈ"),
    "company_number": ("COMPANY ID", "MÃ CÔNG TY"),
    "kind": ("SHIP TYPE(S)", "LOẠI TÀU"),
    "certificate_number": ("CERT NO.", "SỐ"),
    "certificate_type": ("ISSUED AS", "HÌNH THỨC CẤP"),
    "issue_date": ("DATE", "NGÀY"),
    "valid_until": ("GOOD UNTIL", "CÓ GIÁ TRỊ ĐẾN HẾT"),
    "next_survey": ("SURVEY DUE BY", "PHẢI KIỂM TRA TRƯỚC"),
    "previous": ("PREV. CERT NO.", "SỐ CŨ"),
    "surveyed": ("SURVEYED", "NGÀY KIỂM TRA"),
}


def typed(facts: Facts) -> Sheet:
    """From the top: title between rules of equal signs, the entries, what is certified, the signer."""
    sheet = Sheet(facts, "mono")
    rule = "=" * 83
    y = sheet.text(_LEFT, 66, rule, _TYPE)
    y = sheet.text(
        _LEFT, y + 4, sheet.title(capitals=True), Look(14, "bold", align="centre", leading=1.3), _WIDE
    )
    y = sheet.text(_LEFT, y, f"({facts.kind.convention})", Look(8, align="centre"), _WIDE)
    y = sheet.text(_LEFT, y + 2, rule, _TYPE) + 6
    y = _entry(sheet, y, "certificate_number", sheet.value("certificate_number"))
    y = _entry(sheet, y, "previous", facts.previous) + 8
    wanted = ("call_sign", "ship_name", "official_number", "imo_number", "port", "gross", "net", "delivered")
    for key in keys_of(facts, wanted):
        y = _entry(sheet, y, key, said(sheet, key))
    y = _certified(sheet, y + 8)
    for code in ("certificate_type", "valid_until", "next_survey"):
        if facts.printed(code):
            y = _entry(sheet, y, code, sheet.value(code))
    y = _entry(sheet, y, "surveyed", facts.day(facts.surveyed))
    y = _entry(sheet, y, "issue_date", sheet.value("issue_date"))
    y = _endorsed(sheet, y + 8)
    y = _remarks(sheet, y)
    _signer(sheet, max(y + 10, HEIGHT - 190))
    further_pages(sheet, 1)
    return sheet


def _entry(sheet: Sheet, y: float, key: str, run: Run) -> float:
    label = sheet.facts.say(_LABELS[key])
    value = Value(run.code, run.text, "bold", "mono") if isinstance(run, Value) else run
    dots = "." * max(3, 36 - len(label))
    sheet.text(_LEFT, y, f"{label} {dots}", _TYPE)
    return sheet.text(_LEFT + _GAP + 10, y, value, _TYPE, _WIDE - _GAP - 10) + 1.5


def _certified(sheet: Sheet, y: float) -> float:
    facts = sheet.facts
    words = "THE UNDERSIGNED DECLARES THAT " + "; THAT ".join(facts.clauses).upper() + "."
    y = sheet.text(_LEFT, y, words, Look(8.6, leading=1.4), _WIDE)
    return y + 8


def _endorsed(sheet: Sheet, y: float) -> float:
    for number, one in enumerate(sheet.facts.endorsements, 1):
        words: list[Run] = [f"ENDT {number}  {one.what.upper()}  "]
        words += [sheet.done_on(one, "bold"), f"  {one.place.upper()}"] if one.on else ["(OPEN)"]
        y = sheet.text(_LEFT, y, words, Look(9), _WIDE) + 2
    return y


def _remarks(sheet: Sheet, y: float) -> float:
    words = (
        "REMARKS: TO BE KEPT ON BOARD. VOID IF ALTERED. LOSS TO BE REPORTED TO THE UNDERSIGNED WITHOUT DELAY."
    )
    return sheet.text(_LEFT, y + 6, words, Look(8.6, leading=1.4), _WIDE)


def _signer(sheet: Sheet, y: float) -> None:
    facts = sheet.facts
    sheet.text(_LEFT, y, "-" * 83, _TYPE)
    signature(sheet, _LEFT + 12, y + 46, facts.surveyor)
    y = sheet.text(_LEFT, y + 62, facts.surveyor.upper(), _TYPE)
    y = sheet.text(_LEFT, y, sheet.issuer("\n"), Look(9.6, "bold"), 330)
    sheet.text(_LEFT, y, f"{facts.authority.city.upper()}, {facts.authority.state.upper()}", Look(8.4), 330)
    stamp(
        sheet,
        _LEFT + _WIDE - 62,
        y - 30,
        (facts.authority.name, facts.authority.initials),
        colour=RED,
        size=96,
    )
    box_stamp(sheet, _LEFT + _WIDE - 170, y - 78, ("CERTIFIED", "TRUE COPY"), colour=RED)
