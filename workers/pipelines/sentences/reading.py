"""Phase Reading: pages are read as everywhere, and what stands at their edges is kept to tell heads from text."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace

from service.domain.work import PastWork, StepDone
from service.protocol.page_record import page_records
from workers.engines.page import Page
from workers.engines.prose.margins import Edges, Margins, margins_of
from workers.pipelines.declaration import StepContext
from workers.pipelines.page_models import page_of
from workers.pipelines.text import read_pages

READING = 1
"""The phase, counted from 0."""
_PAGES_AT_ONCE = 50
_MOST_KNOWN = 4
_known: OrderedDict[tuple[str | None, ...], Margins] = OrderedDict()
"""The margins of the last books, by what was stored of their pages: all chunks of a book ask for the same."""


async def read_book(context: StepContext) -> StepDone:
    """Reads the pages of one step. Heads can be told once all pages are read, by OCR too: so each step names edges."""
    done = await read_pages(context)
    edges = list[Edges]()
    for index, record in enumerate(page_records(await context.blobs.read(context.output_key))):
        edges.append(Edges.of(page_of(record.page())))
        if index % _PAGES_AT_ONCE == 0:
            await asyncio.sleep(0)
    return replace(done, output={**done.output, "edges": [each.json() for each in edges]})


def margins(before: Sequence[PastWork]) -> Margins:
    """What is no text, by the edges of all pages of the book; the same in every step."""
    read = [past for past in before if "edges" in past.output]
    key = tuple(past.output_blob for past in read)
    found = _known.pop(key, None)
    if found is None:
        edges = {each["page"]: Edges.from_json(each) for past in read for each in past.output["edges"]}
        found = margins_of(edges[page] for page in sorted(edges))
    _known[key] = found
    while len(_known) > _MOST_KNOWN:
        _known.popitem(last=False)
    return found


async def pages_of(context: StepContext, wanted: Sequence[int]) -> list[Page]:
    """These pages in order; one that was read again counts once, one that could not be read is left out."""
    pages, left = dict[int, Page](), set(wanted)
    for past in context.before:
        if past.phase != READING or past.output_blob is None or left.isdisjoint(map(int, past.pages)):
            continue
        for record in page_records(await context.blobs.read(past.output_blob)):
            if record.number in left:
                pages[record.number] = page_of(record.page())
    return [pages[number] for number in sorted(pages)]
