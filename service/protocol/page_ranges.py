"""How a job's pages travel: neighbours of the same value as one range, `{"1-310": "td", "311": "tr"}`.

The law of patches and whoever keeps a job have pages one by one. Writers pack last of all and readers unpack first of
all, so that ranges never meet: two patches that cut the same pages differently are merged page by page.
"""

import re
from collections.abc import Mapping
from operator import itemgetter
from typing import TypeAlias, TypeVar

from service.domain.document import HIGHEST_PAGE
from service.domain.json import JsonObject

Code = TypeVar("Code", str, str | None)
Pages: TypeAlias = Mapping[str, str | None]
"""By page number or, packed, by range; None deletes."""

RANGE_PATTERN = "^[1-9][0-9]{0,9}(-[1-9][0-9]{0,9})?$"
"""What a key of packed pages looks like."""

_RANGE = re.compile(r"([1-9][0-9]{0,9})-([1-9][0-9]{0,9})")


class BadRange(ValueError):
    """No range of pages, or more pages than a document can have: nobody who keeps to the protocol sends that."""


def packed(pages: Mapping[str, Code]) -> Mapping[str, Code]:
    """The pages as ranges, ascending and as few as there can be. The keys are page numbers."""
    if len(pages) < 2:
        return pages
    ranges: dict[str, Code] = {}
    ascending = iter(sorted(zip(map(int, pages), pages.values(), strict=True), key=itemgetter(0)))
    first, value = next(ascending)
    last = first
    for number, each in ascending:
        if number != last + 1 or each != value:
            ranges[_range(first, last)] = value
            first, value = number, each
        last = number
    ranges[_range(first, last)] = value
    return ranges


def unpacked(ranges: Pages) -> Pages:
    """The pages one by one. Raises BadRange."""
    pages: dict[str, str | None] = {}
    left = HIGHEST_PAGE
    for key, value in ranges.items():
        if "-" not in key:
            pages[key] = value
            continue
        match = _RANGE.fullmatch(key)
        first, last = map(int, match.groups()) if match else (0, 0)
        left -= last - first + 1
        if not 0 < first < last <= HIGHEST_PAGE or left < 0:
            raise BadRange(f"not a range of pages: {key[:40]!r}")
        pages.update(dict.fromkeys(map(str, range(first, last + 1)), value))
    return pages


def packed_fields(fields: JsonObject) -> JsonObject:
    """A job's fields as they travel."""
    return {**fields, "pages": packed(fields["pages"])} if fields.get("pages") else fields


def unpacked_fields(fields: JsonObject) -> JsonObject:
    """A job's fields as they are kept. Raises BadRange."""
    return {**fields, "pages": unpacked(fields["pages"])} if fields.get("pages") else fields


def _range(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"
