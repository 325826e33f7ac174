"""Phrases that are one word to a reader: what the files beside the languages have, found in a text."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import NamedTuple

from workers.engines.prose import languages
from workers.engines.prose.joints import tongue_of
from workers.engines.prose.languages.tongue import Language, Tongue
from workers.engines.prose.words import bare

KINDS = ("clauses", "groups", "degrees", "adverbs", "wholes")
"""What phrases do, as their files say."""
MARK = ""
"""Stands among atoms where a mark stands: no phrase goes on behind it."""


class Phrase(NamedTuple):
    """Its atoms, and what it does."""

    atoms: tuple[str, ...]
    kind: str


class Found(NamedTuple):
    """A phrase from one atom of a text to before another."""

    start: int
    end: int
    kind: str


def atoms_of(plain: str, tongue: Tongue) -> tuple[str, ...]:
    """What a bare word is put together from, as phrases know it: `d'elle` is `de` and `elle`."""
    if "'" not in plain:
        return (tongue.spelt.get(plain, plain),)
    *heads, tail = plain.split("'")
    parts = [*(f"{head}'" for head in heads), *([tail] if tail else [])]
    return tuple(tongue.spelt.get(part, part) for part in parts)


def phrases_in(atoms: Sequence[str], language: Language) -> Iterator[Found]:
    """Phrases of a text in their order, the longest of those that begin at one place; and words that are said twice
    with a small one between: `mot à mot`."""
    known, linking = _known(language), tongue_of(language).linking
    at, end = 0, len(atoms) - 1
    while at < end:
        found = _phrase_at(atoms, at, known)
        if found is None and atoms[at + 1] in linking and atoms[at + 2 : at + 3] == [atoms[at]]:
            found = Phrase((atoms[at],) * 3, "wholes")
        if found is None:
            at += 1
        else:
            yield Found(at, at + len(found.atoms), found.kind)
            at += len(found.atoms) - 1  # its last atom may be the first of another


def _phrase_at(
    atoms: Sequence[str], at: int, known: Mapping[tuple[str, str], Sequence[Phrase]]
) -> Phrase | None:
    for phrase in known.get((atoms[at], atoms[at + 1]), ()):
        if len(phrase.atoms) == 2 or tuple(atoms[at : at + len(phrase.atoms)]) == phrase.atoms:
            return phrase
    return None


@cache
def _known(language: Language) -> Mapping[tuple[str, str], Sequence[Phrase]]:
    """The phrases of a language by the atoms they begin with, the longest first."""
    tongue, known = tongue_of(language), dict[tuple[str, str], list[Phrase]]()
    for text, kind in written_phrases(language):
        atoms = tuple(chain.from_iterable(atoms_of(bare(word), tongue) for word in text.split()))
        known.setdefault((atoms[0], atoms[1]), []).append(Phrase(atoms, kind))
    return {start: sorted(each, key=lambda phrase: -len(phrase.atoms)) for start, each in known.items()}


def written_phrases(language: Language) -> Iterator[tuple[str, str]]:
    """The phrases of a language and what they do, as its file has them: a kind in brackets, then phrases with commas
    between them. What stands behind `#` is for those who read the file."""
    kind, lines = "", list[str]()
    for written in (files(languages) / f"{language}.txt").read_text("utf-8").splitlines():
        line = written.partition("#")[0].strip()
        if line.startswith("["):
            yield from _of_kind(kind, lines)
            kind, lines = line.strip("[]"), []
        else:
            lines.append(line)
    yield from _of_kind(kind, lines)


def _of_kind(kind: str, lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    for phrase in " ".join(lines).split(","):
        if phrase.strip():
            yield " ".join(phrase.split()), kind
