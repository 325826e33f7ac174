"""One box for the ship, one table of requirements, and at the foot two boxes for the days that count."""

from tests.corpora.certificates.annex import further_pages
from tests.corpora.certificates.facts import Facts
from tests.corpora.certificates.marks import GREEN, emblem
from tests.corpora.certificates.particulars import keys_of, said
from tests.corpora.certificates.pieces import Cell, city_of, ruled, sealed, signed
from tests.corpora.certificates.sheet import GREY, INK, WIDTH, Look, Run, Runs, Sheet

_LEFT, _WIDE = 50.0, WIDTH - 100.0
_GREEN, _PALE = (0.05, 0.36, 0.28), (0.92, 0.96, 0.94)
_HEAD, _CELL = Look(8.6, "bold", align="centre"), Look(9.2)
_LABELS = {
    "ship_name": ("Ship", "Tàu"),
    "imo_number": ("IMO No", "Số IMO"),
    "official_number": ("Official No", "Số đăng ký"),
    "call_sign": ("Call Sign", "Hô hiệu"),
    "kind": ("Ship Type", "Loại tàu"),
    "gross": ("Gross Tonnage", "Tổng dung tích"),
    "port": ("Port of Registry", "Cảng đăng ký"),
    "owner": ("Owner", "Chủ tàu"),
    "company": ("Company", "Công ty"),
    "address": ("Address", "Địa chỉ"),
    "company_number": ("Company No", "Mã công ty"),
}


def checked(facts: Facts) -> Sheet:
    """The office in a green head, the state's arms in its middle."""
    sheet = Sheet(facts, "sans")
    emblem(sheet, WIDTH / 2, 58, _GREEN, 20)
    y = sheet.text(_LEFT, 96, sheet.issuer("\n"), Look(12, "bold", _GREEN, "centre"), _WIDE)
    sheet.line(_LEFT, y - 6, _LEFT + _WIDE, y - 6, _GREEN, 1.4)
    size = 13.0 if len(facts.title) > 50 else 16.5
    y = sheet.text(_LEFT, y + 16, sheet.title(), Look(size, "bold", align="centre", leading=1.26), _WIDE)
    y = sheet.text(_LEFT, y, _subtitle(sheet), Look(10, align="centre"), _WIDE) + 2
    y = _ship(sheet, y)
    under = ("Issued in pursuance of the", "Cấp theo")
    y = sheet.text(_LEFT, y + 16, f"{facts.say(under)} {facts.kind.convention}.", Look(9, "italic"), _WIDE)
    y = _requirements(sheet, y + 2)
    if facts.next_survey:
        due: list[Run] = [
            facts.say(("Next survey due", "Kiểm tra tới")),
            ": ",
            sheet.value("next_survey", "bold"),
        ]
        y = sheet.text(_LEFT, y + 16, due, Look(9.6), _WIDE) - 8
    y = _days(sheet, max(y + 18, 590))
    sheet.text(_LEFT, y + 22, f"{facts.say(('Place', 'Nơi cấp'))}: {city_of(facts)}", Look(9.4))
    sealed(sheet, _LEFT + 250, y + 54, GREEN, 92)
    under_hand = ("Authorised officer", "Người có thẩm quyền")
    signed(sheet, _LEFT + _WIDE - 180, y + 66, 180, facts.say(under_hand, between="\n"))
    further_pages(sheet, 1)
    return sheet


def _subtitle(sheet: Sheet) -> list[Run]:
    runs: list[Run] = []
    if sheet.facts.type:
        runs += [sheet.value("certificate_type", "bold"), "   ·   "]
    return [*runs, sheet.facts.say(("No", "Số")), " ", sheet.value("certificate_number", "bold")]


def _ship(sheet: Sheet, top: float) -> float:
    facts = sheet.facts
    wanted = ("ship_name", "imo_number", "official_number", "call_sign", "kind", "gross", "port", "owner")
    keys = keys_of(facts, wanted)
    half = _WIDE / 2
    y = top + 18
    for start in range(0, len(keys), 2):
        below = y
        for column, key in enumerate(keys[start : start + 2]):
            runs: list[Run] = [f"{facts.say(_LABELS[key])}: ", _bold(said(sheet, key))]
            below = max(below, sheet.text(_LEFT + 12 + column * half, y, runs, Look(9.8), half - 20))
        y = below + 4
    sheet.rect((_LEFT, top, _LEFT + _WIDE, y - 6), _GREEN, 1.0)
    return y - 6


def _bold(run: Run) -> Run:
    return run if isinstance(run, str) else type(run)(run.code, run.text, "bold")


def _requirements(sheet: Sheet, y: float) -> float:
    facts = sheet.facts
    widths = [_WIDE * share for share in (0.08, 0.64, 0.28)]
    heads = (("No", "TT"), ("Certified that", "Chứng nhận rằng"), ("Remarks", "Ghi chú"))
    complied = facts.say(("Complied with", "Thỏa mãn"))
    head: list[list[Cell]] = [[(facts.say(each), _HEAD) for each in heads]]
    y = ruled(sheet, y, _LEFT, widths, head, colour=_GREEN, fill=_PALE)
    rows: list[list[Cell]] = [
        [(f"{number}", Look(9.2, align="centre")), (clause, _CELL), (complied, _CELL)]
        for number, clause in enumerate(facts.clauses, 1)
    ]
    based = f"{facts.say(('Surveyed', 'Kiểm tra'))} {facts.day(facts.surveyed)}"
    rows.append([(f"{len(rows) + 1}", Look(9.2, align="centre")), (_replaces(facts), _CELL), (based, _CELL)])
    y = ruled(sheet, y, _LEFT, widths, rows, colour=_GREEN, least=22)
    endorsed: list[list[Cell]] = [
        [
            (f"E{number}", Look(9.2, align="centre")),
            (f"{one.what}  {one.place}  {one.surveyor}" if one.on else one.what, _CELL),
            (sheet.done_on(one, "bold") or " ", _CELL),
        ]
        for number, one in enumerate(facts.endorsements, 1)
    ]
    return ruled(sheet, y, _LEFT, widths, endorsed, colour=_GREEN, least=20)


def _replaces(facts: Facts) -> str:
    pair = (f"the previous certificate {facts.previous} is withdrawn", f"thay thế giấy số {facts.previous}")
    return facts.say(pair)


def _days(sheet: Sheet, y: float) -> float:
    facts = sheet.facts
    never = facts.say(("None", "Không thời hạn"))
    days: tuple[tuple[tuple[str, str], Runs], ...] = (
        (("Date of Issue", "Ngày cấp"), sheet.value("issue_date")),
        (("Date of Expiry", "Ngày hết hạn"), sheet.value("valid_until") if facts.until else never),
    )
    wide = (_WIDE - 20) / 2
    for column, (label, runs) in enumerate(days):
        x = _LEFT + column * (wide + 20)
        sheet.rect((x, y, x + wide, y + 46), INK, 0.9)
        sheet.text(x, y + 14, facts.say(label), Look(8.6, colour=GREY, align="centre"), wide)
        sheet.text(x, y + 34, runs, Look(13, "bold", align="centre"), wide)
    return y + 46
