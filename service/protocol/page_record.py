"""How a reading step stores its pages: one after the other, each ready to be copied into a job's results.

A record is a line of JSON, {"number", "sizes": [model, text, markdown]}, then so many bytes of the page model as JSON,
of the page's text and of its Markdown. Whoever puts results together copies bytes and parses no page.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from service.domain.json import JsonObject


class BadRecord(ValueError):
    """These bytes are no record."""


@dataclass(frozen=True, slots=True)
class PageRecord:
    """A page that was read; text and Markdown without white space around them."""

    number: int
    model: bytes
    text: bytes
    markdown: bytes

    def page(self) -> JsonObject:
        """The page model; raises BadRecord when it is no JSON object."""
        try:
            model = orjson.loads(self.model)
        except ValueError as error:
            raise BadRecord from error
        if not isinstance(model, dict):
            raise BadRecord
        return model  # pyright: ignore[reportUnknownVariableType]  # JSON keys are strings


def page_record(number: int, model: JsonObject, text: str, markdown: str) -> bytes:
    """The record of a page; `model` is what a person gets of it, the text included."""
    parts = (orjson.dumps(model), text.strip().encode(), markdown.strip().encode())
    head = {"number": number, "sizes": [len(part) for part in parts]}
    return b"".join((orjson.dumps(head), b"\n", *parts))


def page_records(content: bytes) -> Iterator[PageRecord]:
    """The records in the order in which they were written; raises BadRecord."""
    at = 0
    while at < len(content):
        number, start, model, text, end = _places(content, at)
        yield PageRecord(number, content[start:model], content[model:text], content[text:end])
        at = end


def is_record_of(number: int, content: bytes) -> bool:
    """Whether this is one whole record, of the page with that number."""
    try:
        told, *_, end = _places(content, 0)
    except BadRecord:
        return False
    return told == number and end == len(content)


def _places(content: bytes, at: int) -> tuple[int, int, int, int, int]:
    """The number, and where the record's model begins, and where model, text and Markdown end."""
    line = content.find(b"\n", at)
    if line < 0:
        raise BadRecord
    try:
        head = orjson.loads(content[at:line])
        number, (model, text, markdown) = head["number"], head["sizes"]
        negative = min(number, model, text, markdown) < 0
    except (ValueError, TypeError, KeyError) as error:
        raise BadRecord from error
    start = line + 1
    end = start + model + text + markdown
    if negative or end > len(content):
        raise BadRecord
    return number, start, start + model, start + model + text, end
