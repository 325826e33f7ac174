"""Whether frames are what the AsyncAPI document says, and hold nothing that it does not."""

from functools import cache
from typing import Any

from service.protocol.asyncapi import DOWN_FRAMES, asyncapi
from service.protocol.page_ranges import packed, unpacked
from tests.support.json_schema import faults, looked_up


@cache
def document() -> dict[str, Any]:
    """The document that the service serves."""
    return asyncapi("test")


def frame_faults(frame: dict[str, Any]) -> list[str]:
    """Why the frame is none that the service may send; empty when it is one."""
    schemas = document()["components"]["schemas"]
    candidates = [
        faults(document(), schemas[each.__name__], frame) or _undescribed(schemas[each.__name__], frame)
        for each in DOWN_FRAMES
        if each.model_fields["type"].default == frame.get("type")
    ]
    if not candidates:
        return [f"no such type: {frame}"]
    if [] in candidates:
        return _loosely_packed(frame)
    return [sentence for each in candidates for sentence in each]


def _loosely_packed(frame: dict[str, Any]) -> list[str]:
    """Pages come as few ranges as there can be."""
    pages = (frame.get("set") or frame.get("value") or {}).get("pages") if "job_id" in frame else None
    return [f"pages are not packed: {pages}"] if pages and packed(unpacked(pages)) != pages else []


def _undescribed(schema: dict[str, Any], value: dict[str, Any]) -> list[str]:
    """Readers ignore what they do not know; whoever writes it has to say what it is."""
    found = [f"nothing is said of {name}" for name in value.keys() - schema["properties"].keys()]
    for name, field in schema["properties"].items():
        if "$ref" in field and isinstance(value.get(name), dict):
            found += _undescribed(looked_up(document(), field["$ref"]), value[name])
    return found
