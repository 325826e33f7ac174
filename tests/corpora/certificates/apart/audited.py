"""The management codes' certificates: what is asked stands above its underlined answer, verifications in boxes."""

from tests.corpora.certificates.annex import further_pages
from tests.corpora.certificates.facts import Endorsement, Facts
from tests.corpora.certificates.marks import VIOLET, signature
from tests.corpora.certificates.particulars import keys_of, said
from tests.corpora.certificates.pieces import city_of, english_first, sealed, signed
from tests.corpora.certificates.sheet import GREY, INK, WIDTH, Look, Run, Runs, Sheet

_LEFT, _WIDE = 66.0, WIDTH - 132.0
_HALF = _WIDE / 2
_ASKED, _ANSWER, _BODY = Look(8.2, "italic"), Look(10.6, "bold"), Look(10, leading=1.42)
_LABELS = {
    "ship_name": ("Name of ship", "Tên tàu"),
    "call_sign": ("Distinctive number or letters", "Số hiệu hoặc hô hiệu"),
    "port": ("Port of registry", "Cảng đăng ký"),
    "kind": ("Type of ship", "Loại tàu"),
    "gross": ("Gross tonnage", "Tổng dung tích"),
    "imo_number": ("IMO No.", "Số IMO"),
    "company": ("Name and address of the Company", "Tên và địa chỉ công ty"),
    "address": ("Address", "Địa chỉ"),
    "company_number": ("Company identification No.", "Số nhận dạng công ty"),
}


def audited(facts: Facts) -> Sheet:
    """Answers in two columns, then sentences, then boxes for who verifies later."""
    sheet = Sheet(facts, "serif")
    y = sheet.text(_LEFT, 62, sheet.title(capitals=True), _title(facts), _WIDE)
    number: list[Run] = [
        english_first(facts, ("Certificate No.", "Số")),
        " ",
        sheet.value("certificate_number"),
    ]
    y = sheet.text(_LEFT, y + 2, number, Look(10.4, align="centre"), _WIDE)
    y = sheet.text(_LEFT, y + 4, _under(sheet), Look(9.4, align="centre", leading=1.4), _WIDE) + 8
    y = _answers(sheet, y)
    y = sheet.text(_LEFT, y + 4, _certified(facts), _BODY, _WIDE)
    for paragraph in _term(sheet):
        y = sheet.text(_LEFT, y + 5, paragraph, _BODY, _WIDE)
    on_reverse = facts.pages > 1 and bool(facts.endorsements)
    if facts.endorsements and not on_reverse:
        y = _boxes(sheet, y + 2)
    _issued(sheet, min(max(y + 10, 640), 715))
    if on_reverse:
        sheet.new_page()
        head = ("Endorsement for verification", "Xác nhận đánh giá")
        y = sheet.text(
            _LEFT, 74, english_first(facts, head, between="\n"), Look(13, "bold", align="centre"), _WIDE
        )
        number = [english_first(facts, ("Certificate No.", "Số")), " ", sheet.value("certificate_number")]
        y = sheet.text(_LEFT, y, number, Look(9.6, align="centre"), _WIDE)
        _boxes(sheet, y + 10)
    further_pages(sheet, 2 if on_reverse else 1)
    return sheet


def _title(facts: Facts) -> Look:
    return Look(12.5 if len(facts.title) > 50 else 15.5, "bold", align="centre", leading=1.24)


def _under(sheet: Sheet) -> list[Run]:
    facts = sheet.facts
    issued = english_first(facts, ("Issued under the provisions of the", "Cấp theo quy định của"))
    state = f"Under the authority of the Government of the {facts.authority.state}"
    return [f"{issued} {facts.kind.convention}\n{state}\nby ", *sheet.issuer()]


def _answers(sheet: Sheet, y: float) -> float:
    facts = sheet.facts
    keys = keys_of(facts, ("ship_name", "imo_number", "call_sign", "port", "kind", "gross"))
    for start in range(0, len(keys), 2):
        bottoms = [
            _answer(sheet, _LEFT + column * _HALF, y, _LABELS[key], said(sheet, key))
            for column, key in enumerate(keys[start : start + 2])
        ]
        y = max(bottoms)
    if facts.ship_shown:
        company: list[Run] = [f"{facts.ship.owner}, {facts.ship.owner_address}, {city_of(facts)}"]
        sheet.text(_LEFT, y, english_first(facts, _LABELS["company"]), _ASKED)
        y = sheet.text(_LEFT, y + 13, company, Look(9.6), _WIDE)
        sheet.line(_LEFT, y - 9, _LEFT + _WIDE, y - 9, INK, 0.5)
        y += 6
    return y


def _answer(sheet: Sheet, x: float, y: float, label: tuple[str, str], runs: Runs) -> float:
    sheet.text(x, y, english_first(sheet.facts, label), _ASKED)
    below = sheet.text(x, y + 13, runs, _ANSWER, _HALF - 16)
    sheet.line(x, below - 10, x + _HALF - 16, below - 10, INK, 0.5)
    return below + 4


def _certified(facts: Facts) -> str:
    words = english_first(facts, ("THIS IS TO CERTIFY THAT", "CHỨNG NHẬN RẰNG"))
    return f"{words} {', and that '.join(facts.clauses)}."


def _term(sheet: Sheet) -> list[list[Run]]:
    facts = sheet.facts
    made: list[list[Run]] = []
    this = ("This certificate is valid until", "Giấy này có hiệu lực đến")
    if facts.until:
        subject = (
            "subject to periodical verification and the required surveys remaining valid",
            "với điều kiện được đánh giá định kỳ",
        )
        until = [f"{english_first(facts, this)} ", sheet.value("valid_until", "bold"), ", "]
        made.append([*until, english_first(facts, subject), "."])
    based = (
        "Completion date of the verification on which this certificate is based",
        "Ngày hoàn thành đánh giá",
    )
    made.append([english_first(facts, based), ": ", facts.day(facts.surveyed), "."])
    last: list[Run] = []
    if facts.type:
        last += [
            english_first(facts, ("Certificate type", "Loại")),
            ": ",
            sheet.value("certificate_type", "bold"),
            ".  ",
        ]
    if facts.next_survey:
        due = ("The next verification is due by", "Hạn đánh giá tiếp theo")
        last += [english_first(facts, due), " ", sheet.value("next_survey", "bold"), "."]
    return [*made, last] if last else made


def _boxes(sheet: Sheet, y: float) -> float:
    for start in range(0, len(sheet.facts.endorsements), 2):
        for column, one in enumerate(sheet.facts.endorsements[start : start + 2]):
            _box(sheet, _LEFT + column * _HALF, y, one, start + column)
        y += 66
    return y + 6


def _box(sheet: Sheet, x: float, y: float, one: Endorsement, number: int) -> None:
    facts = sheet.facts
    sheet.rect((x, y, x + _HALF - 6, y + 60), GREY, 0.6)
    sheet.text(x + 6, y + 12, f"{one.what.upper()}", Look(8, "bold"))
    signer: list[Run] = [english_first(facts, ("Signed", "Ký")), f": {one.surveyor}"]
    place: list[Run] = [english_first(facts, ("Place", "Nơi")), f": {one.place}"]
    date: list[Run] = [english_first(facts, ("Date", "Ngày")), ": ", sheet.done_on(one)]
    for line, runs in enumerate((signer, place, date)):
        sheet.text(x + 6, y + 26 + 13 * line, runs, Look(8.8))
    if one.on:
        signature(sheet, x + _HALF - 84, y + 34, f"{one.surveyor}{number}", 60)


def _issued(sheet: Sheet, y: float) -> None:
    facts = sheet.facts
    for label, runs in (
        (("Issued at", "Cấp tại"), city_of(facts)),
        (("Date of issue", "Ngày cấp"), sheet.value("issue_date", "bold")),
    ):
        words: list[Run] = [f"{english_first(facts, label)}: ", runs]
        y = sheet.text(_LEFT, y, words, _BODY, _WIDE)
    sealed(sheet, _LEFT + 70, y + 44, VIOLET, 90)
    who = ("Signature of the duly authorized official", "Chữ ký người được ủy quyền")
    signed(sheet, _LEFT + _WIDE - 200, y + 40, 200, english_first(facts, who, between="\n"))
