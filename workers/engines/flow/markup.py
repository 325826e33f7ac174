"""HTML (and what is turned into it: Markdown, the chapters of an EPUB)."""

import re
from collections.abc import Iterator
from typing import Any

import lxml.html
from lxml.etree import ParserError

from workers.engines.failures import DocumentRefused
from workers.engines.flow.blocks import Block, heading, table
from workers.engines.flow.raised import raised

_SPACE = re.compile(r"[ \t\r\n\f]+")
_SPACE_RUN = re.compile(r" {2,}")
# fmt: off
_HIDDEN = frozenset((
    "script", "style", "head", "template", "svg", "math", "noscript", "iframe", "object", "audio", "video", "canvas",
    "select", "datalist",
))
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr",
    "html", "legend", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "ul", "caption", "thead",
    "tbody", "tfoot", "tr", "td", "th",
))
# fmt: on
DEPTH = 200


def read_markup(text: str, depth: int = DEPTH) -> Iterator[Block]:
    """The blocks of an HTML document or fragment; raises DocumentRefused, also past so many nested elements."""
    if not text.strip():
        return
    # As bytes: an encoding named inside a text that is decoded already would be an error.
    parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (ParserError, ValueError):
        return
    yield from _Walker(depth).blocks(root)


class _Walker:
    """Gathers inline text until a block ends it."""

    def __init__(self, deepest: int) -> None:
        self._deepest = deepest
        self._text: list[str] = []

    def blocks(self, root: Any) -> Iterator[Block]:
        yield from self._walk(root, 0, -1)
        yield from self._flush()

    def _walk(self, element: Any, depth: int, list_depth: int) -> Iterator[Block]:
        if depth > self._deepest:
            raise DocumentRefused("markup_too_deep")
        tag = element.tag
        if not isinstance(tag, str) or tag in _HIDDEN or _is_hidden(element):
            return
        if tag == "br":
            self._text.append("\n")
        elif tag == "img":
            self._add(element.get("alt") or "")
        elif tag == "sup" and (number := raised(_plain(element))) is not None:
            self._add(number)
        elif tag not in _BLOCKS:
            yield from self._children(element, depth, list_depth)
        else:
            yield from self._flush()
            yield from self._block(element, depth, list_depth)
            yield from self._flush()

    def _block(self, element: Any, depth: int, list_depth: int) -> Iterator[Block]:
        tag = element.tag
        if tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            yield heading(_plain(element), int(tag[1]))
        elif tag == "pre":
            yield Block("code", element.text_content().strip("\n"))
        elif tag in ("ul", "ol"):
            yield from self._list(element, depth, list_depth + 1)
        elif tag == "table" and not _holds_blocks(element):
            made = table([[_plain(cell) for cell in row.iter("td", "th")] for row in element.iter("tr")])
            caption = element.find("caption")
            if caption is not None:
                yield Block("paragraph", _plain(caption))
            if made is not None:
                yield made
        else:
            yield from self._children(element, depth, list_depth)

    def _list(self, element: Any, depth: int, list_depth: int) -> Iterator[Block]:
        start = element.get("start", "1")
        number = int(start) if start.isdigit() and len(start) < 9 else 1
        for child in element:
            if child.tag != "li":
                yield from self._walk(child, depth + 1, list_depth)
                continue
            blocks = self._item(child, depth, list_depth)
            first = next(blocks, None)
            if first is not None and first.kind == "paragraph":
                counted = number if element.tag == "ol" else None
                yield Block("item", first.text, level=list_depth, number=counted)
            elif first is not None:
                yield first
            yield from blocks
            number += 1

    def _item(self, element: Any, depth: int, list_depth: int) -> Iterator[Block]:
        yield from self._children(element, depth, list_depth)
        yield from self._flush()

    def _children(self, element: Any, depth: int, list_depth: int) -> Iterator[Block]:
        self._add(element.text or "")
        for child in element:
            yield from self._walk(child, depth + 1, list_depth)
            self._add(child.tail or "")

    def _add(self, text: str) -> None:
        self._text.append(_SPACE.sub(" ", text))

    def _flush(self) -> Iterator[Block]:
        text = re.sub(r" ?\n ?", "\n", _SPACE_RUN.sub(" ", "".join(self._text))).strip()
        self._text.clear()
        if text:
            yield Block("paragraph", text)


def _plain(element: Any) -> str:
    """The text of an element on one line; neighbours in blocks of their own stay apart."""
    pieces: list[str] = []
    _gather(element, pieces, 0)
    return " ".join("".join(pieces).split())


def _gather(element: Any, pieces: list[str], depth: int) -> None:
    if not isinstance(element.tag, str) or element.tag in _HIDDEN or _is_hidden(element):
        return
    if depth > DEPTH:
        raise DocumentRefused("markup_too_deep")
    apart = element.tag in _BLOCKS or element.tag == "br"
    pieces.append(" " if apart else "")
    pieces.append(element.text or "")
    for child in element:
        _gather(child, pieces, depth + 1)
        pieces.append(child.tail or "")
    pieces.append(" " if apart else "")


def _is_hidden(element: Any) -> bool:
    if element.get("hidden") is not None:
        return True
    style = element.get("style")
    return bool(style) and "display:none" in style.replace(" ", "").lower()


def _holds_blocks(element: Any) -> bool:
    """A table that lays out a page rather than tells figures."""
    return next(element.iterdescendants("table", "h1", "h2", "h3", "ul", "ol", "pre"), None) is not None
