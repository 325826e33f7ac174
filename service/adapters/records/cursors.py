"""Where a page of a sorted list ends: what its last row is sorted by, and its id, as a text that nobody need read."""

import base64
import binascii

from service.domain.ids import is_id

_LONGEST = 2000


class BadCursor(Exception):
    """The text is no cursor that a page gave."""


def cursor_at(sorted_by: str, row_id: str) -> str:
    """The cursor behind this row."""
    return base64.urlsafe_b64encode(f"{row_id}{sorted_by}".encode()).decode().rstrip("=")


def place_of(cursor: str) -> tuple[str, str]:
    """What the row is sorted by, and its id; raises BadCursor."""
    try:
        if len(cursor) > _LONGEST:
            raise BadCursor
        text = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError) as error:
        raise BadCursor from error
    row_id, sorted_by = text[:36], text[36:]
    if not is_id(row_id) or "\x00" in sorted_by:
        raise BadCursor
    return sorted_by, row_id
