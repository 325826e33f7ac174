"""The form of the conventions: particulars as a table with heads above, validity in a sentence, issue below."""

from tests.corpora.certificates.annex import further_pages
from tests.corpora.certificates.facts import Facts
from tests.corpora.certificates.known.blocks import certified, endorsed, hand, seal
from tests.corpora.certificates.marks import RED
from tests.corpora.certificates.particulars import keys_of, said, usual
from tests.corpora.certificates.sheet import INK, WIDTH, Look, Run, Runs, Sheet

_LEFT, _WIDE = 56.0, WIDTH - 112.0
_HEAD, _FILLED, _BODY = Look(8.2, align="centre"), Look(9.6, "bold", align="centre"), Look(10, leading=1.42)


def convention(facts: Facts) -> Sheet:
    """Five columns of particulars under their heads."""
    sheet = Sheet(facts, "serif")
    number = [
        facts.say(("Certificate No.: ", "Số"), between=" / "),
        sheet.value("certificate_number", "bold"),
    ]
    sheet.text(_LEFT, 56, number, Look(10, align="right"), _WIDE)
    y = sheet.text(
        _LEFT, 92, sheet.title(capitals=True), Look(14.5, "bold", align="centre", leading=1.25), _WIDE
    )
    issued = ("Issued under the provisions of the", "Cấp theo các quy định của")
    y = sheet.text(
        _LEFT + 30, y, f"{facts.say(issued)} {facts.kind.convention}", Look(9.4, align="centre"), _WIDE - 60
    )
    by = (
        f"under the authority of the Government of the {facts.authority.state} by",
        "được Chính phủ ủy quyền, bởi",
    )
    y = sheet.text(_LEFT, y + 2, facts.say(by), Look(9.4, align="centre"), _WIDE)
    y = sheet.text(_LEFT, y + 3, sheet.issuer(), Look(12, "bold", align="centre"), _WIDE) + 6
    if facts.type:
        kind: list[Run] = ["(", sheet.value("certificate_type"), ")"]
        y = sheet.text(_LEFT, y, kind, Look(10, align="centre"), _WIDE) + 4
    heading = ("Particulars of ship", "Các đặc điểm của tàu") if facts.ship_shown else ("Company", "Công ty")
    y = sheet.text(_LEFT, y, facts.say(heading), Look(10, "italic")) - 4
    y = _columns(sheet, y, keys_of(facts, ("ship_name", "call_sign", "port", "gross", "imo_number")))
    y = certified(sheet, y + 22, _LEFT, _WIDE, _BODY)
    y = sheet.text(_LEFT, y + 8, _validity(sheet), _BODY, _WIDE)
    done = (
        "Completion date of the survey on which this certificate is based:",
        "Ngày hoàn thành kiểm tra làm cơ sở cấp giấy này:",
    )
    y = sheet.text(_LEFT, y + 6, f"{facts.say(done)} {facts.day(facts.surveyed)}", _BODY, _WIDE)
    place = f"{facts.authority.city_vi or facts.authority.city}"
    at: list[Run] = [facts.say(("Issued at ", "Cấp tại"), between=" / "), place]
    at += [f", {facts.say(('date of issue', 'ngày cấp'))} ", sheet.value("issue_date", "bold")]
    y = sheet.text(_LEFT, y + 6, at, _BODY, _WIDE)
    y = endorsed(sheet, y, _LEFT, _WIDE)
    y = min(max(y + 50, 690), 770)
    seal(sheet, _LEFT + 62, y - 6, RED)
    hand(sheet, _LEFT + _WIDE - 190, y)
    further_pages(sheet, 1)
    return sheet


def _columns(sheet: Sheet, y: float, keys: tuple[str, ...]) -> float:
    wide = _WIDE / len(keys)
    for runs_of, look in (
        (lambda key: sheet.facts.say(usual(key), between="\n"), _HEAD),
        (lambda key: said(sheet, key), _FILLED),
    ):
        cells: list[tuple[float, float, Runs, Look]] = [
            (_LEFT + column * wide, wide, runs_of(key), look) for column, key in enumerate(keys)
        ]
        bottom = sheet.row(y, cells, least=28)
        for column in range(len(keys)):
            sheet.rect((_LEFT + column * wide, y, _LEFT + (column + 1) * wide, bottom), INK, 0.6)
        y = bottom
    return y


def _validity(sheet: Sheet) -> list[Run]:
    facts = sheet.facts
    if not facts.until:
        return [facts.say(("This certificate has no date of expiry.", "Giấy chứng nhận này không thời hạn."))]
    valid = ("This certificate is valid until ", "Giấy chứng nhận này có hiệu lực đến")
    runs: list[Run] = [facts.say(valid, between=" / "), sheet.value("valid_until", "bold")]
    runs.append(
        facts.say(
            (
                " subject to surveys in accordance with the provisions",
                " với điều kiện kiểm tra theo quy định",
            ),
            between=" /",
        )
    )
    if facts.next_survey:
        runs += [
            f". {facts.say(('Next survey due: ', 'Kỳ kiểm tra tới'))}",
            sheet.value("next_survey", "bold"),
        ]
    return [*runs, "."]
