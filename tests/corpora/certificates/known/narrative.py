"""No labels at all: whoever reads it reads sentences, and the issuer signs at the end."""

from tests.corpora.certificates.annex import further_pages
from tests.corpora.certificates.facts import Facts
from tests.corpora.certificates.marks import RED, emblem, signature, stamp
from tests.corpora.certificates.sheet import GREY, HEIGHT, INK, WIDTH, Look, Run, Sheet, Value

_LEFT, _WIDE = 78.0, WIDTH - 156.0
_GREEN = (0.1, 0.3, 0.22)
_BODY = Look(11.6, leading=1.66)


def narrative(facts: Facts) -> Sheet:
    """Prose under arms, the words of the office in the first sentence."""
    sheet = Sheet(facts, "serif")
    for inset, width in ((24, 2.2), (29, 0.5), (32, 0.5)):
        sheet.rect((inset, inset, WIDTH - inset, HEIGHT - inset), _GREEN, width)
    emblem(sheet, WIDTH / 2, 78, _GREEN, 26)
    state = facts.say((facts.authority.state, facts.authority.state_vi), between="\n")
    y = sheet.text(_LEFT, 124, state, Look(10.5, "italic", _GREEN, "centre"), _WIDE)
    y = sheet.text(_LEFT, y + 16, sheet.title(), Look(19, "bold", _GREEN, "centre", 1.25), _WIDE)
    for paragraph in (_opening(sheet), _findings(sheet), _term(sheet), _surveys(sheet), [_closing(sheet)]):
        y = sheet.text(_LEFT, y + 13, paragraph, _BODY, _WIDE)
    _close(sheet, max(y + 16, 640))
    further_pages(sheet, 1)
    return sheet


def _opening(sheet: Sheet) -> list[Run]:
    facts, ship = sheet.facts, sheet.facts.ship
    runs: list[Run] = [_word(sheet, "Know all men by these presents, numbered ", "Giấy này, mang số ")]
    runs += [sheet.value("certificate_number", "bold"), ", "]
    if not facts.ship_shown:
        runs.append(_word(sheet, "that the company ", "chứng nhận rằng công ty "))
        return [*runs, Value(None, ship.owner, "bold"), f" ({ship.company_number}), {ship.owner_address}, "]
    runs.append(_word(sheet, "that the vessel ", "chứng nhận rằng con tàu "))
    runs += [sheet.value("ship_name", "bold"), ", IMO ", sheet.value("imo_number", "bold")]
    return [
        *runs,
        _word(sheet, ", of ", ", thuộc cảng "),
        f"{facts.authority.city_vi or facts.authority.city}, ",
        _word(sheet, f"signal letters {ship.call_sign}, ", f"hô hiệu {ship.call_sign}, "),
        _word(
            sheet, f"of {ship.gross:,} tons gross and {ship.net:,} net, ", f"tổng dung tích {ship.gross:,}, "
        ),
        _word(sheet, f"whose keel was laid {facts.day(ship.keel)}, ", f"đặt ky {facts.day(ship.keel)}, "),
    ]


def _findings(sheet: Sheet) -> list[Run]:
    kind = sheet.facts.kind
    clause = "; and that ".join(sheet.facts.clauses)
    runs: list[Run] = [
        _word(
            sheet,
            "has been examined; and we declare that ",
            "đã được kiểm tra; chúng tôi tuyên bố (we declare) that ",
        )
    ]
    return [*runs, f"{clause}, pursuant to the {kind.convention}."]


def _term(sheet: Sheet) -> list[Run]:
    facts = sheet.facts
    runs: list[Run] = []
    if facts.type:
        runs += [
            _word(sheet, "Being of the kind called ", "Loại giấy: "),
            sheet.value("certificate_type", "italic"),
            ", ",
        ]
    if facts.until:
        runs += [
            _word(sheet, "it shall cease to have effect after ", "giấy này hết hiệu lực sau "),
            sheet.value("valid_until", "bold"),
        ]
        return [
            *runs,
            _word(sheet, ", subject to the surveys required.", ", với điều kiện kiểm tra theo quy định."),
        ]
    return [
        *runs,
        _word(
            sheet,
            "it has effect for as long as nothing in it changes.",
            "giấy có hiệu lực cho đến khi có thay đổi.",
        ),
    ]


def _surveys(sheet: Sheet) -> list[Run]:
    facts = sheet.facts
    runs: list[Run] = [
        _word(sheet, "The examination ended on ", "Việc kiểm tra kết thúc "),
        f"{facts.day(facts.surveyed)}. ",
    ]
    if facts.last_endorsement:
        runs += [
            _word(sheet, "It was last endorsed on ", "Lần xác nhận gần nhất: "),
            sheet.value("last_endorsement"),
            ". ",
        ]
    if facts.next_survey:
        runs += [
            _word(sheet, "The ship is to be presented again by ", "Lần kiểm tra tới: "),
            sheet.value("next_survey"),
            ". ",
        ]
    return runs


def _closing(sheet: Sheet) -> str:
    return _word(
        sheet,
        f"It takes the place of our number {sheet.facts.previous}, which is to be returned. All "
        f"officers of the State and "
        "all whom it may concern are asked to give the bearer such help as may be needed.",
        f"Giấy này thay cho giấy số {sheet.facts.previous}, phải được nộp lại. Đề nghị các cơ quan "
        f"hữu quan tạo điều kiện "
        "thuận lợi cho người mang giấy này.",
    )


def _close(sheet: Sheet, y: float) -> None:
    facts = sheet.facts
    given = [
        _word(sheet, "Given under our hand and seal at ", "Cấp tại "),
        facts.authority.city_vi or facts.authority.city,
    ]
    y = sheet.text(
        _LEFT, y, [*given, _word(sheet, " this ", ", "), sheet.value("issue_date", "bold"), "."], _BODY, _WIDE
    )
    stamp(
        sheet,
        _LEFT + 78,
        y + 44,
        (facts.authority.name_vi or facts.authority.name, facts.authority.initials),
        colour=RED,
        size=98,
    )
    right = _LEFT + _WIDE - 210
    signature(sheet, right + 40, y + 52, facts.surveyor)
    sheet.line(right, y + 58, right + 210, y + 58, INK, 0.5)
    y = sheet.text(right, y + 71, facts.surveyor, Look(9, align="centre"), 210)
    sheet.text(
        right,
        y,
        [_word(sheet, "for the ", "thay mặt "), *sheet.issuer("\n")],
        Look(9.5, "italic", GREY, "centre"),
        210,
    )


def _word(sheet: Sheet, english: str, vietnamese: str) -> str:
    return vietnamese if sheet.facts.bilingual else english
