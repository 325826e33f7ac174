"""Repairs of what scans misread, only where the place says what must stand there: digits of numbers and dates."""

import re

from service.domain.certificate.dates import dates_in
from service.domain.certificate.folding import composed
from service.domain.certificate.imo import is_imo
from workers.engines.page import Page

_MOST_CHARACTERS = 500
_LIKE_DIGITS = str.maketrans("OoDQIl|iSsBbZzG", "000011115588226")
_DIGITS = "0-9OoDQIl|iSsBbZzG"
_END = r"(?![0-9A-Za-z])"
_IMO = re.compile(
    r"(?<=[Ii1l][Mm][Oo0])([^0-9A-Za-z]{0,4}(?:[A-Za-z]{2,6}[^0-9A-Za-z]{0,4})?)" rf"([{_DIGITS}]{{7}}){_END}"
)
_NUMBERS = re.compile(
    rf"(?<![0-9A-Za-z])([{_DIGITS}]{{1,2}})([/.-])([{_DIGITS}]{{1,2}})\2([{_DIGITS}]{{4}}){_END}"
)
_WORDS = re.compile(
    rf"(?<![0-9A-Za-z])([{_DIGITS}]{{1,2}})"
    r"([ -]?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}[ ,.-]{0,3})"
    rf"([{_DIGITS}]{{4}}){_END}",
    re.IGNORECASE,
)


def mended(page: Page) -> dict[int, str]:
    """The lines that change, by index. A repair is made only when what comes out is a number or a day that can be."""
    changes: dict[int, str] = {}
    for index, line in enumerate(page.lines):
        if len(line.text) <= _MOST_CHARACTERS:
            text = composed(line.text)
            repaired = _WORDS.sub(_word_date, _NUMBERS.sub(_number_date, _IMO.sub(_imo, text)))
            if repaired != text:
                changes[index] = repaired
    return changes


def _imo(found: re.Match[str]) -> str:
    digits = found.group(2).translate(_LIKE_DIGITS)
    return found.group(1) + digits if is_imo(digits) else found.group()


def _number_date(found: re.Match[str]) -> str:
    mark = found.group(2)
    return _if_date(found, mark.join(found.group(part).translate(_LIKE_DIGITS) for part in (1, 3, 4)))


def _word_date(found: re.Match[str]) -> str:
    day, month, year = found.groups()
    return _if_date(found, day.translate(_LIKE_DIGITS) + month + year.translate(_LIKE_DIGITS))


def _if_date(found: re.Match[str], repaired: str) -> str:
    return repaired if dates_in(repaired) else found.group()
