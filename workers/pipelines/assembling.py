"""Phase Assembling: the pages that were read become text.txt, document.md and pages.json."""

import asyncio
from collections.abc import Iterable, Iterator
from itertools import islice

import orjson

from service.domain.costs import Unit
from service.domain.message import Message
from service.domain.work import NewArtifact, StepDone
from service.protocol.page_record import PageRecord, page_records
from workers.engines.failures import DocumentRefused
from workers.engines.source import Source
from workers.pipelines.declaration import StepContext
from workers.watch import Watch

ASSEMBLING, ASSEMBLED_PAGE = Unit("assembling", 20.0), Unit("assembled_page", 0.08)
"""What putting the results together takes, and what each page adds to it."""
_PAGES_AT_ONCE = 500
_PAGES_WRITTEN_AT_ONCE = 100
_TEXT = "text/plain; charset=utf-8"
_MARKDOWN = "text/markdown; charset=utf-8"
_JSON = "application/json"


async def assemble(context: StepContext, source: Source) -> StepDone:
    """Writes the results; raises DocumentRefused when not one page could be read."""
    watch = Watch()
    context.report.began(context.cost)
    context.report.detail(Message("detail", "writing"))
    pages = await _pages_read(context)
    if not pages:
        raise DocumentRefused("all_pages_failed", {"pages": context.page_count or 0})
    if source.flows:
        markdown = [await context.blobs.read(source.derived_markdown)]
    else:
        markdown = _paragraphs(page.markdown for page in pages)
    artifacts = await _side_by_side(
        context,
        ("text.txt", _TEXT, _paragraphs(page.text for page in pages)),
        ("document.md", _MARKDOWN, markdown),
        ("pages.json", _JSON, _pages_json(context, pages)),
    )
    context.report.worked(context.cost)
    spent = context.tools.costs.measured(ASSEMBLING, ASSEMBLED_PAGE, len(pages), watch.milliseconds)
    return StepDone(output={"pages": len(pages)}, artifacts=artifacts, spent=(spent,))


async def _pages_read(context: StepContext) -> list[PageRecord]:
    """The pages in order; a page that was read again counts once."""
    pages: dict[int, PageRecord] = {}
    for past in context.before:
        if past.output_blob is None:
            continue
        content = await context.blobs.read(past.output_blob)
        for index, record in enumerate(page_records(content)):
            pages[record.number] = record
            if index % _PAGES_AT_ONCE == 0:
                await asyncio.sleep(0)
    return [pages[number] for number in sorted(pages)]


def _paragraphs(parts: Iterable[bytes]) -> Iterable[bytes]:
    for several in _in_pieces(part for part in parts if part):
        yield b"\n\n".join((*several, b""))


def _pages_json(context: StepContext, pages: list[PageRecord]) -> Iterable[bytes]:
    document = context.document
    head = {"name": document.name, "kind": document.kind, "size": document.size, "pages": context.page_count}
    before = b'{"document":' + orjson.dumps(head) + b',"pages":['
    for several in _in_pieces(page.model for page in pages):
        yield before + b",".join(several)
        before = b","
    yield b"]}"


def _in_pieces(parts: Iterable[bytes]) -> Iterator[list[bytes]]:
    """So that a piece is worth a write, and a long document never stands there twice."""
    left = iter(parts)
    while several := list(islice(left, _PAGES_WRITTEN_AT_ONCE)):
        yield several


async def _side_by_side(
    context: StepContext, *results: tuple[str, str, Iterable[bytes]]
) -> tuple[NewArtifact, ...]:
    """Each of the results is waited for on the disk; that they wait together saves most of it."""
    writing = [asyncio.create_task(_write(context, number, *result)) for number, result in enumerate(results)]
    try:
        return tuple(await asyncio.gather(*writing))
    finally:
        for each in writing:
            each.cancel()
        await asyncio.wait(writing)


async def _write(
    context: StepContext, number: int, name: str, media_type: str, parts: Iterable[bytes]
) -> NewArtifact:
    key = f"{context.output_key}.{number}"
    async with context.blobs.writer(key) as writer:
        for part in parts:
            await writer.write(part)
        size = await writer.commit()
    return NewArtifact(name, key, size, media_type)
