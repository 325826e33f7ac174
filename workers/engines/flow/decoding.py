"""Bytes of text files as text."""

import codecs
import re

from service.domain.utf16 import unmarked_utf16
from workers.engines.failures import DocumentRefused

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHARSET = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""")
_BROKEN = "\ufffd"
_FEW = 0.02
"""Of the letters beyond ASCII, this part may be broken in a text that is UTF-8 for all that."""
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_CONTROL_SHARE = 0.02


def decode(content: bytes, limit: int, *, is_markup: bool = False) -> str:
    """The text: by its byte order mark, its NULs, what markup says, UTF-8 (also a little damaged), else Windows Latin.

    Raises DocumentRefused: empty_document, text_too_large, text_undecodable (it is not text).
    """
    if not content:
        raise DocumentRefused("empty_document")
    if len(content) > limit:
        raise DocumentRefused("text_too_large", {"size": len(content), "limit": limit})
    text = _decoded(content, is_markup=is_markup)
    if len(_CONTROLS.findall(text[:100_000])) > _CONTROL_SHARE * min(len(text), 100_000):
        raise DocumentRefused("text_undecodable")
    return _CONTROLS.sub("", text).replace("\r\n", "\n").replace("\r", "\n")


def _decoded(content: bytes, *, is_markup: bool) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    if (unmarked := unmarked_utf16(content)) is not None:
        return content.decode(unmarked, "replace")
    named = _CHARSET.search(content[:2048]) if is_markup else None
    for encoding in (named[1].decode() if named else "utf-8", "utf-8", "cp1252"):
        try:
            return content.decode(encoding)
        except (UnicodeDecodeError, LookupError, ValueError):
            if encoding == "utf-8" and (text := _mostly(content)) is not None:
                return text
    return content.decode("latin-1")


def _mostly(content: bytes) -> str | None:
    """UTF-8 with a byte or two that were damaged; None for what is hardly UTF-8."""
    text = content.decode("utf-8", "replace")
    beyond = len(text) - len(text.encode("ascii", "ignore"))
    return text if text.count(_BROKEN) <= _FEW * beyond else None
