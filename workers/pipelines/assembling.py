"""Phase Assembling: the pages that were read become text.txt, document.md and pages.json."""

import asyncio
from collections.abc import Callable, Iterable

import orjson

from service.domain.json import JsonObject
from service.domain.message import Message
from service.domain.work import NewArtifact, StepDone
from workers.engines.failures import DocumentRefused
from workers.engines.source import Source
from workers.pipelines.declaration import StepContext

_PAGES_AT_ONCE = 50
_TEXT = "text/plain; charset=utf-8"
_MARKDOWN = "text/markdown; charset=utf-8"
_JSON = "application/json"


async def assemble(context: StepContext, source: Source) -> StepDone:
    """Writes the results; raises DocumentRefused when not one page could be read."""
    context.report.began(context.cost)
    context.report.detail(Message("detail", "writing"))
    pages = await _pages_read(context)
    if not pages:
        raise DocumentRefused("all_pages_failed", {"pages": context.page_count or 0})
    if source.flows:
        markdown = [await context.blobs.read(source.derived_markdown)]
    else:
        markdown = _joined(pages, lambda page: page["markdown"])
    artifacts = [
        await _write(context, 0, "text.txt", _TEXT, _joined(pages, lambda page: page["text"])),
        await _write(context, 1, "document.md", _MARKDOWN, markdown),
        await _write(context, 2, "pages.json", _JSON, _pages_json(context, pages)),
    ]
    words = sum(len(page["text"].split()) for page in pages)
    context.report.worked(context.cost)
    return StepDone(output={"words": words, "pages": len(pages)}, artifacts=tuple(artifacts))


async def _pages_read(context: StepContext) -> list[JsonObject]:
    """The page models in order; a page that was read again counts once."""
    pages: dict[int, JsonObject] = {}
    for past in context.before:
        if past.output_blob is None:
            continue
        content = await context.blobs.read(past.output_blob)
        for index, line in enumerate(content.splitlines()):
            page = orjson.loads(line)
            pages[page["number"]] = page
            if index % _PAGES_AT_ONCE == 0:
                await asyncio.sleep(0)
    return [pages[number] for number in sorted(pages)]


def _joined(pages: list[JsonObject], part: Callable[[JsonObject], str]) -> Iterable[bytes]:
    for page in pages:
        if text := part(page).strip():
            yield text.encode() + b"\n\n"


def _pages_json(context: StepContext, pages: list[JsonObject]) -> Iterable[bytes]:
    document = context.document
    head = {"name": document.name, "kind": document.kind, "size": document.size, "pages": context.page_count}
    yield b'{"document":' + orjson.dumps(head) + b',"pages":['
    for index, page in enumerate(pages):
        shown = {name: value for name, value in page.items() if name != "markdown"}
        yield (b"," if index else b"") + orjson.dumps(shown)
    yield b"]}"


async def _write(
    context: StepContext, number: int, name: str, media_type: str, parts: Iterable[bytes]
) -> NewArtifact:
    key = f"{context.output_key}.{number}"
    async with context.blobs.writer() as writer:
        buffer: list[bytes] = []
        for part in parts:
            buffer.append(part)
            if len(buffer) >= _PAGES_AT_ONCE:
                await writer.write(b"".join(buffer))
                buffer.clear()
        await writer.write(b"".join(buffer))
        stored = await writer.commit(key)
    return NewArtifact(name, key, stored.size, media_type)
