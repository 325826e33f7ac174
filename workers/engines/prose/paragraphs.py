"""Lines on pages become paragraphs: by gaps, indents, dashes, and lines that end early; verse keeps its line ends."""

import re
from collections.abc import Iterable, Iterator, Sequence

from workers.engines.page import Page
from workers.engines.prose.boundaries import is_cut_short
from workers.engines.prose.hyphens import is_divided, keeps_hyphen
from workers.engines.prose.initials import is_word
from workers.engines.prose.margins import Margins
from workers.engines.prose.paragraph import Paragraph, Writer
from workers.engines.prose.setting import SetLine, set_lines, set_notes

_SPACE = re.compile(r"\S+")
_DASHES = ("—", "–", "- ", "―")
_ENDS = re.compile(r"[.!?…:»”\"')\]]\s*$")
_SAME_HEIGHT = 0.25
_INDENT = 0.5
_SAME_INDENT = 2.0
_WIDEST_SPACE = 1.5
"""Between words of one line, in heights of it."""
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]+(?!$)|[\u200b\u2060\ufeff]+")
"""Where a word may be divided, which nobody sees; the last of a line says that its word goes on in the next."""


def paragraphs_of(pages: Sequence[Page], margins: Margins, *, mend: bool = True) -> Iterator[Paragraph]:
    """The paragraphs of these pages in order, through all page ends and past the notes there.

    The first of them, and the last, may be parts of what stands on other pages. With `mend` words that were divided at
    line ends are whole again.
    """
    return _paragraphs(set_lines(pages, margins), mend=mend)


def notes_of(pages: Sequence[Page], margins: Margins, *, mend: bool = True) -> Iterator[Paragraph]:
    """The notes at the feet of these pages, as paragraphs_of gives the rest."""
    return _paragraphs(set_notes(pages, margins), mend=mend)


def _paragraphs(lines: Iterable[SetLine], *, mend: bool) -> Iterator[Paragraph]:
    writer, before = Writer(is_open=True), None
    for line in lines:
        if before is not None and _begins(before, line):
            if writer.parts:
                yield writer.written()
            writer = Writer()
        elif before is not None and _is_verse(before, line):
            writer.end_line()
        _write(writer, before if writer.parts else None, line, mend=mend)
        before = line
    if writer.parts:
        yield writer.written()


def _write(writer: Writer, before: SetLine | None, line: SetLine, *, mend: bool) -> None:
    joined = before is not None and is_divided(before.text.rstrip(), line.text.lstrip())
    if joined and before is not None:
        joined = mend or before.text.rstrip()[-1] == "\u00ad"
        if joined and not keeps_hyphen(before.text.rstrip(), line.text.lstrip()):
            writer.drop_last_character()
    elif before is not None and before.is_initial:
        joined = not is_word(before.text, line.text)
    for word in _SPACE.finditer(line.text):
        if written := _INVISIBLE.sub("", word.group()):
            writer.word(written, (line.page, line.start + word.start()), joined=joined)
            joined = False


def _begins(before: SetLine, line: SetLine) -> bool:
    """Whether a line begins a paragraph."""
    if before.is_initial:
        return False
    same_page = before.page == line.page
    if line.begins or line.is_note:
        return line.begins
    if abs(line.height - before.height) > _SAME_HEIGHT * max(line.height, before.height):
        return True
    if _is_beside(before, line):
        return False
    ended = bool(_ENDS.search(before.text)) and not is_cut_short(before.text)
    if line.text.lstrip().startswith(_DASHES) and (ended or before.is_short):
        return True
    if line.indent > _INDENT:
        return not _is_verse(before, line)
    if same_page and line.gap is not None and line.gap < -0.5:
        return False  # beside the line before, as a table's cells are
    # Set without indents, the first word of the line would have fitted behind a paragraph's last.
    would_fit = before.is_short and before.room > 1.3 * line.first_word
    # A head at the end of a page that was laid out here: whoever wrote its lines meant them to end there.
    is_apart = line.is_laid_out and not same_page and _starts_big(line.text)
    return would_fit and (ended or is_apart)


def _is_beside(before: SetLine, line: SetLine) -> bool:
    """Whether both are parts of one line, which comes in several where it was justified with wide spaces."""
    if before.page != line.page or line.gap is None or not -1.5 < line.gap < -0.5:
        return False
    return -_SAME_INDENT < line.x0 - before.x1 < _WIDEST_SPACE * line.height


def _is_verse(before: SetLine, line: SetLine) -> bool:
    """Whether both are lines of one stanza: set alike, both ending early, the first not ending a sentence."""
    if before.page != line.page or line.text.lstrip().startswith(_DASHES):
        return False
    alike = abs(before.x0 - line.x0) < _SAME_INDENT
    return alike and before.is_short and line.is_short and _starts_big(line.text) and _starts_big(before.text)


def _starts_big(text: str) -> bool:
    found = re.search(r"[^\W\d_]", text)
    return found is not None and found.group().isupper()
