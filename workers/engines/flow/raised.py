"""Powers, and the numbers of notes, which would be a digit too many of what stands before them."""

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LONGEST = 3


def raised(text: str) -> str | None:
    """A number that stands above the line, in small digits; None where it is none, as in `1er`."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= _LONGEST
    return text.translate(_RAISED) if is_number else None
