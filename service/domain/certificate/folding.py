"""Text as it is compared: without diacritics, in small letters, character by character in its place."""

import unicodedata
from functools import lru_cache

_WITHOUT_DECOMPOSITION = {"đ": "d", "ð": "d", "ø": "o", "ł": "l"}


def composed(text: str) -> str:
    """The text with its accents in their letters (NFC), so that a letter is one character."""
    return unicodedata.normalize("NFC", text)


def folded(text: str) -> str:
    """As long as the text: each character's small letter without marks, so that places in one are places in the other.

    White space of any kind is a plain space. Vietnamese letters become those of English; give it composed text.
    """
    return "".join(map(_folded, text))


@lru_cache(maxsize=4096)
def _folded(character: str) -> str:
    if character.isspace():
        return " "
    small = character.lower()
    if len(small) != 1:
        small = character
    plain = unicodedata.normalize("NFD", _WITHOUT_DECOMPOSITION.get(small, small))[0]
    return plain if plain.isascii() else small
