"""An insurer's card: the club in a block of colour, the ship in columns, the period of cover as from and to."""

from tests.corpora.certificates.annex import further_pages
from tests.corpora.certificates.facts import Facts
from tests.corpora.certificates.marks import VIOLET
from tests.corpora.certificates.particulars import said
from tests.corpora.certificates.pieces import Cell, city_of, english_first, ruled, sealed, signed
from tests.corpora.certificates.sheet import GREY, HEIGHT, WIDTH, Look, Run, Runs, Sheet

_LEFT, _WIDE = 50.0, WIDTH - 100.0
_BLUE, _PALE, _WHITE = (0.1, 0.32, 0.6), (0.86, 0.91, 0.97), (1.0, 1.0, 1.0)
_HEAD, _IN, _BODY = Look(8, "bold", align="centre"), Look(9.6, align="centre"), Look(10, leading=1.45)
_COLUMNS = {
    "ship_name": (("Name of Ship", "Tên tàu"), 0.26),
    "imo_number": (("IMO Ship Identification Number", "Số nhận dạng IMO"), 0.2),
    "call_sign": (("Distinctive Number or Letters", "Hô hiệu"), 0.18),
    "port": (("Port of Registry", "Cảng đăng ký"), 0.18),
    "gross": (("Gross Tonnage", "Tổng dung tích"), 0.18),
}
_OF_COMPANY = {
    "company": (("Name of Company", "Tên công ty"), 0.45),
    "company_number": (("Company Number", "Mã số công ty"), 0.25),
    "kind": (("Types of Ship", "Loại tàu"), 0.3),
}


def cover(facts: Facts) -> Sheet:
    """One card, ruled in blue."""
    sheet = Sheet(facts, "sans")
    sheet.rect((_LEFT, 40, _LEFT + 88, 100), None, 0, _BLUE)
    sheet.text(_LEFT, 77, facts.authority.initials, Look(21, "bold", _WHITE, "centre"), 88)
    sheet.text(_LEFT + 104, 62, sheet.issuer("\n"), Look(13, "bold", _BLUE, leading=1.3), _WIDE - 104)
    sheet.text(_LEFT + 104, 96, f"{facts.authority.city} · {facts.authority.state}", Look(8.6, colour=GREY))
    size = 13.5 if len(facts.title) > 50 else 17.0
    y = sheet.text(_LEFT, 138, sheet.title(), Look(size, "bold", align="centre", leading=1.26), _WIDE)
    under = ("In accordance with the provisions of the", "Theo các quy định của")
    y = sheet.text(
        _LEFT + 20,
        y,
        f"{english_first(facts, under)} {facts.kind.convention}",
        Look(9.4, "italic", align="centre"),
        _WIDE - 40,
    )
    y = _ship(sheet, y + 2)
    certify = ("THIS IS TO CERTIFY that", "CHỨNG NHẬN RẰNG")
    y = sheet.text(
        _LEFT, y + 22, f"{english_first(facts, certify)} {'; and that '.join(facts.clauses)}.", _BODY, _WIDE
    )
    y = _security(sheet, y + 6)
    y = _visits(sheet, y)
    stands = (
        "The original of this document is on the ship's file. Cancellation takes effect three months after notice.",
        "Bản gốc được lưu trong hồ sơ tàu.",
    )
    y = sheet.text(_LEFT, y + 8, english_first(facts, stands), Look(8.8, colour=GREY), _WIDE)
    _signed(sheet, max(y + 24, 640))
    sheet.rect((_LEFT, HEIGHT - 34, _LEFT + _WIDE, HEIGHT - 30), None, 0, _BLUE)
    further_pages(sheet, 1)
    return sheet


def _ship(sheet: Sheet, y: float) -> float:
    facts = sheet.facts
    columns = _COLUMNS if facts.ship_shown else _OF_COMPANY
    widths = [share * _WIDE for _, share in columns.values()]
    heads: list[Cell] = [(english_first(facts, label, between="\n"), _HEAD) for label, _ in columns.values()]
    y = ruled(sheet, y, _LEFT, widths, [heads], colour=_BLUE, fill=_PALE)
    values: list[Cell] = [(said(sheet, key), _IN) for key in columns]
    y = ruled(sheet, y, _LEFT, widths, [values], colour=_BLUE, least=26)
    owner = ("Name and address of the owner", "Tên và địa chỉ của chủ tàu")
    address = f"{facts.ship.owner}, {facts.ship.owner_address}, {city_of(facts)}"
    y = ruled(sheet, y, _LEFT, [_WIDE], [[(english_first(facts, owner), _HEAD)]], colour=_BLUE, fill=_PALE)
    return ruled(sheet, y, _LEFT, [_WIDE], [[(address, _IN)]], colour=_BLUE, least=24)


def _security(sheet: Sheet, y: float) -> float:
    facts = sheet.facts
    lasts: list[Run] = [facts.day(facts.issued)]
    if facts.until:
        to = english_first(facts, ("to", "đến"))
        lasts += [f" {to} ", sheet.value("valid_until", "bold")]
    rows: list[tuple[tuple[str, str], Runs]] = [
        (("Certificate Number", "Số giấy chứng nhận"), sheet.value("certificate_number", "bold"))
    ]
    if facts.type:
        rows.append(
            (("Type of Certificate", "Loại giấy chứng nhận"), sheet.value("certificate_type", "bold"))
        )
    rows.append(
        (("Period of Validity", "Thời hạn hiệu lực"), [english_first(facts, ("From", "Từ")), " ", *lasts])
    )
    if facts.next_survey:
        rows.append((("Next Survey Due", "Kiểm tra tiếp theo"), sheet.value("next_survey", "bold")))
    for label, runs in rows:
        sheet.text(_LEFT + 16, y + 4, english_first(facts, label), Look(9.6))
        y = sheet.text(_LEFT + 226, y + 4, runs, Look(10), _WIDE - 226)
    return y


def _visits(sheet: Sheet, y: float) -> float:
    facts = sheet.facts
    if not facts.endorsements:
        return y
    heads = (("Survey", "Kiểm tra"), ("Date", "Ngày"), ("Place", "Nơi"), ("Surveyor", "Đăng kiểm viên"))
    widths = [_WIDE * share for share in (0.3, 0.26, 0.2, 0.24)]
    y = ruled(
        sheet,
        y + 4,
        _LEFT,
        widths,
        [[(english_first(facts, head), _HEAD) for head in heads]],
        colour=_BLUE,
        fill=_PALE,
        least=16,
    )
    rows: list[list[Cell]] = [
        [
            (one.what, _IN),
            (sheet.done_on(one) or " ", _IN),
            (one.place or " ", _IN),
            (one.surveyor or " ", _IN),
        ]
        for one in facts.endorsements
    ]
    return ruled(sheet, y, _LEFT, widths, rows, colour=_BLUE, least=18) + 8


def _signed(sheet: Sheet, y: float) -> None:
    facts = sheet.facts
    for label, runs in (
        (("Place of issue", "Nơi cấp"), city_of(facts)),
        (("Date of issue", "Ngày cấp"), sheet.value("issue_date", "bold")),
    ):
        sheet.text(_LEFT, y, f"{english_first(facts, label)}:", Look(9.6))
        y = sheet.text(_LEFT + 130, y, runs, Look(10), 150) + 4
    sealed(sheet, _LEFT + 225, y + 42, VIOLET, 96)
    under = english_first(facts, ("As Managers, for the issuer", "Thay mặt bên cấp"), between="\n")
    signed(sheet, _LEFT + _WIDE - 180, y + 44, 180, under)
