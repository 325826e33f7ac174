"""Where sentences end in a paragraph.

Each place is judged by a few words around it, so that a part of a text is split as the whole of it is.
"""

import re
from collections.abc import Iterator

from workers.engines.prose.abbreviations import BEFORE_NAMES, BEFORE_NUMBERS, NEVER_LAST, STARTERS
from workers.engines.prose.words import set_of

_OPENERS = "«“\"'([{—–-„\u2018\u2039"
_CLOSERS = "»”’\"')]}\u203a"
_END = re.compile(
    rf"""(?<![.!?…])(?=(?P<marks>[.!?…]+(?:\s(?:[!?…]+|[.]{{3}}))*))(?P=marks)   # several are one end: « ?! », « ! … »
        (?=(?P<closing>(?:\s?[{re.escape(_CLOSERS)}](?![^\W\d_⁰¹²³⁴-⁹]))*))(?P=closing)
        (?:[⁰¹²³⁴-⁹]{{1,3}}|\[\d{{1,3}}\]|\(\d{{1,2}}\)|\*{{1,3}})?   # the call of a note
        (?=\s|$)""",
    re.VERBOSE,
)
"""What was seen ahead is not tried again shorter: possessive groups say so too, but not in CPython 3.11.2."""
_AROUND = 80
"""So many characters before and after an end tell what it is: whatever a text is, it is judged in time."""
_ROMAN = re.compile(r"[IVXLCDM]+(?:er|e|re)?$")
_INITIAL = re.compile(r"(?:[A-ZÀ-ÝĐ]|Th|Ch|Ph)(?:\.-?[A-ZÀ-ÝĐ])*$")
_LONE_INITIAL = re.compile(r"[A-ZÀ-ÝĐ]\.")
_NUMBER = re.compile(r"\d+(?:er|e|re|°|º)?$")
_SPEAKING = set_of(
    "said asked cried replied answered whispered shouted murmured muttered exclaimed added hỏi nói đáp kêu"
)
_LAST_WORD = re.compile(r"[^\s«»“”\"()\[\]]+$")


def sentences_in(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence, without the spaces between them; nothing but spaces is left out."""
    start = 0
    for end in _ends(text):
        yield start, end
        start = end + 1
        while start < len(text) and text[start] == " ":
            start += 1
    if start < len(text):
        yield start, len(text)


def is_cut_short(line: str) -> bool:
    """Whether a line ends with an abbreviation that a name or more words follow: `M.`, `ThS.`, `cf.`"""
    found = _LAST_WORD.search(line.rstrip().removesuffix("."))
    if not line.rstrip().endswith(".") or found is None:
        return False
    small = found.group().lower()
    return small in NEVER_LAST or (small in BEFORE_NAMES and found.group()[0].isupper())


def _ends(text: str) -> Iterator[int]:
    start = 0
    for found in _END.finditer(text):
        end = found.end()
        if end < len(text) and _is_end(text, start, found):
            yield end
            start = end + 1


def _is_end(text: str, start: int, found: re.Match[str]) -> bool:
    following = text[found.end() : found.end() + _AROUND].lstrip()
    opened = following.lstrip(_OPENERS + " ")
    if not opened:
        return False
    first = opened[0]
    if first.islower() or first in ",;:.!?…" or (first in _CLOSERS and following[0] in _CLOSERS):
        return False
    word = opened.split(None, 1)[0]
    closing, marks = found["closing"], found["marks"]
    if closing.strip() and _is_told(opened):
        return False
    if marks == "." and not closing.strip():
        before = text[max(start, found.start() - _AROUND) : found.start()]
        return not _goes_on(before, word, is_opened=opened != following)
    return True


def _is_told(opened: str) -> bool:
    """Whether a name follows that says who spoke: `"Come!" John said`."""
    words = opened.split(None, 2)
    return len(words) > 1 and words[1].strip(".,;:!?").lower() in _SPEAKING


def _goes_on(before: str, word: str, *, is_opened: bool) -> bool:
    """Whether a full stop belongs to an abbreviation, an initial or a number of a list."""
    found = _LAST_WORD.search(before)
    if found is None:
        return False
    last = found.group()
    if last == before and _NUMBER.match(last) and len(last) <= 3:
        return True  # the number of a list
    small = last.lower().replace("’", "'").rpartition("'")[2]
    if small in NEVER_LAST:
        return True
    if is_opened:
        return False
    if small in BEFORE_NAMES and (last[0].isupper() or small in ("m", "mm")):
        return True
    unit = small.lstrip("0123456789")  # « 8h. 30 », as OCR may read « 8 h. 30 »
    if unit in BEFORE_NUMBERS and (word[0].isdigit() or word[0] == "§" or _ROMAN.match(word.rstrip(".,;:)"))):
        return True
    return bool(_INITIAL.match(last)) and (bool(_LONE_INITIAL.match(word)) or not _begins(word))


def _begins(word: str) -> bool:
    """Whether a sentence rather than a name begins with it."""
    plain = word.rstrip(".,;:!?…").lower().replace("’", "'")
    head, apostrophe, _ = plain.partition("'")
    return plain in STARTERS or (bool(apostrophe) and f"{head}'" in STARTERS)
