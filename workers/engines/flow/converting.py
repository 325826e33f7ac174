"""Turning a flowing document into Markdown and a PDF whose text is exactly the document's."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from service.domain.json import JsonObject
from workers.engines.failures import DocumentRefused
from workers.engines.flow.archive import Archive
from workers.engines.flow.blocks import Block
from workers.engines.flow.book import read_book
from workers.engines.flow.decoding import decode
from workers.engines.flow.layout import Layout
from workers.engines.flow.limits import FlowLimits
from workers.engines.flow.markup import read_markup
from workers.engines.flow.plain import read_markdown, read_plain
from workers.engines.flow.sheets import read_separated, read_workbook
from workers.engines.flow.slides import read_slides
from workers.engines.flow.word import read_word
from workers.engines.flow.writing import joiner, to_markdown

KINDS = frozenset({"docx", "pptx", "xlsx", "csv", "html", "epub", "md", "txt"})
_MARKDOWN_CHARACTERS, _ITEM_CHARACTERS = 200_000, 1_000_000
_BLOB_BYTES = 16 << 20


def convert(path: str, kind: str, **limits: int) -> Iterator[JsonObject]:
    """Yields {"markdown", "page_count"} in pieces to be joined, `page_count` being the pages laid out so far;
    then {"page_count", "blob"}, the PDF in pieces to be joined.

    `limits` are fields of FlowLimits. Raises DocumentRefused: empty_document, broken_document, wrong_kind,
    archive_bomb, archive_too_many_files, archive_encrypted, unsafe_document, text_too_large, text_undecodable,
    table_too_large, markup_too_deep, too_many_pages, unsupported_type.
    """
    allowed = FlowLimits(**limits)
    layout = Layout(allowed.pages)
    written: list[str] = []
    waiting = 0
    before: Block | None = None
    for block in blocks_of(path, kind, allowed):
        layout.add(block)
        # A Markdown file is its own Markdown: ours would lose links and emphasis.
        text = "" if kind == "md" else joiner(before, block) + to_markdown(block)
        before = block
        written.append(text)
        waiting += len(text)
        if waiting > _MARKDOWN_CHARACTERS:
            yield from _markdown_items(written, layout)
            written, waiting = [], 0
    if kind == "md":
        written = [decode(_content(path, allowed), allowed.text_bytes)]
    yield from _markdown_items(written, layout)
    for piece in layout.paper.finish(_BLOB_BYTES):
        yield {"page_count": layout.paper.page_count, "blob": piece}


def _markdown_items(written: list[str], layout: Layout) -> Iterator[JsonObject]:
    """What was written, in items that fit a frame however long a paragraph is."""
    text = "".join(written)
    for start in range(0, max(len(text), 1), _ITEM_CHARACTERS):
        piece = text[start : start + _ITEM_CHARACTERS]
        yield {"markdown": piece, "page_count": layout.paper.page_count}


def blocks_of(path: str, kind: str, limits: FlowLimits) -> Iterator[Block]:
    """The blocks of a document of any of the kinds; headings without words are left out."""
    for block in _all_blocks(path, kind, limits):
        if block.text or block.kind != "heading":
            yield block


def _all_blocks(path: str, kind: str, limits: FlowLimits) -> Iterator[Block]:
    if kind in ("docx", "pptx", "xlsx", "epub"):
        with closing(Archive(path, limits)) as archive:
            yield from _archived(path, kind, archive, limits)
    elif kind in KINDS:
        text = decode(_content(path, limits), limits.text_bytes, is_markup=kind == "html")
        if kind == "csv":
            yield from read_separated(text, limits.cells)
        elif kind == "html":
            yield from read_markup(text, limits.depth)
        else:
            yield from (read_markdown if kind == "md" else read_plain)(text)
    else:
        raise DocumentRefused("unsupported_type", {"found": kind, "accepted": ", ".join(sorted(KINDS))})


def _archived(path: str, kind: str, archive: Archive, limits: FlowLimits) -> Iterator[Block]:
    if kind == "docx":
        yield from read_word(archive)
    elif kind == "pptx":
        yield from read_slides(archive)
    elif kind == "xlsx":
        yield from read_workbook(path, archive, limits.cells)
    else:
        yield from read_book(archive, limits)


def _content(path: str, limits: FlowLimits) -> bytes:
    with Path(path).open("rb") as file:
        return file.read(limits.text_bytes + 1)
