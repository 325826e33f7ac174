"""Who issued a certificate, where no label says so: by whom it was signed, or whose letterhead it bears."""

import re
from collections.abc import Iterator
from dataclasses import replace

from workers.engines.language.rules.candidates import Candidate, candidate
from workers.engines.language.rules.offices import (
    after_by,
    begins_name,
    goes_on,
    known_office,
    looks_like_office,
    office_in,
)
from workers.engines.language.rules.sheet import Cell, Sheet, joined
from workers.engines.language.rules.values import read_office

_HEAD, _FOOT = 0.25, 0.6
_LOOKED_AT = 400
_MOST_OF_A_SCRAP = 10
_REST = 0.5
"""Of what may be the end of a name that begins in the line before."""
_SHORT = re.compile(r"(?<![A-Z])[A-Z]{2,6}(?![A-Za-z])")
_MORE, _SAID_SHORT = 1.08, 0.94
"""A name whose initials stand elsewhere, as in the certificate's number, is likelier to be the issuer's."""
_CUT = 0.95
"""Of a name of which something stands in the next line."""


def issuers(sheet: Sheet) -> Iterator[Candidate]:
    """Candidates of a first page."""
    for cell in sheet.paragraphs[:_LOOKED_AT]:
        yield from _by(sheet, cell)
    short = {word for cell in sheet.cells[:_LOOKED_AT] for word in _SHORT.findall(cell.text)}
    for cell in sheet.cells[:_LOOKED_AT]:
        for each in _named(sheet, cell):
            is_meant = _initials(each.value) & short
            yield replace(each, score=min(_SAID_SHORT, _MORE * each.score)) if is_meant else each


def _initials(name: str) -> set[str]:
    """What a name may be shortened to, without and with its small words."""
    words = re.findall(r"[^\W\d_]+", name)
    return {
        "".join(word[0] for word in words if word[0].isupper()),
        "".join(word[0].upper() for word in words),
    }


def _named(sheet: Sheet, first: Cell) -> Iterator[Candidate]:
    following = sheet.going_on(first)
    cell = (
        joined(first, following) if following is not None and goes_on(first.text, following.text) else first
    )
    if following is not None and begins_name(first.text) and _is_rest(first, following):
        cell = joined(first, following)
    where = cell.middle / sheet.height
    if any(begins_name(before.text) and sheet.going_on(before) is first for before in sheet.before(first, 1)):
        yield from _at_place(cell, where, _REST)
        return
    if cell is first and following is not None and _is_scrap(following.text):
        yield from _at_place(cell, where, _CUT)
        return
    yield from _at_place(cell, where, 1.0)


def _is_broken(rest: str, following: str) -> bool:
    if not rest or goes_on(rest, following):
        return True
    return not looks_like_office(rest) and looks_like_office(f"{rest} {following}")


def _is_rest(first: Cell, following: Cell) -> bool:
    if first.text.rpartition(" / ")[2].isascii() != following.text.isascii():
        return False
    begun = office_in(joined(first, following).text)
    return begun is not None and begun[0] < len(first.text) < begun[1] and looks_like_office(following.text)


def _is_scrap(text: str) -> bool:
    """Whether a line is the end of something that was broken before it."""
    return text.isalpha() and len(text) <= _MOST_OF_A_SCRAP


def _at_place(cell: Cell, where: float, worth: float) -> Iterator[Candidate]:
    known = known_office(cell.text)
    if known is not None:
        is_line = known[1] - known[0] >= 0.6 * len(cell.text)
        score = 0.93 if is_line and where < _HEAD else 0.8 if is_line else 0.6
        if is_line and looks_like_office(cell.text):
            known = (0, len(cell.text))
        yield candidate("issuing_authority", cell.text[slice(*known)], cell, *known, worth * score)
    elif (place := office_in(cell.text)) is not None and place != (0, len(cell.text)):
        score = 0.84 if where < _HEAD else 0.7 if where > _FOOT else 0.48
        name = " ".join(cell.text[slice(*place)].split())
        yield candidate("issuing_authority", name, cell, *place, worth * score)
    elif looks_like_office(cell.text):
        score = 0.86 if where < _HEAD else 0.72 if where > _FOOT else 0.5
        start = max(_legible_from(cell), len(cell.text) - len(cell.text.lstrip("/ ")))
        yield candidate("issuing_authority", cell.text[start:], cell, start, len(cell.text), worth * score)


def _legible_from(cell: Cell) -> int:
    """Where the English name begins that a scan shows behind one in letters which are lost on most scans."""
    start = cell.text.rfind(" / ") + 3
    if start < 3 or not cell.is_read or cell.text.isascii() or not cell.text[start:].isascii():
        return 0
    return start if looks_like_office(cell.text[start:]) else 0


def _by(sheet: Sheet, cell: Cell) -> Iterator[Candidate]:
    """ "Issued under the authority of the Government of … by …", the name maybe in the next line."""
    start = after_by(cell.plain)
    if start is None or any(label.code == "issuing_authority" for label in cell.labels):
        return
    rest = cell.text[start:]
    following = sheet.after(cell.parts[-1][1] if cell.parts else cell)
    if following is not None and _is_broken(rest.strip(" :"), following.text):
        cell = joined(cell, following)
    read = read_office(cell.text[start:])
    if read is not None:
        score = 0.94 if looks_like_office(read.value) else 0.7
        place = start + read.start, start + read.end
        yield candidate("issuing_authority", read.value, cell, *place, score * read.worth / 0.9)
