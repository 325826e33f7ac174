"""How much a flowing document may hold."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FlowLimits:
    """unpacked_bytes and archive_entries bound an archive, ratio what it gains by unpacking (past 20 MiB), text_bytes
    a text file or a chapter, cells a table, depth the nesting of markup, pages what is laid out.
    """

    unpacked_bytes: int = 512 << 20
    archive_entries: int = 10_000
    ratio: int = 200
    text_bytes: int = 64 << 20
    cells: int = 2_000_000
    depth: int = 200
    pages: int = 10_000
