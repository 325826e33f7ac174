"""A printed form with small labels inside its lines, filled in on a machine with letters all of one width."""

from tests.corpora.certificates.annex import further_pages
from tests.corpora.certificates.facts import Facts
from tests.corpora.certificates.marks import RED, box_stamp
from tests.corpora.certificates.particulars import said
from tests.corpora.certificates.pieces import city_of, sealed, signed
from tests.corpora.certificates.sheet import GREY, HEIGHT, INK, WIDTH, Look, Run, Runs, Sheet, Value

_LEFT, _WIDE = 48.0, WIDTH - 96.0
_PRINT, _TYPED = Look(7.4, colour=(0.1, 0.25, 0.45)), Look(10.4, family="mono")
_FORM = (0.1, 0.25, 0.45)
_LABELS = {
    "ship_name": ("NAME OF SHIP", "TÊN TÀU"),
    "imo_number": ("IMO NO.", "SỐ IMO"),
    "call_sign": ("SIGNAL LETTERS", "HÔ HIỆU"),
    "official_number": ("OFFICIAL NO.", "SỐ ĐĂNG KÝ"),
    "port": ("PORT OF REGISTRY", "CẢNG ĐĂNG KÝ"),
    "gross": ("GROSS TONNAGE", "TỔNG DUNG TÍCH"),
    "kind": ("DESCRIPTION OF SHIP", "LOẠI TÀU"),
    "owner": ("OWNER", "CHỦ TÀU"),
    "company": ("COMPANY", "CÔNG TY"),
    "address": ("ADDRESS", "ĐỊA CHỈ"),
    "company_number": ("COMPANY NO.", "MÃ SỐ CÔNG TY"),
}
_LINES = (
    ("ship_name", "imo_number"),
    ("call_sign", "official_number", "gross"),
    ("port", "kind"),
    ("owner",),
)
_LINES_OF_COMPANY = (("company", "company_number"), ("address",))


def filled(facts: Facts) -> Sheet:
    """Each line has its cells; what is typed does not always sit square in them."""
    sheet = Sheet(facts, "sans")
    sheet.text(
        _LEFT, 46, f"FORM {facts.kind.code}-{facts.authority.initials} (7/2014)", Look(7, colour=_FORM)
    )
    number: list[Run] = [
        f"{facts.say(('CERTIFICATE NO.', 'SỐ'))}  ",
        _typed(sheet.value("certificate_number")),
    ]
    sheet.text(_LEFT, 48, number, Look(9, colour=_FORM, align="right"), _WIDE)
    size = 12.5 if len(facts.title) > 50 else 15.0
    y = sheet.text(_LEFT, 80, sheet.title(capitals=True), Look(size, "bold", _FORM, "centre", 1.26), _WIDE)
    y = sheet.text(_LEFT, y, sheet.issuer(), Look(10.4, "bold", _FORM, "centre"), _WIDE)
    y = sheet.text(_LEFT, y, facts.authority.state, Look(8.4, colour=_FORM, align="centre"), _WIDE) - 2
    for line in _LINES if facts.ship_shown else _LINES_OF_COMPANY:
        y = _cells(sheet, y, [(_LABELS[key], said(sheet, key)) for key in line])
    y = sheet.text(_LEFT, y + 16, _certified(facts), Look(9, colour=_FORM, leading=1.42), _WIDE)
    y = _cells(sheet, y, _days(sheet))
    if facts.type or facts.next_survey:
        y = _cells(sheet, y, _more(sheet))
    y = _visits(sheet, y + 14)
    y = min(max(y + 60, 660), 760)
    sealed(sheet, _LEFT + 240, y - 20, RED, 96)
    if facts.number.endswith(("2", "4", "6")):
        box_stamp(sheet, _LEFT + 110, y + 8, ("DUPLICATE", "FEE PAID"))
    signed(sheet, _LEFT + _WIDE - 190, y, 190, facts.say(("SURVEYOR", "ĐĂNG KIỂM VIÊN")))
    sheet.text(_LEFT, HEIGHT - 30, "Press hard – three copies", Look(7, "italic", GREY))
    further_pages(sheet, 1)
    return sheet


def _typed(run: Run) -> Value:
    return Value(None, run, None, "mono") if isinstance(run, str) else Value(run.code, run.text, None, "mono")


def _cells(sheet: Sheet, y: float, cells: list[tuple[tuple[str, str], Runs]]) -> float:
    wide = _WIDE / len(cells)
    high = 18 + max(sheet.height(runs, _TYPED, wide - 16) for _, runs in cells)
    for column, (label, runs) in enumerate(cells):
        x = _LEFT + column * wide
        sheet.rect((x, y, x + wide, y + high), _FORM, 0.7)
        sheet.text(x + 4, y + 9, sheet.facts.say(label), _PRINT)
        sheet.text(x + 10 + column % 2, y + 23.5 - column % 2, runs, _TYPED, wide - 16)
    return y + high


def _certified(facts: Facts) -> str:
    opening = facts.say(("THIS IS TO CERTIFY that", "CHỨNG NHẬN RẰNG"))
    return f"{opening} {'; that '.join(facts.clauses)}; in accordance with the {facts.kind.convention}."


def _days(sheet: Sheet) -> list[tuple[tuple[str, str], Runs]]:
    facts = sheet.facts
    until: Runs = sheet.value("valid_until") if facts.until else "N/A"
    return [
        (("PLACE OF ISSUE", "NƠI CẤP"), city_of(facts)),
        (("DATE OF ISSUE", "NGÀY CẤP"), sheet.value("issue_date")),
        (("VALID UNTIL", "CÓ GIÁ TRỊ ĐẾN"), until),
    ]


def _more(sheet: Sheet) -> list[tuple[tuple[str, str], Runs]]:
    facts = sheet.facts
    cells: list[tuple[tuple[str, str], Runs]] = []
    if facts.type:
        cells.append((("TYPE OF CERTIFICATE", "LOẠI GIẤY CHỨNG NHẬN"), sheet.value("certificate_type")))
    if facts.next_survey:
        cells.append((("NEXT SURVEY DUE", "HẠN KIỂM TRA TỚI"), sheet.value("next_survey")))
    return cells


def _visits(sheet: Sheet, y: float) -> float:
    facts = sheet.facts
    for number, one in enumerate(facts.endorsements, 1):
        sheet.text(_LEFT, y, f"{number}.  {one.what.upper()}", Look(8.4, colour=_FORM))
        if one.on:
            done: list[Run] = [_typed(sheet.done_on(one)), _typed(f"  {one.place}")]
            sheet.text(_LEFT + 180, y, done, Look(9.6), _WIDE - 180)
        sheet.line(_LEFT + 176, y + 3.5, _LEFT + _WIDE, y + 3.5, INK, 0.4)
        y += 18
    return y
