"""Page ranges as people write them: `1-3,7`."""

PAGE_RANGE = r"^\s*\d{1,6}(\s*-\s*\d{0,6})?(\s*,\s*\d{1,6}(\s*-\s*\d{0,6})?)*\s*$"


def pages_in(text: str, count: int) -> set[int]:
    """The pages (from 1 to `count`) that a range of the form PAGE_RANGE names; `5-` goes to the end."""
    pages: set[int] = set()
    for part in text.split(","):
        first, dash, last = (piece.strip() for piece in part.partition("-"))
        start = int(first)
        end = start if not dash else int(last) if last else count
        pages.update(range(max(1, start), min(end, count) + 1))
    return pages
