"""What a certificate is called: its name, its abbreviation and its term."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median

from service.domain.certificate.catalogue import CatalogueEntry, NameFound, comparable, find_name
from workers.engines.language.placing import around
from workers.engines.language.rules.candidates import Candidate, candidate
from workers.engines.language.rules.sheet import Cell, Sheet
from workers.engines.language.rules.values import read_type
from workers.engines.page import Box

_LOOKED_AT = 60
_LINES_OF_A_TITLE = 4
_BETWEEN = 5
_TITLE_WORDS = re.compile(
    r"\bcertificate\b|giay ?chung ?nhan|\bdocument\b|\blicen[cs]e\b|giay ?phep|\bpermit\b|\brecord\b|\bdeclaration\b"
    r"|\bstatement\b"
)
_NO_TITLE = re.compile(r"this is to|hereby|issued|\bno\.?\b|number|valid|\bso\b|co gia tri|[:;]")
_TERM_ALONE = re.compile(
    r"^[^a-z]{0,4}(?:[a-z -]{0,20}/ ?)?(?:full[ -]?term|short[ -]?term|interim|provisional|conditional|permanent)"
)
_TOP = 0.5


def titled(sheet: Sheet) -> Iterator[Candidate]:
    """Candidates of name, abbreviation and type on a first page."""
    cells = sheet.cells[:_LOOKED_AT]
    if not cells:
        return
    usual = median(cell.height for cell in cells)
    named = _longest(list(_named(sheet, cells, usual)))
    found = max(named, key=lambda each: each[1].score, default=None)
    if found is not None:
        yield from (each for _, each in named)
        yield from _abbreviated(found[0].entry, found[1], cells)
    else:
        yield from _unknown(sheet, cells, usual)
    yield from _terms(cells, found[1] if found is not None else None)


def _named(sheet: Sheet, cells: Sequence[Cell], usual: float) -> Iterator[tuple[NameFound, Candidate]]:
    """Names in one line, then those that only several lines together are; each where it first ends."""
    seen: set[tuple[str, int]] = set()
    spans = [[cell] for cell in cells]
    for count in range(1, _LINES_OF_A_TITLE + 1):
        longer: list[list[Cell]] = []
        for span in spans:
            found = find_name(" ".join(cell.text for cell in span))
            if found is None:
                following = _following(span[-1], cells)
                longer += [[*span, following]] if following is not None else []
                continue
            share = len(found.name) / len(comparable(" ".join(cell.text for cell in span)))
            last = (found.name, span[-1].order)
            if last in seen:
                continue
            if count > 1 and share < 0.5:
                following = _following(span[-1], cells)
                longer += [[*span, following]] if following is not None else []
                continue
            seen.add(last)
            yield found, _as_title(found, sheet, span, _score(share, sheet, span, usual))
        spans = longer


def _following(cell: Cell, cells: Sequence[Cell]) -> Cell | None:
    """The line in which a title may go on: cells of another column may be read between."""
    at = cell.order - cells[0].order + 1
    return next((other for other in cells[at : at + _BETWEEN] if _belong(cell, other)), None)


def _as_title(found: NameFound, sheet: Sheet, span: Sequence[Cell], score: float) -> Candidate:
    if len(found.name) == len(comparable(found.entry.vietnamese)) and found.name != comparable(
        found.entry.name
    ):
        score -= 0.02
    return Candidate(
        "certificate_name",
        next(name for name in found.entry.names if comparable(name) == found.name),
        " ".join(cell.text for cell in span),
        score * min(0.5 + cell.confidence / 2 if cell.is_read else 1.0 for cell in span),
        sheet.number,
        around(cell.box for cell in span),
    )


def _longest(named: list[tuple[NameFound, Candidate]]) -> list[tuple[NameFound, Candidate]]:
    """Without names that are only a part of a longer one which stands in the same place."""
    return [
        (found, each)
        for found, each in named
        if not any(
            found.name != other.name and found.name in other.name and _overlap(each.box, longer.box)
            for other, longer in named
        )
    ]


def _overlap(box: Box, other: Box) -> bool:
    return box[1] < other[3] and other[1] < box[3]


def _belong(cell: Cell, other: Cell) -> bool:
    """Whether a title may go on from one to the other: about as large, and close below, or right behind it."""
    if not 0.7 < other.height / cell.height < 1.4:
        return False
    if abs(other.middle - cell.middle) < 0.4 * cell.height:
        return -0.5 * cell.height < other.box[0] - cell.box[2] < 0.8 * cell.height
    if min(cell.box[2], other.box[2]) <= max(cell.box[0], other.box[0]):
        return False
    return -0.5 * cell.height < other.box[1] - cell.box[3] < 1.2 * cell.height


def _score(share: float, sheet: Sheet, span: Sequence[Cell], usual: float) -> float:
    """A title is a line of its own, in the upper half, larger than the text."""
    score = 0.5 + 0.25 * min(1.0, share)
    if span[0].box[1] < _TOP * sheet.height:
        score += 0.12
    is_large = span[0].height > 1.15 * usual
    if share < (0.35 if is_large else 0.6):
        score -= 0.25
    elif is_large:
        score += 0.1
    return score


def _abbreviated(entry: CatalogueEntry, name: Candidate, cells: Sequence[Cell]) -> Iterator[Candidate]:
    """The abbreviation: as it stands near the title, else as the catalogue has it."""
    for short in sorted((entry.abbreviation, *entry.short), key=len, reverse=True):
        alone = re.compile(rf"[(\[\u201c\"-] ?({re.escape(short)}) ?[)\]\u201d\"]|^({re.escape(short)})$")
        for cell in cells[:_LOOKED_AT]:
            found = alone.search(cell.text)
            if found is not None:
                start, end = found.span(1 if found.group(1) else 2)
                yield candidate("abbreviation", short, cell, start, end, min(0.97, name.score + 0.03))
                return
    yield replace(name, code="abbreviation", value=entry.abbreviation)


def _unknown(sheet: Sheet, cells: Sequence[Cell], usual: float) -> Iterator[Candidate]:
    """The largest line of the upper half that calls itself a certificate."""
    titles = [
        cell
        for cell in cells
        if cell.box[1] < _TOP * sheet.height
        and 8 <= len(cell.text) <= 120
        and _TITLE_WORDS.search(cell.plain)
        and not _NO_TITLE.search(cell.plain)
    ]
    if titles:
        cell = max(titles, key=lambda each: each.height)
        score = 0.75 if cell.height > 1.15 * usual else 0.5
        yield candidate("certificate_name", cell.text, cell, 0, len(cell.text), score)


def _terms(cells: Sequence[Cell], name: Candidate | None) -> Iterator[Candidate]:
    """A term that stands in the title, or in a line of its own near it."""
    for cell in cells:
        read = read_type(cell.text) if len(cell.text) <= 80 else None
        if read is None:
            continue
        is_near = name is not None and abs(cell.middle - (name.box[1] + name.box[3]) / 2) < 6 * cell.height
        if _TERM_ALONE.match(cell.plain) and len(cell.text) <= 40:
            yield candidate(
                "certificate_type", read.value, cell, read.start, read.end, 0.92 if is_near else 0.75
            )
        elif is_near and _TITLE_WORDS.search(cell.plain):
            yield candidate("certificate_type", read.value, cell, read.start, read.end, 0.9)
