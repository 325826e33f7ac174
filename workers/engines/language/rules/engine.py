"""The local language engine: certificates by patterns, sentences by their parts, without a model."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from service.domain.certificate.dates import dates_in
from service.domain.certificate.fields import CertificateField
from service.domain.certificate.imo import find_imo
from workers.engines.language.port import Corrected, Extracted, Found, Rewritten
from workers.engines.language.rules.candidates import Candidate, best, candidate
from workers.engines.language.rules.issuers import issuers
from workers.engines.language.rules.labelled import labelled
from workers.engines.language.rules.labels import Label, is_of_another
from workers.engines.language.rules.mending import mended
from workers.engines.language.rules.sentences import said
from workers.engines.language.rules.sheet import Sheet, sheets_of
from workers.engines.language.rules.surveys import surveyed
from workers.engines.language.rules.titles import titled
from workers.engines.page import Page
from workers.engines.prose.pieces import in_pieces

_GOES_ON = ("-", "/")
"""Beside seven digits: they are a part of a longer number."""
_FROM_TO = re.compile(r"\b(?:from|tu)\b.{0,80}\b(?:to|until|till|den)\b")


class Rules:
    """Always there, asks nobody, invents nothing: it only repairs letters and finds what stands at its place."""

    name = "rules"
    shown_name = "Rules"
    model = ""

    async def correct(self, pages: Sequence[Page]) -> Corrected:
        """See LanguageEngine."""
        return Corrected(await asyncio.to_thread(_corrections, pages))

    async def extract(self, pages: Sequence[Page], fields: Sequence[CertificateField]) -> Extracted:
        """See LanguageEngine."""
        return Extracted(await asyncio.to_thread(fields_of, pages, fields))

    async def rewrite(self, sentences: Sequence[str], most_words: int) -> Rewritten:
        """See LanguageEngine. Sentences are cut between their parts."""
        return Rewritten(await asyncio.to_thread(_cut, sentences, most_words))

    async def check(self) -> str | None:
        """See LanguageEngine. Nothing can be missing."""
        return None

    async def close(self) -> None:
        """See LanguageEngine. There is nothing to let go of."""


def fields_of(pages: Sequence[Page], fields: Sequence[CertificateField]) -> dict[str, Found]:
    """What these fields are on these pages; takes time by the number of lines."""
    sheets = sheets_of(pages)
    candidates = [
        each for sheet in sheets for each in (*labelled(sheet), *said(sheet), *_spans(sheet), *_alone(sheet))
    ]
    for sheet in sheets[:1]:
        candidates += [*titled(sheet), *issuers(sheet)]
    found = best(candidates)
    dated = surveyed(
        sheets, *(_day(found.get(code)) for code in ("issue_date", "valid_until", "next_survey"))
    )
    found = best([*candidates, *dated])
    wanted, turns = {field.code for field in fields}, {sheet.number: sheet.turn for sheet in sheets}
    return {
        code: replace(each, box=turns[each.page].shown(each.box))
        for code, each in found.items()
        if code in wanted
    }


def _spans(sheet: Sheet) -> list[Candidate]:
    """Valid "from … to …": the second date."""
    found: list[Candidate] = []
    for cell in sheet.cells:
        days = dates_in(cell.text) if _FROM_TO.search(cell.plain) else []
        if len(days) == 2:
            end = days[1]
            found.append(candidate("valid_until", str(end.value), cell, end.start, end.end, 0.85))
    return found


def _alone(sheet: Sheet) -> list[Candidate]:
    """A valid IMO number in the run of a text, such as "MV Ocean Star (IMO 9074729)"."""
    found: list[Candidate] = []
    for cell in sheet.cells:
        number = find_imo(cell.text)
        start = cell.text.find(number) if number is not None else -1
        if number is None or start < 0:
            continue
        if cell.text[start + 7 : start + 8] in _GOES_ON or cell.text[max(0, start - 1) : start] in _GOES_ON:
            continue
        if not is_of_another(cell.alike, Label("imo_number", start, start + 7, 1.0)):
            score = 0.9 if "imo" in cell.plain else 0.5
            found.append(candidate("imo_number", number, cell, start, start + 7, score))
    return found


def _cut(sentences: Sequence[str], most_words: int) -> list[tuple[str, ...]]:
    return [in_pieces(each, most_words) for each in sentences]


def _day(found: Found | None) -> date | None:
    return date.fromisoformat(found.value) if found is not None else None


def _corrections(pages: Sequence[Page]) -> dict[int, dict[int, str]]:
    changes = {page.number: mended(page) for page in pages if page.route == "ocr"}
    return {number: lines for number, lines in changes.items() if lines}
