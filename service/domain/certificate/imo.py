"""IMO ship identification numbers: seven digits, the last of which checks the others.

The scheme and its check digit are those of IMO Resolution A.1117(30).
"""

import re

_DIGITS = frozenset("0123456789")
# Letters and further digits around would make it a part of something else.
_STANDS_ALONE = re.compile(r"(?<![0-9A-Za-z])(?:IMO)?([0-9]{7})(?![0-9A-Za-z])", re.IGNORECASE)
_AFTER_IMO = re.compile(
    r"(?<![A-Za-z])IMO(?:\s{0,2}(?:NUMBER|NO|NR|#)[.:]?)?[\s:.#-]{0,6}([0-9](?:[ ]?[0-9]){6})(?![0-9A-Za-z])",
    re.IGNORECASE,
)


def check_digit(six: str) -> str:
    """The seventh digit of a number that begins with these six."""
    return str(sum(int(digit) * weight for digit, weight in zip(six, range(7, 1, -1), strict=True)) % 10)


def is_imo(text: str) -> bool:
    """Whether it is seven digits, the first not 0, whose check digit is right. Nothing else may be around them."""
    return len(text) == 7 and _DIGITS.issuperset(text) and text[0] != "0" and text[6] == check_digit(text[:6])


def find_imo(text: str) -> str | None:
    """The IMO number in a text: first what stands after the letters IMO, then the only valid one that stands alone.

    None when there is none, or when several that nothing tells apart stand there.
    """
    for named in _AFTER_IMO.finditer(text):
        number = named.group(1).replace(" ", "")
        if is_imo(number):
            return number
    alone = {found.group(1) for found in _STANDS_ALONE.finditer(text) if is_imo(found.group(1))}
    return alone.pop() if len(alone) == 1 else None
