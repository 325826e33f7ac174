"""A register's sheet: every entry in one table, numbered, ship and document and surveys alike."""

from tests.corpora.certificates.annex import further_pages
from tests.corpora.certificates.facts import Facts
from tests.corpora.certificates.marks import RED, emblem
from tests.corpora.certificates.particulars import keys_of, said
from tests.corpora.certificates.pieces import Cell, city_of, english_first, ruled, sealed, signed
from tests.corpora.certificates.sheet import WIDTH, Look, Runs, Sheet

_LEFT, _WIDE = 52.0, WIDTH - 104.0
_WIDTHS = (26.0, 214.0, _WIDE - 240.0)
_LABEL, _IN = Look(8.8), Look(9.6, "bold")
_LABELS = {
    "ship_name": ("Name of ship", "Tên tàu"),
    "imo_number": ("Ship identification number (IMO)", "Số nhận dạng tàu (IMO)"),
    "port": ("Port at which the ship is registered", "Cảng nơi tàu đăng ký"),
    "official_number": ("Registration number", "Số đăng ký"),
    "call_sign": ("Radio call sign", "Hô hiệu"),
    "kind": ("Type of ship", "Loại tàu"),
    "length": ("Length (metres)", "Chiều dài (mét)"),
    "gross": ("Gross tonnage", "Tổng dung tích"),
    "net": ("Net tonnage", "Dung tích thực"),
    "owner": ("Name of registered owner(s)", "Tên chủ tàu đăng ký"),
    "company": ("Name of company", "Tên công ty"),
    "address": ("Address", "Địa chỉ"),
    "company_number": ("Company identification number", "Mã số công ty"),
    "certificate_type": ("Nature of this certificate", "Tính chất giấy chứng nhận"),
    "issue_date": ("Date on which this certificate was issued", "Ngày cấp giấy chứng nhận"),
    "valid_until": ("Date on which this certificate expires", "Ngày hết hiệu lực"),
    "next_survey": ("Date by which next survey is due", "Hạn kiểm tra tiếp theo"),
}
_KEYS = (
    "ship_name", "imo_number", "port", "official_number", "call_sign",
    "kind", "length", "gross", "net", "owner",
)  # fmt: skip


def numbered(facts: Facts) -> Sheet:
    """The state above, the table, then the registrar's hand."""
    sheet = Sheet(facts, "serif")
    emblem(sheet, WIDTH / 2, 56, (0.5, 0.12, 0.12), 18)
    state = english_first(facts, (facts.authority.state, facts.authority.state_vi)).upper()
    y = sheet.text(_LEFT, 92, state, Look(9.6, align="centre"), _WIDE)
    size = 13.0 if len(facts.title) > 50 else 16.0
    y = sheet.text(
        _LEFT, y + 8, sheet.title(capitals=True), Look(size, "bold", align="centre", leading=1.24), _WIDE
    )
    y = ruled(sheet, y - 4, _LEFT, _WIDTHS, _rows(sheet), least=16.5)
    certify = ("Certified that", "Chứng nhận rằng")
    y = sheet.text(
        _LEFT,
        y + 18,
        f"{english_first(facts, certify)} {'; and that '.join(facts.clauses)}.",
        Look(9.4),
        _WIDE,
    )
    at = english_first(facts, ("Given at", "Cấp tại"))
    y = sheet.text(_LEFT, y + 4, f"{at} {city_of(facts)}. {facts.kind.convention}.", Look(9.4), _WIDE)
    y = min(max(y + 40, 690), 786)
    sealed(sheet, _LEFT + 80, y - 6, RED, 86)
    signed(sheet, _LEFT + _WIDE - 200, y, 200, english_first(facts, ("Registrar", "Cán bộ đăng ký")))
    further_pages(sheet, 1)
    return sheet


def _rows(sheet: Sheet) -> list[list[Cell]]:
    facts = sheet.facts
    entries: list[tuple[tuple[str, str], Runs]] = [
        (("Number of this certificate", "Số giấy chứng nhận"), sheet.value("certificate_number")),
        (("Number of the previous certificate", "Số giấy chứng nhận trước"), facts.previous),
    ]
    entries += [(_LABELS[key], said(sheet, key)) for key in keys_of(facts, _KEYS)]
    if facts.type:
        entries.append((_LABELS["certificate_type"], sheet.value("certificate_type")))
    issued_by = ("Administration or organization issuing it", "Cơ quan cấp")
    entries += [(issued_by, sheet.issuer("\n")), (_LABELS["issue_date"], sheet.value("issue_date"))]
    if facts.until:
        entries.append((_LABELS["valid_until"], sheet.value("valid_until")))
    for one in facts.endorsements:
        done = ([sheet.done_on(one), f", {one.place}"]) if one.on else "–"
        entries.append(((f"{one.what}, endorsed on", "Xác nhận ngày"), done))
    if facts.next_survey:
        entries.append((_LABELS["next_survey"], sheet.value("next_survey")))
    return [
        [(f"{number}", Look(8.8, align="centre")), (english_first(facts, label), _LABEL), (runs, _IN)]
        for number, (label, runs) in enumerate(entries, 1)
    ]
