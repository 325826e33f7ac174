"""Words into lines."""

from collections.abc import Iterable, Iterator

from workers.engines.flow.fonts import Fonts, Piece, Style

# No line holds as many, and the measure of a word that is a whole file costs too much to be taken in vain.
_LONGEST_WORD = 5000


def wrapped(fonts: Fonts, text: str, style: Style, width: float) -> Iterator[list[Piece]]:
    """Lines no wider than `width` (at size 1), each with at least one piece."""
    space = fonts.space(style).width
    line: list[Piece] = []
    reached = 0.0
    for word in text.split():
        for part in _parts(fonts, word, style, width):
            # Readers lose the space between right-to-left and what follows it, so a new line begins there.
            turns = bool(line) and line[-1].right_to_left and not part.right_to_left
            if line and (turns or reached + space + part.width > width):
                yield line
                line, reached = [], 0.0
            reached += part.width + (space if line else 0)
            line.append(part)
    if line:
        yield line


def _parts(fonts: Fonts, word: str, style: Style, width: float) -> Iterable[Piece]:
    if len(word) <= _LONGEST_WORD:
        piece = fonts.piece(style, word)
        if piece.width <= width:
            return [piece]
    return fonts.broken(style, word, width)
