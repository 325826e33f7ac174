"""Short sentences: how their words are counted, how they are tidied, and how they are found."""

import re
import unicodedata

_DASH = re.compile(r"^[—–―-]+\s+")
_PAIRS = (("«", "»"), ("“", "”"), ("(", ")"))
_MARKS = re.compile("[\u0300-\u036f]+")
_PLAIN = str.maketrans({"œ": "oe", "æ": "ae", "đ": "d", "ø": "o", "ł": "l", "’": "'"})


def is_word(token: str) -> bool:
    """`l'homme` and `dit-il` are one word each, a dash or a lone mark is none."""
    return token[:1].isalnum() or any(character.isalnum() for character in token)


def how_many(text: str) -> int:
    """How many words it has."""
    return sum(map(is_word, text.split()))


def tidied(piece: str) -> str:
    """A piece without the dash before it, and without quotation marks that it only opens or only closes."""
    text = _DASH.sub("", piece)
    for opening, closing in _PAIRS:
        if (opening in text) != (closing in text):
            text = text.replace(opening, "").replace(closing, "")
    return " ".join(text.split()) or piece


def findable(text: str) -> str:
    """As it is looked for: `ete` finds `Été`, a straight apostrophe a curved one, a space any space."""
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold())).translate(_PLAIN)
    return " ".join(plain.split())
