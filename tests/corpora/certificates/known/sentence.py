"""Labels above a few values, the rest in sentences: "issued at", "valid until"; the office below the signature."""

from tests.corpora.certificates.annex import further_pages
from tests.corpora.certificates.facts import Facts
from tests.corpora.certificates.known.blocks import endorsed, hand, seal
from tests.corpora.certificates.marks import GREEN, emblem
from tests.corpora.certificates.particulars import keys_of, said, usual
from tests.corpora.certificates.sheet import GREY, HEIGHT, INK, WIDTH, Look, Run, Runs, Sheet

_LEFT, _WIDE = 70.0, WIDTH - 140.0
_BODY = Look(10.8, leading=1.5)


def sentence(facts: Facts) -> Sheet:
    """This is to certify that the ship …"""
    sheet = Sheet(facts, "serif")
    sheet.rect((26, 26, WIDTH - 26, HEIGHT - 26), (0.3, 0.3, 0.3), 1.0)
    emblem(sheet, _LEFT + 22, 76, (0.2, 0.2, 0.24), 22)
    size = 13.5 if len(facts.title) > 50 else 18.0
    y = sheet.text(_LEFT + 56, 70, sheet.title(), Look(size, "bold", leading=1.22), _WIDE - 56)
    number: list[Run] = [
        facts.say(("Certificate number ", "Giấy chứng nhận số"), between=" / "),
        sheet.value("certificate_number", "bold"),
    ]
    y = max(sheet.text(_LEFT + 56, y + 2, number, Look(11), _WIDE - 56), 112)
    sheet.line(_LEFT, y, _LEFT + _WIDE, y, INK, 0.8)
    y = sheet.text(_LEFT, y + 26, _certify(sheet), _BODY, _WIDE)
    y = _columns(sheet, y + 10, keys_of(facts, ("call_sign", "port", "gross", "kind")))
    y = sheet.text(_LEFT, y + 16, _found(sheet), _BODY, _WIDE)
    y = sheet.text(_LEFT, y + 8, _term(sheet), _BODY, _WIDE)
    city = facts.authority.city_vi or facts.authority.city
    issued: list[Run] = [
        facts.say((f"Issued at {city} on ", f"Cấp tại {city}"), between=" / "),
        sheet.value("issue_date", "bold"),
        ".",
    ]
    y = sheet.text(_LEFT, y + 8, issued, _BODY, _WIDE)
    y = endorsed(sheet, y + 2, _LEFT, _WIDE)
    y = min(max(y + 50, 660), 730)
    below = hand(sheet, _LEFT + _WIDE - 230, y, 230)
    sheet.text(_LEFT + _WIDE - 230, below + 2, sheet.issuer("\n"), Look(10, "bold", align="centre"), 230)
    seal(sheet, _LEFT + 80, y + 6, GREEN)
    further_pages(sheet, 1)
    return sheet


def _certify(sheet: Sheet) -> list[Run]:
    facts = sheet.facts
    certify = "This is to certify that the "
    if not facts.ship_shown:
        company = [
            facts.say((f"{certify}company ", "Chứng nhận rằng công ty"), between=" / "),
            facts.ship.owner,
        ]
        return [*company, f", {facts.ship.owner_address}, company number {facts.ship.company_number},"]
    runs: list[Run] = [
        facts.say((f"{certify}ship ", "Chứng nhận rằng tàu"), between=" / "),
        sheet.value("ship_name", "bold"),
    ]
    runs += [f", {facts.say(('IMO number', 'số IMO'))} ", sheet.value("imo_number", "bold")]
    return [
        *runs,
        f", official number {facts.ship.official_number}, delivered on {facts.day(facts.ship.delivered)},",
    ]


def _columns(sheet: Sheet, y: float, keys: tuple[str, ...]) -> float:
    wide = _WIDE / len(keys)
    cells: list[tuple[float, float, Runs, Look]] = []
    for column, key in enumerate(keys):
        label = Look(8, "italic", GREY, "centre")
        sheet.text(_LEFT + column * wide, y, sheet.facts.say(usual(key), between="\n"), label, wide)
        cells.append((_LEFT + column * wide, wide, said(sheet, key), Look(10, "bold", align="centre")))
    return sheet.row(y + (16 if sheet.facts.bilingual else 4), cells, least=22)


def _found(sheet: Sheet) -> str:
    facts = sheet.facts
    return (
        f"was surveyed on {facts.day(facts.surveyed)} under the {facts.kind.convention}; and that "
        + "; ".join(facts.clauses)
        + "."
    )


def _term(sheet: Sheet) -> list[Run]:
    facts = sheet.facts
    runs: list[Run] = []
    if facts.type:
        runs += [
            facts.say(("Type of certificate: ", "Loại giấy:"), between=" / "),
            sheet.value("certificate_type", "bold"),
            ". ",
        ]
    if facts.until:
        valid = ("This certificate shall remain valid until ", "Giấy này có giá trị đến")
        runs += [facts.say(valid, between=" / "), sheet.value("valid_until", "bold"), ". "]
    else:
        runs.append(
            facts.say(
                ("This certificate remains valid until cancelled.", "Giấy này có giá trị đến khi bị hủy.")
            )
            + " "
        )
    if facts.next_survey:
        runs += [
            facts.say(("The next survey is due on ", "Kỳ kiểm tra tới"), between=" / "),
            sheet.value("next_survey", "bold"),
            ".",
        ]
    return runs
