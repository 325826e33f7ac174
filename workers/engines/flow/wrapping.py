"""Words into lines."""

from collections.abc import Iterator

from workers.engines.flow.fonts import Fonts, Piece, Style


def wrapped(fonts: Fonts, text: str, style: Style, width: float) -> Iterator[list[Piece]]:
    """Lines no wider than `width` (at size 1), each with at least one piece."""
    space = fonts.space(style).width
    line: list[Piece] = []
    reached = 0.0
    for word in text.split():
        piece = fonts.piece(style, word)
        for part in [piece] if piece.width <= width else fonts.broken(style, word, width):
            # Readers lose the space between right-to-left and what follows it, so a new line begins there.
            turns = bool(line) and line[-1].right_to_left and not part.right_to_left
            if line and (turns or reached + space + part.width > width):
                yield line
                line, reached = [], 0.0
            reached += part.width + (space if line else 0)
            line.append(part)
    if line:
        yield line
