"""Which of the corrections that were proposed are made: those that repair letters, none that rewrite."""

from collections.abc import Mapping

from rapidfuzz.distance import Levenshtein

from service.domain.certificate.folding import composed, folded
from workers.engines.page import Page

_LIKE_DIGITS = str.maketrans("OoIlSsBbZz", "0011558822")
_EDITS_A_LINE = 2
"""So many edits any line may take; a longer one more, by this share of its characters."""
_SHARE = 0.15
_SHARE_OF_MARKS = 0.5
"""Marks of letters and spaces are what scans lose most: of them so many may come back."""


def kept_repairs(page: Page, proposed: Mapping[int, str]) -> dict[int, str]:
    """By index those of the proposed lines that change something, add no line and keep near to what was read."""
    kept: dict[int, str] = {}
    for index, text in proposed.items():
        if 0 <= index < len(page.lines):
            repaired = " ".join(composed(text).split())
            if (
                repaired
                and repaired != page.lines[index].text
                and is_repair(page.lines[index].text, repaired)
            ):
                kept[index] = repaired
    return kept


def is_repair(read: str, repaired: str) -> bool:
    """Whether one is the other with some letters read better; digits stay, but for letters that look like them."""
    most = _EDITS_A_LINE + int(len(read) * _SHARE)
    plain = Levenshtein.distance(_bare(read), _bare(repaired), score_cutoff=most)
    if plain > most:
        return False
    most_marks = most + int(len(read) * _SHARE_OF_MARKS)
    if Levenshtein.distance(read, repaired, score_cutoff=most_marks) > most_marks:
        return False
    return _keeps_numbers(read, repaired)


def _keeps_numbers(read: str, repaired: str) -> bool:
    """Whether no digit comes, goes or changes, but for letters that look like it."""
    for edit in Levenshtein.editops(read, repaired):
        old = read[edit.src_pos] if edit.tag != "insert" else ""
        new = repaired[edit.dest_pos] if edit.tag != "delete" else ""
        if not (old.isdigit() or new.isdigit()):
            continue
        if not old or not new or old.translate(_LIKE_DIGITS) != new.translate(_LIKE_DIGITS):
            return False
    return True


def _bare(text: str) -> str:
    return folded(composed(text)).replace(" ", "")
