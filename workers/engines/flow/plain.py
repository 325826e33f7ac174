"""TXT and Markdown."""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt

from workers.engines.flow.blocks import Block
from workers.engines.flow.markup import read_markup

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


def read_plain(text: str) -> Iterator[Block]:
    """Paragraphs, told apart by empty lines; a form feed begins a page."""
    for page_number, page in enumerate(text.split("\f")):
        if page_number:
            yield Block("break")
        for paragraph in re.split(r"\n[ \t]*\n", page):
            if paragraph.strip():
                yield Block("paragraph", paragraph.strip("\n"))


def read_markdown(text: str) -> Iterator[Block]:
    """CommonMark with tables."""
    rendered = MarkdownIt("commonmark").enable("table").render(_FRONT_MATTER.sub("", text))
    yield from read_markup(rendered)
