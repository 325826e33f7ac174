"""Two ruled tables one below the other, heads over figures; a line in capitals in the middle; "issued at … on …"."""

from tests.corpora.certificates.annex import further_pages
from tests.corpora.certificates.facts import Facts
from tests.corpora.certificates.marks import BLUE
from tests.corpora.certificates.particulars import said
from tests.corpora.certificates.pieces import Cell, city_of, ruled, sealed, signed
from tests.corpora.certificates.sheet import INK, WIDTH, Look, Run, Sheet

_LEFT, _WIDE = 60.0, WIDTH - 120.0
_HEAD, _IN = Look(8.4, align="centre"), Look(9.4, "bold", align="centre")
_BODY = Look(10.2, leading=1.46)
_SHIP = {
    "ship_name": ("Name of Ship", "Tên tàu"),
    "call_sign": ("Distinctive Number or Letters", "Hô hiệu"),
    "imo_number": ("IMO Number", "Số IMO"),
    "port": ("Port of Registry", "Cảng đăng ký"),
    "keel": ("*Date", "*Ngày"),
}
_SIZES = {
    "length": ("Length (Article 2(8))", "Chiều dài"),
    "gross": ("Gross Tonnage", "Tổng dung tích"),
    "net": ("Net Tonnage", "Dung tích thực"),
    "deadweight": ("Deadweight (t)", "Trọng tải (tấn)"),
}
_COMPANY = {
    "company": ("Name of Company", "Tên công ty"),
    "company_number": ("Company Number", "Mã số công ty"),
    "address": ("Address", "Địa chỉ"),
}


def measured(facts: Facts) -> Sheet:
    """The title first, its number below it at the left, the issuer only at the end."""
    sheet = Sheet(facts, "serif")
    size = 14.0 if len(facts.title) > 50 else 17.0
    y = sheet.text(
        _LEFT, 70, sheet.title(capitals=True), Look(size, "bold", align="centre", leading=1.28), _WIDE
    )
    number: list[Run] = [facts.say(("No.", "Số")), " ", sheet.value("certificate_number", "bold")]
    y = sheet.text(_LEFT, y + 4, number, Look(11), _WIDE)
    y = sheet.text(_LEFT, y + 6, _under(sheet), Look(9.8), _WIDE)
    y = _table(sheet, y + 2, _SHIP if facts.ship_shown else _COMPANY)
    if facts.ship_shown:
        note = (
            "*Date on which the keel was laid or the ship was at a similar stage of construction.",
            "*Ngày đặt sống chính.",
        )
        y = sheet.text(_LEFT, y + 11, facts.say(note), Look(7.6, "italic"), _WIDE)
        heading = ("MAIN DIMENSIONS AND TONNAGES", "KÍCH THƯỚC CHÍNH VÀ DUNG TÍCH")
        y = sheet.text(_LEFT, y + 10, facts.say(heading), Look(10, align="centre"), _WIDE) - 6
        y = _table(sheet, y, _SIZES)
    certify = ("This is to certify that", "Chứng nhận rằng")
    y = sheet.text(_LEFT, y + 24, f"{facts.say(certify)} {' and that '.join(facts.clauses)}.", _BODY, _WIDE)
    y = sheet.text(_LEFT, y + 4, _term(sheet), _BODY, _WIDE)
    y = _endorsed(sheet, y + 4)
    y = _issued(sheet, max(y + 8, 600))
    declares = (
        "The undersigned declares that he is duly authorized by the said Government to issue this certificate.",
        "Người ký dưới đây tuyên bố được ủy quyền cấp giấy này.",
    )
    y = sheet.text(_LEFT, y + 4, facts.say(declares), Look(9.2), _WIDE)
    sealed(sheet, _LEFT + 90, min(y + 40, 770), BLUE, 92)
    who = ("Signature of official issuing the certificate", "Chữ ký của người cấp")
    signed(sheet, _LEFT + _WIDE - 220, min(y + 44, 772), 220, facts.say(who))
    further_pages(sheet, 1)
    return sheet


def _under(sheet: Sheet) -> str:
    facts = sheet.facts
    issued = facts.say(("Issued under the provisions of the", "Cấp theo các quy định của"))
    by = f"under the authority of the Government of the {facts.authority.state}"
    return f"{issued} {facts.kind.convention}, {by}."


def _table(sheet: Sheet, y: float, columns: dict[str, tuple[str, str]]) -> float:
    first = _WIDE * (0.28 if len(columns) > 3 else 0.4)
    widths = [first, *[(_WIDE - first) / (len(columns) - 1)] * (len(columns) - 1)]
    heads: list[Cell] = [(sheet.facts.say(label, between="\n"), _HEAD) for label in columns.values()]
    values: list[Cell] = [(said(sheet, key), _IN) for key in columns]
    return ruled(sheet, y, _LEFT, widths, [heads, values], least=24)


def _term(sheet: Sheet) -> list[Run]:
    facts = sheet.facts
    runs: list[Run] = []
    if facts.type:
        runs += [
            facts.say(("This is a certificate of type", "Loại giấy")),
            " ",
            sheet.value("certificate_type"),
        ]
        runs.append(". ")
    if facts.until:
        until = ("Unless withdrawn it remains in force until", "Giấy này có hiệu lực đến hết")
        runs += [facts.say(until), " ", sheet.value("valid_until", "bold"), ". "]
    if facts.next_survey:
        due = ("The ship is next to be surveyed by", "Kỳ kiểm tra tiếp theo")
        runs += [facts.say(due), " ", sheet.value("next_survey", "bold"), "."]
    replaces = ("It replaces certificate", "Thay thế giấy số")
    return [*runs, f" {facts.say(replaces)} {facts.previous}."]


def _endorsed(sheet: Sheet, y: float) -> float:
    facts = sheet.facts
    for one in facts.endorsements:
        sheet.line(_LEFT, y - 9, _LEFT + _WIDE, y - 9, INK, 0.3)
        sheet.text(_LEFT, y + 2, one.what, Look(9))
        seen: list[Run] = [sheet.done_on(one, "bold"), f"   {one.place}   {one.surveyor}"] if one.on else []
        y = sheet.text(_LEFT + 150, y + 2, seen or "–", Look(9), _WIDE - 150) + 3
    return y


def _issued(sheet: Sheet, y: float) -> float:
    facts = sheet.facts
    runs: list[Run] = [facts.say(("Issued at", "Cấp tại")), f" {city_of(facts)} "]
    runs += [facts.say(("on", "vào")), " ", sheet.value("issue_date", "bold")]
    runs += [" ", facts.say(("by", "bởi")), " ", *sheet.issuer(), "."]
    return sheet.text(_LEFT, y, runs, _BODY, _WIDE)
