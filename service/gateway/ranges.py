"""A part of a stored file (RFC 9110, 14): what a browser asks for to go on with a download that broke off."""

import re
from collections.abc import Mapping

from service.protocol.problems import Problem, Refused

_ONE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


def part_of(headers: Mapping[str, str], size: int, etag: str) -> range | None:
    """The bytes that are asked for; None for the whole file: where no part is asked for, several are, it is not said
    in a way that is known, or what the reader has a part of is another file. Raises Refused (416)."""
    asked = _ONE.fullmatch(headers.get("Range", "").strip().replace(" ", ""))
    if asked is None or headers.get("If-Range", etag) != etag:
        return None
    first, last = asked.groups()
    if not first:
        if not last:
            return None
        found = range(max(0, size - int(last)), size)
    elif last and int(last) < int(first):
        return None
    else:
        found = range(int(first), min(size, int(last) + 1) if last else size)
    if not found:
        problem = Problem(416, "range_beyond", {"size": size})
        raise Refused(problem, {"Content-Range": f"bytes */{size}"})
    return found
