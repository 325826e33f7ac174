"""Who issued a certificate, where no label says so: by whom it was signed, or whose letterhead it bears."""

from collections.abc import Iterator

from workers.engines.language.rules.candidates import Candidate, candidate
from workers.engines.language.rules.offices import HANGS, after_by, known_office, looks_like_office, office_in
from workers.engines.language.rules.sheet import Cell, Sheet, joined
from workers.engines.language.rules.values import read_office

_HEAD, _FOOT = 0.25, 0.6
_LOOKED_AT = 400


def issuers(sheet: Sheet) -> Iterator[Candidate]:
    """Candidates of a first page."""
    for cell in sheet.cells[:_LOOKED_AT]:
        yield from _by(sheet, cell)
        where = cell.middle / sheet.height
        known = known_office(cell.text)
        if known is not None:
            is_line = known[1] - known[0] >= 0.6 * len(cell.text)
            score = 0.93 if is_line and where < _HEAD else 0.8 if is_line else 0.6
            text = cell.text[known[0] : known[1]]
            if is_line and looks_like_office(cell.text):
                known, text = (0, len(cell.text)), cell.text
            yield candidate("issuing_authority", text, cell, known[0], known[1], score)
        elif (place := office_in(cell.text)) is not None and place != (0, len(cell.text)):
            score = 0.84 if where < _HEAD else 0.7 if where > _FOOT else 0.48
            name = " ".join(cell.text[place[0] : place[1]].split())
            yield candidate("issuing_authority", name, cell, *place, score)
        elif looks_like_office(cell.text):
            score = 0.86 if where < _HEAD else 0.72 if where > _FOOT else 0.5
            following = sheet.going_on(cell) if HANGS.search(cell.text) else None
            whole = joined(cell, following) if following is not None else cell
            start = _legible_from(whole)
            yield candidate("issuing_authority", whole.text[start:], whole, start, len(whole.text), score)


def _legible_from(cell: Cell) -> int:
    """Where the English name begins that a scan shows behind one in letters which are lost on most scans."""
    start = cell.text.rfind(" / ") + 3
    if start < 3 or not cell.is_read or cell.text.isascii() or not cell.text[start:].isascii():
        return 0
    return start if looks_like_office(cell.text[start:]) else 0


def _by(sheet: Sheet, cell: Cell) -> Iterator[Candidate]:
    """ "Issued under the authority of the Government of … by …", the name maybe in the next line."""
    start = after_by(cell.plain)
    if start is None:
        return
    read = read_office(cell.text[start:])
    if read is not None:
        yield candidate(
            "issuing_authority",
            read.value,
            cell,
            start + read.start,
            start + read.end,
            0.94 * read.worth / 0.9,
        )
        return
    following = sheet.after(cell)
    if following is not None and not cell.text[start:].strip(" :"):
        read = read_office(following.text)
        if read is not None:
            yield candidate(
                "issuing_authority", read.value, following, read.start, read.end, 0.9 * read.worth
            )
