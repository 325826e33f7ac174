"""A state's form: motto, stacked labels in two languages, dotted gaps filled in, place and date at the right."""

from tests.corpora.certificates.annex import further_pages
from tests.corpora.certificates.facts import Facts
from tests.corpora.certificates.known.blocks import dated, endorsed, hand, seal
from tests.corpora.certificates.marks import RED
from tests.corpora.certificates.particulars import keys_of, said, usual
from tests.corpora.certificates.sheet import GREY, WIDTH, Look, Run, Runs, Sheet

_LEFT, _WIDE, _GAP = 60.0, WIDTH - 120.0, 200.0
_RED = (0.62, 0.08, 0.1)


def national(facts: Facts) -> Sheet:
    """Labels at the left, one language above the other, values after dots."""
    sheet = Sheet(facts, "serif")
    if facts.bilingual:
        y = sheet.text(
            _LEFT, 54, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", Look(11, "bold", align="centre"), _WIDE
        )
        y = sheet.text(_LEFT, y, "Độc lập – Tự do – Hạnh phúc", Look(10, "italic", align="centre"), _WIDE)
    else:
        y = sheet.text(_LEFT, 60, facts.authority.state.upper(), Look(12, "bold", align="centre"), _WIDE)
    sheet.line(WIDTH / 2 - 60, y - 6, WIDTH / 2 + 60, y - 6)
    y = sheet.text(_LEFT, y + 8, sheet.issuer("\n"), Look(10.5, "bold", align="centre"), _WIDE)
    size = 13.5 if len(facts.title) > 50 else 17.0
    y = sheet.text(_LEFT, y + 12, sheet.title(capitals=True), Look(size, "bold", _RED, "centre", 1.24), _WIDE)
    number = [facts.say(("No.: ", "Số"), between=" / "), sheet.value("certificate_number", "bold")]
    y = sheet.text(_LEFT, y + 2, number, Look(11, align="centre"), _WIDE) + 12
    keys = keys_of(
        facts,
        ("ship_name", "call_sign", "imo_number", "official_number", "port", "kind", "gross", "keel", "owner"),
    )
    for key in keys:
        y = _filled(sheet, y, usual(key), said(sheet, key))
    y = sheet.text(_LEFT, y + 4, _certified(sheet), Look(9.8, leading=1.4), _WIDE) + 8
    for label, runs in dated(sheet, ("certificate_type", "valid_until", "next_survey")):
        y = _filled(sheet, y, label, runs)
    y = endorsed(sheet, y - 2, _LEFT, _WIDE)
    _signed(sheet, min(max(y + 14, 640), 690))
    further_pages(sheet, 1)
    return sheet


def _filled(sheet: Sheet, y: float, label: tuple[str, str], runs: Runs) -> float:
    english, vietnamese = label
    sheet.text(_LEFT, y, f"{vietnamese if sheet.facts.bilingual else english}:", Look(9.8, "bold"))
    below = sheet.text(_LEFT + _GAP + 8, y, runs, Look(10.6), _WIDE - _GAP - 8)
    for x in range(int(_LEFT + _GAP), int(_LEFT + _WIDE), 4):
        sheet.line(x, below - 11, x + 1.2, below - 11, GREY, 0.7)
    if sheet.facts.bilingual:
        below = max(below, sheet.text(_LEFT, y + 10, english, Look(7.6, "italic", GREY)) + 2)
    return below + 3


def _certified(sheet: Sheet) -> str:
    facts = sheet.facts
    opening = ("This certificate is issued pursuant to the", "Giấy chứng nhận này được cấp căn cứ")
    return f"{facts.say(opening)} {facts.kind.convention}; " + "; ".join(facts.clauses) + "."


def _signed(sheet: Sheet, y: float) -> None:
    facts = sheet.facts
    city = facts.authority.city_vi or facts.authority.city
    right = _LEFT + _WIDE - 250
    when: list[Run] = [f"{city}, "]
    when += [
        "" if facts.style == "words" else facts.say(("date ", "ngày"), between=" / "),
        sheet.value("issue_date"),
    ]
    below = sheet.text(right, y, when, Look(10.2, "italic", align="centre"), 250)
    label = ("Date of issue", "Ngày cấp")
    sheet.text(right, below - 3, f"({facts.say(label)})", Look(7.6, "italic", GREY, "centre"), 250)
    hand(sheet, right + 30, y + 82)
    seal(sheet, right + 70, y + 62, RED, 104)
