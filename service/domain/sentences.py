"""Short sentences: how their words are counted, how they are tidied, and how they are found."""

import re
import unicodedata
from collections.abc import Sequence

_DASH = re.compile(r"^(?:[—–―-]+|•)\s+")
_PAIRS = (("«", "»"), ("“", "”"), ("(", ")"))
_LEFT_BEHIND = re.compile(r"^\s*[,;]\s*|\s+(?=[,.](?:\s|$))|(?<=[!?…]),(?=\s|$)")
"""Marks that made sense beside the one that was taken away."""
_MARKS = re.compile("[\u0300-\u036f]+")
_BETWEEN = "\x00"
_PLAIN = str.maketrans({"œ": "oe", "æ": "ae", "đ": "d", "ø": "o", "ł": "l", "’": "'"})


def is_word(token: str) -> bool:
    """`l'homme` and `dit-il` are one word each, a dash or a lone mark is none."""
    return token[:1].isalnum() or any(character.isalnum() for character in token)


def how_many(text: str) -> int:
    """How many words it has."""
    return sum(map(is_word, text.split()))


def is_legible(text: str) -> bool:
    """Whether there is something to see in it, and nothing that controls what shows it."""
    kinds = {unicodedata.category(character) for character in text}
    return "Cc" not in kinds and any(kind[0] in "LNPS" for kind in kinds)


def tidied(piece: str) -> str:
    """A piece without the dash or bullet before it, and without quotation marks that it only opens or only closes."""
    said = _DASH.sub("", piece)
    text = said.replace('"', "") if said.count('"') == 1 else said
    for opening, closing in _PAIRS:
        if (opening in text) != (closing in text):
            text = text.replace(opening, "").replace(closing, "")
    if text != said:
        text = _LEFT_BEHIND.sub("", text)
    return " ".join(text.split()) or piece


def findable_all(texts: Sequence[str]) -> list[str]:
    """Many texts as `findable` gives each of them, which is sooner done together."""
    together = findable(_BETWEEN.join(text.replace(_BETWEEN, " ") for text in texts))
    return [each.strip() for each in together.split(_BETWEEN)] if texts else []


def findable(text: str) -> str:
    """As it is looked for: `ete` finds `Été`, a straight apostrophe a curved one, a space any space."""
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold())).translate(_PLAIN)
    return " ".join(plain.split())
