"""A diploma across the page: values on ruled lines, and what they are said below them in small letters."""

from tests.corpora.certificates.annex import further_pages
from tests.corpora.certificates.facts import Facts
from tests.corpora.certificates.marks import GREEN, emblem, signature, stamp
from tests.corpora.certificates.sheet import GREY, HEIGHT, INK, WIDTH, Look, Runs, Sheet

_BROWN, _CREAM = (0.36, 0.24, 0.1), (0.995, 0.985, 0.955)
_LEFT, _WIDE = 62.0, HEIGHT - 124.0
_WRITTEN, _SMALL = Look(11.5, "bold", align="centre"), Look(7.2, "italic", GREY, "centre")


def captions(facts: Facts) -> Sheet:
    """A landscape page in a double frame."""
    sheet = Sheet(facts, "serif")
    sheet.document.delete_page(0)
    sheet.new_page(HEIGHT, WIDTH)
    sheet.rect((0, 0, HEIGHT, WIDTH), None, 0, _CREAM)
    for inset, width in ((20, 4.0), (27, 0.7), (40, 0.7)):
        sheet.rect((inset, inset, HEIGHT - inset, WIDTH - inset), _BROWN, width)
    emblem(sheet, 76, 76, _BROWN, 20)
    emblem(sheet, HEIGHT - 76, 76, _BROWN, 20)
    long = len(facts.title) > 50
    y = sheet.text(
        _LEFT + 60, 76, sheet.title(), Look(14 if long else 20, "bold", _BROWN, "centre", 1.24), _WIDE - 120
    )
    issued = ("under the provisions of the", "theo quy định của")
    y = sheet.text(
        _LEFT + 60,
        y + 1,
        f"{facts.say(issued)} {facts.kind.convention}",
        Look(8.6, "italic", align="centre"),
        _WIDE - 120,
    )
    y = _first(sheet, y + 20)
    y = _ruled(sheet, y, _dates(sheet))
    clauses = "; ".join(facts.clauses)
    y = sheet.text(
        _LEFT, y + 4, f"{clauses[0].upper()}{clauses[1:]}.", Look(10, align="centre", leading=1.4), _WIDE
    )
    kept = (
        "To be kept on board and shown on demand. Void when altered; subject to the surveys that the rules require.",
        "Phải được lưu giữ trên tàu và xuất trình khi có yêu cầu.",
    )
    y = sheet.text(_LEFT, y + 6, facts.say(kept), Look(9, "italic", align="centre"), _WIDE)
    _last(sheet, max(y + 18, WIDTH - 132))
    if facts.pages > 1:
        further_pages(sheet, 1)
    return sheet


def _first(sheet: Sheet, y: float) -> float:
    facts, ship = sheet.facts, sheet.facts.ship
    port = facts.authority.city_vi or facts.authority.city
    number: tuple[Runs, tuple[str, str]] = (
        sheet.value("certificate_number"),
        ("number of this document", "số của giấy này"),
    )
    if facts.ship_shown:
        y = _ruled(
            sheet,
            y,
            [
                (sheet.value("ship_name"), ("name of the vessel", "tên của tàu")),
                (sheet.value("imo_number"), ("ship identification number (IMO)", "số nhận dạng tàu (IMO)")),
                number,
            ],
        )
        return _ruled(
            sheet,
            y,
            [
                (ship.call_sign, ("call sign", "hô hiệu")),
                (port, ("home port", "cảng nhà")),
                (f"{ship.gross:,}", ("gross tonnage", "tổng dung tích")),
                (facts.day(ship.delivered), ("delivered", "ngày bàn giao")),
            ],
        )
    return _ruled(
        sheet,
        y,
        [
            (ship.owner, ("the company", "công ty")),
            (ship.company_number, ("company number", "mã số công ty")),
            number,
        ],
    )


def _dates(sheet: Sheet) -> list[tuple[Runs, tuple[str, str]]]:
    facts = sheet.facts
    labels = {
        "issue_date": ("day of issue", "ngày cấp"),
        "valid_until": ("last day of validity", "ngày cuối cùng có hiệu lực"),
        "certificate_type": ("form of certificate", "loại giấy"),
        "last_endorsement": ("latest endorsement", "xác nhận mới nhất"),
        "next_survey": ("next survey not later than", "kiểm tra tiếp theo không muộn hơn"),
    }
    shown: list[tuple[Runs, tuple[str, str]]] = [
        (sheet.value(code), label) for code, label in labels.items() if facts.printed(code)
    ]
    if len(shown) < 4:
        shown.append((facts.day(facts.surveyed), ("survey completed", "hoàn thành kiểm tra")))
    return shown


def _ruled(sheet: Sheet, y: float, entries: list[tuple[Runs, tuple[str, str]]]) -> float:
    wide = _WIDE / len(entries)
    look = _WRITTEN if len(entries) < 5 else Look(9, "bold", align="centre")
    tall = max(sheet.height(runs, look, wide - 16) for runs, _ in entries)
    rule = y + tall - look.size * look.leading + 5
    for column, (runs, label) in enumerate(entries):
        left = _LEFT + column * wide
        own = sheet.height(runs, look, wide - 16)
        sheet.text(left + 8, y + tall - own, runs, look, wide - 16)
        sheet.line(left + 6, rule, left + wide - 6, rule, INK, 0.5)
        sheet.text(left, rule + 9, sheet.facts.say(label), _SMALL, wide)
    return rule + 44


def _last(sheet: Sheet, y: float) -> None:
    facts = sheet.facts
    half = _WIDE / 2
    sheet.text(_LEFT + 110, y + 20, sheet.issuer("\n"), Look(12, "bold", _BROWN, "centre"), half)
    sheet.line(_LEFT + 110, y + 42, _LEFT + 110 + half, y + 42, INK, 0.5)
    by = (
        f"the issuing office, {facts.authority.city}, {facts.authority.state}",
        f"cơ quan cấp, {facts.authority.city_vi}",
    )
    sheet.text(_LEFT + 110, y + 52, facts.say(by), _SMALL, half)
    stamp(sheet, _LEFT + 58, y + 26, (facts.authority.name, facts.authority.initials), colour=GREEN, size=100)
    right = _LEFT + _WIDE - 170
    signature(sheet, right + 24, y + 36, facts.surveyor)
    sheet.line(right, y + 42, right + 170, y + 42, INK, 0.5)
    sheet.text(right, y + 52, f"{facts.surveyor}", _SMALL, 170)
