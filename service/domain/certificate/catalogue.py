"""The certificates that ships carry: their names in English and Vietnamese, their abbreviations, their categories."""

import re
from dataclasses import dataclass
from functools import cache

from service.domain.certificate.catalogue_entries import CATALOGUE, CatalogueEntry, Category
from service.domain.certificate.folding import composed, folded

__all__ = ["CATALOGUE", "CatalogueEntry", "Category", "NameFound", "classify", "comparable", "find_name"]

_NOT_OF_NAMES = re.compile(r"[^a-z0-9&]+")
_LEAST_LETTERS = 8
"""Shorter names are looked for as whole texts only: within others they would be found by chance."""


@dataclass(frozen=True, slots=True)
class NameFound:
    """An entry, and the comparable form of that of its names which stood in the text."""

    entry: CatalogueEntry
    name: str


def comparable(text: str) -> str:
    """The letters and digits of a name alone, small and without marks: what is left when scans lose spaces."""
    return _NOT_OF_NAMES.sub("", folded(composed(text)))


def classify(text: str) -> CatalogueEntry | None:
    """What a name, an abbreviation or a line of a certificate speaks of; None when it is no certificate known here."""
    by_abbreviation = _short_names().get(comparable(text))
    if by_abbreviation is not None:
        return by_abbreviation
    found = find_name(text)
    return found.entry if found is not None else None


def find_name(text: str) -> NameFound | None:
    """The longest name of the catalogue that stands in a text, in either language; capitals and marks don't matter.

    "Cargo Ship Safety Construction Certificate" is that one, though "Safety Construction Certificate" stands in it.
    """
    plain = comparable(text)
    for name, entry in _long_names():
        if len(name) <= len(plain) and (name == plain or (len(name) >= _LEAST_LETTERS and name in plain)):
            return NameFound(entry, name)
    return None


@cache
def _long_names() -> tuple[tuple[str, CatalogueEntry], ...]:
    names = [(comparable(name), entry) for entry in CATALOGUE for name in entry.names]
    return tuple(sorted(names, key=lambda pair: -len(pair[0])))


@cache
def _short_names() -> dict[str, CatalogueEntry]:
    return {comparable(short): entry for entry in CATALOGUE for short in (entry.abbreviation, *entry.short)}
