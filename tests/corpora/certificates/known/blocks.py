"""Blocks that several of these layouts share."""

from tests.corpora.certificates.marks import BLUE, signature, stamp
from tests.corpora.certificates.sheet import GREY, INK, Colour, Look, Run, Runs, Sheet

Rows = list[tuple[tuple[str, str], Runs]]

_DATES = {
    "certificate_type": ("Type of certificate", "Loại giấy chứng nhận"),
    "issue_date": ("Date of issue", "Ngày cấp"),
    "valid_until": ("Valid until", "Có hiệu lực đến"),
    "last_endorsement": ("Last endorsement", "Xác nhận lần cuối"),
    "next_survey": ("Next survey due", "Kỳ kiểm tra tiếp theo"),
}


def dated(sheet: Sheet, codes: tuple[str, ...], labels: dict[str, tuple[str, str]] | None = None) -> Rows:
    """Those of the fields that the document has, with the layout's labels or the usual ones."""
    named = {**_DATES, **(labels or {})}
    return [(named[code], sheet.value(code)) for code in codes if sheet.facts.printed(code)]


def table(
    sheet: Sheet, y: float, rows: Rows, area: tuple[float, float, float], fill: Colour | None = None
) -> float:
    """Labels at the left of their values, ruled; `area` is left, width, width of the labels. Returns the bottom."""
    left, wide, labels = area
    for label, runs in rows:
        cells = (
            (left, labels, sheet.facts.say(label), Look(9.6)),
            (left + labels, wide - labels, runs, Look(10.4, "bold")),
        )
        high = sheet.row_height(cells, least=23)
        if fill:
            sheet.rect((left, y, left + labels, y + high), None, 0, fill)
        bottom = sheet.row(y, cells, least=23)
        sheet.rect((left, y, left + wide, bottom), GREY, 0.5)
        sheet.line(left + labels, y, left + labels, bottom, GREY, 0.5)
        y = bottom
    return y


def endorsed(sheet: Sheet, y: float, left: float, wide: float) -> float:
    """The surveys between renewals, each with its signature, or blank where it is still to come."""
    facts = sheet.facts
    if not facts.endorsements:
        return y
    heading = ("Endorsements", "Xác nhận kiểm tra")
    y = sheet.text(left, y + 12, facts.say(heading), Look(10.5, "bold")) + 2
    columns = (wide * 0.25, wide * 0.36, wide * 0.39)
    for number, one in enumerate(facts.endorsements, 1):
        signed = (
            f"{one.place}, {one.surveyor}" if one.on else facts.say(("Place, signature:", "Nơi, chữ ký:"))
        )
        when: list[Run] = [facts.say(("Date: ", "Ngày")), sheet.done_on(one, "bold")]
        x, cells = left, list[tuple[float, float, Runs, Look]]()
        for column, runs in zip(columns, (one.what, when, signed), strict=True):
            cells.append((x, column, runs, Look(8.8)))
            x += column
        bottom = sheet.row(y, cells, least=24)
        sheet.line(left, y, left + wide, y, GREY, 0.4)
        if one.on:
            signature(sheet, left + wide - 66, bottom - 3, f"{one.surveyor}{number}", 54)
        y = bottom
    sheet.line(left, y, left + wide, y, GREY, 0.4)
    return y


def seal(sheet: Sheet, x: float, y: float, colour: Colour = BLUE, size: float = 96) -> None:
    """The round stamp of the issuer about a middle."""
    authority = sheet.facts.authority
    stamp(sheet, x, y, (authority.name_vi or authority.name, authority.initials), colour=colour, size=size)


def hand(sheet: Sheet, x: float, y: float, wide: float = 190) -> float:
    """The surveyor's signature over a line, with what that is; returns the baseline below."""
    facts = sheet.facts
    signature(sheet, x + 24, y - 4, facts.surveyor)
    sheet.line(x, y, x + wide, y, INK, 0.5)
    sheet.text(x, y + 12, facts.surveyor, Look(9.4, align="centre"), wide)
    said = ("Signature of authorized official", "Chữ ký của người có thẩm quyền")
    return sheet.text(x, y + 24, facts.say(said, between="\n"), Look(8, "italic", GREY, "centre"), wide)


def certified(sheet: Sheet, y: float, left: float, wide: float, look: Look) -> float:
    """ "This is to certify", numbered where there are several clauses."""
    facts = sheet.facts
    y = sheet.text(left, y, facts.say(("THIS IS TO CERTIFY:", "CHỨNG NHẬN RẰNG:")), Look(look.size, "bold"))
    for number, clause in enumerate(facts.clauses, 1):
        sheet.text(left, y + 3, f"{number}.", look)
        y = sheet.text(left + 18, y + 3, f"That {clause}.", look, wide - 18)
    return y
