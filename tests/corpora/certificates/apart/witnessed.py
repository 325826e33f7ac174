"""A register's deed: the ship's name as a headline, one long sentence, and "in witness whereof" at the end."""

from tests.corpora.certificates.annex import further_pages
from tests.corpora.certificates.days import solemn
from tests.corpora.certificates.facts import Facts
from tests.corpora.certificates.marks import RED, emblem
from tests.corpora.certificates.pieces import city_of, period, sealed, signed
from tests.corpora.certificates.sheet import HEIGHT, WIDTH, Look, Run, Sheet, Value

_LEFT, _WIDE = 72.0, WIDTH - 144.0
_GOLD = (0.55, 0.42, 0.12)
_BODY = Look(11, leading=1.56)


def witnessed(facts: Facts) -> Sheet:
    """Number at the top left, arms in the middle, day of issue as lawyers write it."""
    sheet = Sheet(facts, "serif")
    sheet.rect((22, 22, WIDTH - 22, HEIGHT - 22), _GOLD, 5)
    sheet.rect((31, 31, WIDTH - 31, HEIGHT - 31), _GOLD, 0.7)
    number: list[Run] = [
        f"{facts.say(('Certificate No.', 'Giấy số'), between=' / ')} ",
        sheet.value("certificate_number"),
    ]
    sheet.text(46, 52, number, Look(9.6))
    emblem(sheet, WIDTH / 2, 92, _GOLD, 24)
    state = facts.say((facts.authority.state, facts.authority.state_vi), between="\n")
    y = sheet.text(_LEFT, 136, state, Look(13, "bold", align="centre"), _WIDE)
    y = sheet.text(_LEFT, y, sheet.issuer("\n"), Look(11, align="centre"), _WIDE)
    size = 14.0 if len(facts.title) > 50 else 20.0
    y = sheet.text(
        _LEFT, y + 16, sheet.title(capitals=True), Look(size, "bold", _GOLD, "centre", 1.24), _WIDE
    )
    y = _headline(sheet, y + 8)
    for paragraph in (_declares(sheet), _holds(sheet), _visited(sheet), _witness(sheet)):
        y = sheet.text(_LEFT, y + 8, paragraph, _BODY, _WIDE) if paragraph else y
    y = min(max(y + 44, 690), 764)
    sealed(sheet, _LEFT + 70, y - 6, RED, 100)
    signed(
        sheet, _LEFT + _WIDE - 200, y, 200, facts.say(("Registrar of Ships", "Người đăng ký"), between="\n")
    )
    further_pages(sheet, 1)
    return sheet


def _headline(sheet: Sheet, y: float) -> float:
    facts, ship = sheet.facts, sheet.facts.ship
    name: Run = sheet.value("ship_name") if facts.ship_shown else Value(None, ship.owner)
    y = sheet.text(_LEFT, y, name, Look(18, "bold", align="centre"), _WIDE)
    if facts.ship_shown:
        words: list[Run] = [facts.say(("IMO No.", "Số IMO")), " ", sheet.value("imo_number", "bold")]
        words.append(f"  ·  {facts.say(('Official No.', 'Số đăng ký'))} {ship.official_number}")
    else:
        words = [f"{facts.say(('Company No.', 'Mã số công ty'))} {ship.company_number}"]
    return sheet.text(_LEFT, y, words, Look(10.6, align="centre"), _WIDE)


def _declares(sheet: Sheet) -> list[Run]:
    facts, ship = sheet.facts, sheet.facts.ship
    opening = ("I, the undersigned, do hereby certify that", "Tôi, người ký tên dưới đây, chứng nhận rằng")
    runs: list[Run] = [facts.say(opening), f" {'; that '.join(facts.clauses)}"]
    if facts.ship_shown:
        runs.append(
            f"; the said ship being of the port of {city_of(facts)}, of {ship.gross:,} tons gross and "
            f"{ship.length:.2f} metres in length, owned by {ship.owner} and delivered on {facts.day(ship.delivered)}"
        )
    return [*runs, "."]


def _holds(sheet: Sheet) -> list[Run]:
    facts = sheet.facts
    runs: list[Run] = [f"This document, given under the {facts.kind.convention}, "]
    if facts.type:
        kind = facts.say(("being of the type", "loại"))
        runs += [f"{kind} ", sheet.value("certificate_type"), ", "]
    holds = facts.say(("holds good until", "có giá trị đến"))
    runs += period(
        sheet, f"{holds} ", facts.say(("holds good until it is recalled", "có giá trị đến khi thu hồi"))
    )
    return [*runs, f" {facts.say(('and shall then be surrendered to this office', 'và phải được nộp lại'))}."]


def _visited(sheet: Sheet) -> list[Run]:
    facts = sheet.facts
    runs: list[Run] = []
    done = [one for one in facts.endorsements if one.on]
    for place, one in enumerate(done):
        opening = facts.say(("It was endorsed on", "Đã được xác nhận"))
        runs += [f"{opening} " if place == 0 else ", ", sheet.done_on(one), f" ({one.what.lower()})"]
    if done:
        runs.append(". ")
    if facts.next_survey:
        due = facts.say(("The next survey falls due on", "Kỳ kiểm tra tới"))
        runs += [f"{due} ", sheet.value("next_survey"), "."]
    return runs


def _witness(sheet: Sheet) -> list[Run]:
    facts = sheet.facts
    if facts.bilingual:
        at = facts.say(("Given under my hand and seal at", "Ký và đóng dấu tại"))
        return [f"{at} {city_of(facts)}, ", sheet.value("issue_date"), "."]
    day = Value("issue_date", solemn(facts.issued))
    return [f"IN WITNESS WHEREOF I have set my hand and seal at {city_of(facts)} this ", day, "."]
