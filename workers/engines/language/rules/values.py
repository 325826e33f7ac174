"""Reading the value at the begin of a text: each reader says what it is, where it stands and how good it looks."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from service.domain.certificate.dates import dates_in
from service.domain.certificate.folding import folded
from service.domain.certificate.imo import is_imo
from workers.engines.language.rules.labels import is_another

_MOST_CHARACTERS = 300
_LIKE_DIGITS = str.maketrans("OoDQIl|iSsBbZzG", "000011115588226")
_LEAD = re.compile(r"^[\s:.,;/)\]\-\u2013\u2014\u2026\u00b7\u2022=_*>]{0,200}")
_TAIL = " \t.,;:/(-\u2013\u2014_*=|[\"'"
_LIKE_DIGIT = "[0-9OoDQIl|iSsBbZzG]"
_IMO = re.compile(
    rf"(?<![0-9A-Za-z])(?:IMO ?(?:No\.? ?)?)?({_LIKE_DIGIT}(?: ?{_LIKE_DIGIT}){{6}})(?![0-9A-Za-z])"
)
_NUMBER = re.compile(
    r"(?:No\.? ?:? ?)?("
    r"[A-Z\u0110&]{1,8} [0-9][0-9A-Z]*(?:[-/.][0-9A-Z]+){0,5}"
    r"|[0-9A-Z\u0110][0-9A-Z\u0110&]*(?: ?[-/.\u2013] ?[0-9A-Z\u0110&]+){0,6}"
    r")(?![a-z])"
)
_TYPES = (
    ("Full term", re.compile(r"full[ -]?term|dai han")),
    ("Short term", re.compile(r"short[ -]?term|ngan han")),
    ("Interim", re.compile(r"interim")),
    ("Provisional", re.compile(r"provisional")),
    ("Conditional", re.compile(r"conditional|co dieu kien")),
    ("Permanent", re.compile(r"permanent|khong thoi han|vo thoi han")),
    ("Interim", re.compile(r"tam thoi")),
)
_IN_TWO = re.compile(r" ?[/|(\u00b7-] ?")
_DASHES = re.compile(r"[\u2010-\u2015]")
_SHIP = re.compile(r"[A-Za-z\u00c0-\u1ef9]")
_END_OF_NAME = re.compile(r", | \(|[,;]?\s(?:IMO|Imo)\b|\s[-\u2013\u2014]\s")
_UP_TO = r"(?:-|\u2013|\u2014|to|until|till|through|/|den|dn|->|\u2192)"
RANGE = re.compile(rf"\s*{_UP_TO}(?:\s*/\s*{_UP_TO})?\s*")
"""What stands between the first and the last day of a period."""
_SHORTENED = re.compile(r"\b(?:Ltd|Inc|Co|Corp|Pte|Pvt|Assoc|S\.A)$")
_END_OF_OFFICE = re.compile(
    r" (?:under|on behalf|acting|pursuant|in accordance|upon|hereby|this|duly|as authori[sz]ed)\b|; ",
    re.IGNORECASE,
)
_REMARK = re.compile(r"\s*\([^)]*$")
_NO_NAME = re.compile(
    r"^(?:and|of|or|the|has|complied|is|was|which|that|to|duoc|va|cua|n/?a|imo)\b|m[/.]?[vt]\.?$"
)


@dataclass(frozen=True, slots=True)
class Read:
    """A value in a text, from `start` to before `end`; `worth` is 0 to 1."""

    value: str
    start: int
    end: int
    worth: float


Reader = Callable[[str], "Read | None"]


def lead(text: str) -> int:
    """Where a value may begin: after the marks that follow labels."""
    found = _LEAD.match(text)
    return found.end() if found is not None else 0


def read_imo(text: str) -> Read | None:
    """A number with a right check digit; letters that look like digits are repaired where that makes it right."""
    for found in _IMO.finditer(text[:_MOST_CHARACTERS]):
        printed = found.group(1)
        digits = printed.replace(" ", "").translate(_LIKE_DIGITS)
        start, end = found.span(1)
        if is_imo(digits):
            is_clean = printed.isdigit()
            return Read(digits, start, end, 1.0 if is_clean else 0.9)
        if printed.replace(" ", "").isdigit():
            return Read(digits, start, end, 0.3)
    return None


def read_day(text: str) -> Read | None:
    """The first date; nearly at the begin it is worth more than farther on."""
    for found in dates_in(text[:_MOST_CHARACTERS]):
        worth = 1.0 if found.start - lead(text) <= 40 else 0.6
        return Read(str(found.value), found.start, found.end, worth)
    return None


def read_until(text: str) -> Read | None:
    """The first date, or the second of two that are a period."""
    found = dates_in(text[:_MOST_CHARACTERS])
    if len(found) > 1 and RANGE.fullmatch(folded(text), found[0].end, found[1].start):
        return Read(str(found[1].value), found[1].start, found[1].end, 1.0)
    return read_day(text)


def read_number(text: str) -> Read | None:
    """What an office calls its certificate: capitals and digits with the usual marks between them."""
    start = lead(text)
    found = _NUMBER.match(text, start)
    if found is None:
        return None
    value = found.group(1)
    digits = sum(character.isdigit() for character in value)
    if (
        digits < 2
        or len(value) > 30
        or (dates_in(text[start : start + 40]) and not any(map(str.isalpha, value)))
    ):
        return None
    value = _DASHES.sub("-", value)
    return Read(value, found.start(1), found.end(1), 1.0 if digits >= 3 else 0.8)


def read_ship(text: str) -> Read | None:
    """A ship's name: what is left of the text."""
    start = lead(text)
    value = _END_OF_NAME.split(text[start:_MOST_CHARACTERS])[0].strip("\"'\u201c\u201d ").rstrip(_TAIL)
    start = text.find(value, start) if value else start
    plain = folded(value)
    if not 2 <= len(value) <= 48 or _SHIP.search(value) is None or _NO_NAME.match(plain) or is_another(plain):
        return None
    words = value.split()
    if len(words) > 7:
        return None
    capitals = sum(word[:1].isupper() or word[:1].isdigit() for word in words)
    return Read(" ".join(words), start, start + len(value), 1.0 if capitals >= len(words) / 2 else 0.5)


def read_type(text: str) -> Read | None:
    """The term of a certificate, in English where it is known; it stands where it does in either language."""
    plain = folded(text[:_MOST_CHARACTERS])
    for value, pattern in _TYPES:
        found = pattern.search(plain)
        if found is not None:
            start, end = found.span()
            for other in (each for _, more in _TYPES for each in more.finditer(plain)):
                if _IN_TWO.fullmatch(plain, other.end(), found.start()):
                    start = min(start, other.start())
                elif _IN_TWO.fullmatch(plain, found.end(), other.start()):
                    end = max(end, other.end())
            return Read(value, start, end, 1.0)
    return None


def read_office(text: str) -> Read | None:
    """The name of an office: what is left of the text."""
    start = lead(text)
    value = _END_OF_OFFICE.split(text[start:_MOST_CHARACTERS])[0].rstrip(_TAIL).rstrip(")")
    value = _REMARK.sub("", value)
    if _SHORTENED.search(value) and text[start + len(value) :].startswith("."):
        value += "."
    if not 3 <= len(value) <= 90 or _SHIP.search(value) is None or len(value.split()) > 14:
        return None
    return Read(" ".join(value.split()), start, start + len(value), 0.9) if value[:1].isupper() else None
