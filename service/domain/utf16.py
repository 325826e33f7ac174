"""Text in UTF-16 that has no byte order mark to say so: nearly every other byte of it is NUL."""

import codecs
import unicodedata
from collections import Counter
from collections.abc import Mapping

LOOKED_AT_BYTES = 64 * 1024
"""So much of a file's beginning is looked at, wherever somebody asks."""

_ENCODINGS = ("utf-16-le", "utf-16-be")
_SPACES = frozenset("\t\n\r\f ")
_LEAST_LATIN = 0.1
"""Of the characters: what is written in other letters has spaces and points between them."""
_LEAST_ASCII = 0.6
"""Of those: numbers of 16 bits spread further."""
_LEAST_WORDS, _LEAST_OF_SPACES_TOO = 0.4, 0.6
"""Letters and digits, of the characters, and these with spaces."""
_LEAST_SPACES, _LONG = 0.02, 200
"""Of so many characters or more."""


def unmarked_utf16(content: bytes) -> str | None:
    """The codec's name for content that is such a text; None for all else, above all for whatever is no text."""
    head = content[:LOOKED_AT_BYTES]
    if b"\x00" not in head:
        return None
    for encoding in _ENCODINGS:
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(head)
        except UnicodeDecodeError:
            continue
        if _is_written(Counter(text)):
            return encoding
    return None


def _is_written(characters: Mapping[str, int]) -> bool:
    """Whether a person may have written so many of each of these."""
    if not all(character in _SPACES or _is_shown(character) for character in characters):
        return False
    every = sum(characters.values())
    spaces = sum(characters[each] for each in _SPACES)
    words = sum(count for character, count in characters.items() if character.isalnum())
    latin = sum(count for character, count in characters.items() if character <= "\xff")
    ascii_only = sum(count for character, count in characters.items() if character <= "\x7f")
    return (
        latin >= _LEAST_LATIN * every
        and ascii_only >= _LEAST_ASCII * latin
        and words >= max(1, _LEAST_WORDS * every)
        and words + spaces >= _LEAST_OF_SPACES_TOO * every
        and (every < _LONG or spaces >= _LEAST_SPACES * every)
    )


def _is_shown(character: str) -> bool:
    """Letters, marks, digits, punctuation, symbols, spaces, and what joins or parts letters: nothing that is unassigned
    or controls a machine."""
    category = unicodedata.category(character)
    return category[0] != "C" or category == "Cf"
