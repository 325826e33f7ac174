"""How alike two ships' names are, however they are written or were read."""

import re

from rapidfuzz import fuzz

from service.domain.certificate.folding import composed, folded

NAMES_AGREE = 90.0
"""Scores from which on two names are the same ship's."""

_SHIP_PREFIX = re.compile(r"^(?:m ?[/.]? ?[vt]|s ?[/.]? ?s|l ?p ?g ?/? ?c|tau|the)\b[ .]*")
_FORMER_NAME = re.compile(r"\b(?:ex|formerly|f ?k ?a)\b.*$")
_NOT_OF_NAMES = re.compile(r"[^a-z0-9 ]+")


def name_score(one: str, other: str) -> float:
    """0 to 100."""
    first, second = comparable_ship_name(one), comparable_ship_name(other)
    if not first or not second:
        return 0.0
    return max(fuzz.ratio(first, second), fuzz.ratio(first.replace(" ", ""), second.replace(" ", "")))


def comparable_ship_name(name: str) -> str:
    """The name as names are compared: small letters without marks, without M/V and the like, without former names."""
    plain = folded(composed(name)).strip(" \"'")
    plain = _FORMER_NAME.sub("", _SHIP_PREFIX.sub("", plain))
    return " ".join(_NOT_OF_NAMES.sub(" ", plain).split())


def number_as_name(imo: str) -> str:
    """What a ship is called whose certificate shows its IMO number alone."""
    return f"IMO {imo}"


def is_only_numbered(name: str, imo: str | None) -> bool:
    """Whether nobody has named the ship yet."""
    return imo is not None and name == number_as_name(imo)
