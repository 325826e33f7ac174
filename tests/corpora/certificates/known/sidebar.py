"""A coloured column of particulars at the right, sentences and surveys at the left, the issuer as a letterhead."""

from tests.corpora.certificates.annex import further_pages
from tests.corpora.certificates.facts import Facts
from tests.corpora.certificates.marks import BLUE, emblem, signature, stamp
from tests.corpora.certificates.particulars import keys_of, said
from tests.corpora.certificates.sheet import GREY, HEIGHT, INK, WIDTH, Look, Run, Sheet

_SPLIT, _RIGHT = 372.0, WIDTH - 34.0
_LEFT, _MAIN, _SIDE = 46.0, 372.0 - 46.0 - 18.0, WIDTH - 34.0 - 372.0 - 24.0
_TEAL, _PALE = (0.03, 0.33, 0.4), (0.9, 0.95, 0.96)
_BODY = Look(9.8, leading=1.5)
_LABELS = {
    "ship_name": ("Ship's name", "Tên con tàu"),
    "imo_number": ("IMO", "IMO"),
    "call_sign": ("Call sign", "Hô hiệu"),
    "official_number": ("Official no.", "Số đăng ký chính thức"),
    "port": ("Registered at", "Nơi đăng ký"),
    "gross": ("Gross tons", "Tổng dung tích"),
    "deadweight": ("Deadweight, t", "Trọng tải, tấn"),
    "length": ("Length, m", "Chiều dài, m"),
    "keel": ("Keel laid", "Đặt ky"),
    "kind": ("Description", "Mô tả"),
    "company": ("Held by", "Đơn vị"),
    "address": ("Address", "Địa chỉ"),
    "company_number": ("Company no.", "Mã số công ty"),
}
_TERM = {
    "issue_date": ("Dated", "Ngày ký"),
    "valid_until": ("Valid to", "Giá trị đến"),
    "certificate_type": ("Term", "Thời hạn"),
    "next_survey": ("Next survey", "Kỳ kiểm tra tới"),
}


def sidebar(facts: Facts) -> Sheet:
    """Two columns under the office's name."""
    sheet = Sheet(facts, "sans")
    emblem(sheet, _LEFT + 20, 58, _TEAL, 20)
    under = sheet.text(_LEFT + 54, 56, sheet.issuer("\n"), Look(14, "bold", _TEAL, leading=1.25), 420)
    sheet.text(_LEFT + 54, under, f"{facts.authority.city} · {facts.authority.state}", Look(8.5, colour=GREY))
    sheet.line(_LEFT, 98, _RIGHT, 98, _TEAL, 2)
    sheet.rect((_SPLIT, 112, _RIGHT, HEIGHT - 44), None, 0, _PALE)
    _side(sheet)
    _main(sheet)
    further_pages(sheet, 1)
    return sheet


def _side(sheet: Sheet) -> None:
    facts = sheet.facts
    wanted = (
        "ship_name",
        "imo_number",
        "official_number",
        "call_sign",
        "port",
        "gross",
        "deadweight",
        "length",
        "keel",
        "kind",
    )
    y = 134.0
    for key in keys_of(facts, wanted):
        y = _pair(sheet, y, _LABELS[key], said(sheet, key))
    sheet.line(_SPLIT + 12, y - 6, _RIGHT - 12, y - 6, _TEAL, 1)
    y += 12
    for code, label in _TERM.items():
        if facts.printed(code):
            y = _pair(sheet, y, label, sheet.value(code))


def _pair(sheet: Sheet, y: float, label: tuple[str, str], run: Run) -> float:
    y = sheet.text(_SPLIT + 12, y, sheet.facts.say(label).upper(), Look(6.6, colour=_TEAL), _SIDE)
    return sheet.text(_SPLIT + 12, y + 4, run, Look(10.4, "bold"), _SIDE) + 5


def _main(sheet: Sheet) -> None:
    facts = sheet.facts
    long = len(facts.title) > 50
    y = sheet.text(_LEFT, 138, sheet.title(), Look(13.5 if long else 18, "bold", _TEAL, leading=1.24), _MAIN)
    number: list[Run] = ["# ", sheet.value("certificate_number")]
    y = sheet.text(_LEFT, y + 6, number, Look(11), _MAIN) + 12
    opening = ("The undersigned certifies, under the", "Người ký tên dưới đây chứng nhận, theo")
    y = sheet.text(_LEFT, y, f"{facts.say(opening)} {facts.kind.convention}:", _BODY, _MAIN) + 4
    for clause in facts.clauses:
        sheet.text(_LEFT + 4, y, "•", _BODY)
        y = sheet.text(_LEFT + 16, y, f"{clause};", _BODY, _MAIN - 16) + 3
    based = ("the survey on which this rests was completed on", "kiểm tra làm căn cứ hoàn thành")
    sheet.text(_LEFT + 4, y, "•", _BODY)
    y = sheet.text(_LEFT + 16, y, f"{facts.say(based)} {facts.day(facts.surveyed)}.", _BODY, _MAIN - 16) + 20
    if facts.endorsements:
        y = _surveys(sheet, y)
    sheet.text(_LEFT, max(y + 12, 470), _notes(sheet), Look(8.6, colour=GREY, leading=1.5), _MAIN)
    _signed(sheet, max(y + 70, 640))


def _surveys(sheet: Sheet, y: float) -> float:
    facts = sheet.facts
    y = sheet.text(_LEFT, y, facts.say(("Surveys since", "Các lần kiểm tra")), Look(11, "bold", _TEAL)) + 4
    for one in facts.endorsements:
        if one.on:
            words: list[Run] = [sheet.done_on(one, "bold"), f" — {one.what}, {one.place}, {one.surveyor}"]
        else:
            words = [f"______________ — {one.what}"]
        y = sheet.text(_LEFT, y, words, Look(9.2, leading=1.4), _MAIN) + 5
    return y


def _notes(sheet: Sheet) -> str:
    notes = (
        (
            f"Supersedes number {sheet.facts.previous}. This document belongs to the issuing office "
            f"and is to be surrendered "
            "on request. It lapses when a survey is not held in its time, or when the flag changes."
        ),
        f"Thay thế số {sheet.facts.previous}. Giấy này thuộc cơ quan cấp và phải nộp lại khi có yêu cầu.",
    )
    return sheet.facts.say(notes, between="\n")


def _signed(sheet: Sheet, y: float) -> None:
    facts = sheet.facts
    stamp(sheet, _LEFT + 196, y + 34, (facts.authority.name, facts.authority.initials), colour=BLUE, size=104)
    signature(sheet, _LEFT + 20, y + 46, facts.surveyor)
    sheet.line(_LEFT, y + 52, _LEFT + 170, y + 52, INK, 0.5)
    words = ("surveyor, for the office named above", "đăng kiểm viên, thay mặt cơ quan nêu trên")
    sheet.text(_LEFT, y + 64, [facts.surveyor, "\n", facts.say(words, between="\n")], Look(8.4), 200)
