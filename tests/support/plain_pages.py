"""Frames as the law of patches reads them: their pages one by one."""

from typing import Any

from service.protocol.page_ranges import unpacked_fields


def with_plain_pages(frame: dict[str, Any]) -> dict[str, Any]:
    """The frame of a job's topic, or a list's, unpacked; any other as it is."""
    fields = {name: unpacked_fields(frame[name]) for name in ("value", "set") if name in frame}
    return {**frame, **fields} if "job_id" in frame else frame
