"""Endorsements and what is due: the dates of surveys that were made, and of the next one."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from service.domain.certificate.dates import dates_in
from workers.engines.language.rules.candidates import Candidate, candidate
from workers.engines.language.rules.sheet import Cell, Sheet, joined

_SURVEY = re.compile(
    r"(?:annual|intermediate|periodical|periodic|additional|occasional|renewal|bottom|dock\w{0,8}|1st|2nd|3rd|4th"
    r"|first|second|third|fourth)[ /]{1,2}(?:\w{1,12}[ /]{1,2})?(?:survey|verification|inspection|audit|endorsement)"
    r"|endorsement|kiem tra (?:hang nam|trung gian|dinh ky|chu ky|bat thuong|lan)"
    r"|danh gia (?:hang nam|trung gian|dinh ky)|xac nhan"
)
_DUE = re.compile(
    r"\bdue\b|before|not later|next|\bby\b|window|range|from|until|valid|expir|tiep theo|\bhan\b|truoc ngay"
    r"|den ngay|hieu luc"
)
_YET_TO_COME = re.compile(r"\bdue\b|truoc ngay")
_PASSED_OVER = re.compile(
    r"date of issue|issued|ngay cap|keel|built|completion|survey on which|lam co so|extend|gia han"
)
_CLOSE_BEFORE = 4
_ROWS = 12
"""So many cells after a heading of endorsements belong to it."""


def surveyed(
    sheets: Sequence[Sheet], issued: date | None, until: date | None, due: date | None
) -> Iterator[Candidate]:
    """The latest survey that was endorsed after the day of issue, and what is said to be due.

    `due` is what a label names as the day of the next one: no survey was made then.
    """
    made = [each for sheet in sheets for each in _made(sheet, issued, until) if each[0] != due]
    if made:
        yield max(made, key=lambda each: (each[0], each[1].score))[1]
    for sheet in sheets:
        yield from _due(sheet, issued)


def at_surveys(sheet: Sheet, cell: Cell) -> bool:
    """Whether a cell belongs to a survey: one is named in its row, or shortly before it."""
    before = sheet.before(cell, _CLOSE_BEFORE)
    return any(_SURVEY.search(each.plain) for each in (*before, *sheet.row_of(cell)))


def _made(sheet: Sheet, issued: date | None, until: date | None) -> Iterator[tuple[date, Candidate]]:
    since = _ROWS + 1
    for each_cell in sheet.cells:
        is_heading = _SURVEY.search(each_cell.plain) is not None
        since = 0 if is_heading else since + 1
        if since > _ROWS or _PASSED_OVER.search(each_cell.plain):
            continue
        cell = _whole(sheet, each_cell)
        found = dates_in(cell.text)
        if not found or _is_due(sheet, cell):
            continue
        for each in found:
            if (issued is None or each.value > issued) and (until is None or each.value < until):
                score = 0.93 if issued is not None and (since <= 3 or _in_row(sheet, cell)) else 0.8
                yield (
                    each.value,
                    candidate("last_endorsement", str(each.value), cell, each.start, each.end, score),
                )


def _whole(sheet: Sheet, cell: Cell) -> Cell:
    """With the next line, where a date is broken over both."""
    following = sheet.going_on(cell)
    if following is None or dates_in(cell.text) or dates_in(following.text):
        return cell
    return joined(cell, following)


def _in_row(sheet: Sheet, cell: Cell) -> bool:
    return any(_SURVEY.search(other.plain) for other in sheet.row_of(cell))


def _is_due(sheet: Sheet, cell: Cell) -> bool:
    """Whether the date in a cell is one that is yet to come: the words are in it, or left of it."""
    if _DUE.search(cell.plain):
        return True
    left = [other for other in sheet.row_of(cell) if other.box[0] < cell.box[0]]
    return bool(left) and _DUE.search(left[-1].plain) is not None


def _due(sheet: Sheet, issued: date | None) -> Iterator[Candidate]:
    for cell in sheet.cells:
        if not _YET_TO_COME.search(cell.plain):
            continue
        if not (_SURVEY.search(cell.plain) or _in_row(sheet, cell)):
            continue
        for each in dates_in(cell.text)[:1]:
            if issued is None or each.value > issued:
                yield candidate("next_survey", str(each.value), cell, each.start, each.end, 0.9)
