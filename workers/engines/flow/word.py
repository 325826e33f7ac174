"""DOCX: paragraphs, headings, lists, tables, footnotes, in the order of the text."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from workers.engines.failures import DocumentRefused
from workers.engines.flow.archive import Archive
from workers.engines.flow.blocks import Block, heading, table
from workers.engines.flow.raised import raised

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
# What is shown of a document: deleted text, instructions and the second form of a drawing are not.
_HIDDEN = frozenset(
    {_W + "del", _W + "moveFrom", _W + "instrText", _W + "delText", _FALLBACK, _W + "rPr", _W + "pPr"}
)
_BREAKS = {_W + "br": "\n", _W + "cr": "\n", _W + "tab": "\t", _W + "noBreakHyphen": "-"}


def read_word(archive: Archive) -> Iterator[Block]:
    """The blocks of a Word document; raises DocumentRefused."""
    archive.refuse_entities()
    main = next((name for kind, name in archive.relations("").values() if kind == "officeDocument"), "")
    if not archive.has(main):
        raise DocumentRefused("wrong_kind", {"kind": "docx"})
    parts = dict(archive.relations(main).values())
    reader = _Reader(_styles(archive, parts.get("styles")), _formats(archive, parts.get("numbering")))
    body = archive.xml(main).find(_W + "body")
    if body is not None:
        yield from reader.blocks(body)
    notes = parts.get("footnotes")
    if notes is not None and archive.has(notes):
        for note in archive.xml(notes):
            if note.get(_W + "type") is None:
                yield from reader.blocks(note)


class _Reader:
    """Walks a body; counts list items as it goes."""

    def __init__(self, styles: dict[str, int], formats: dict[tuple[str, str], str]) -> None:
        self._styles = styles
        self._formats = formats
        self._counts: Counter[tuple[str, int]] = Counter()

    def blocks(self, container: Any) -> Iterator[Block]:
        for element in container:
            if element.tag == _W + "p":
                yield from self._paragraph(element)
            elif element.tag == _W + "tbl":
                made = table(_rows(element))
                if made is not None:
                    yield made
            elif element.tag not in _HIDDEN and isinstance(element.tag, str):
                yield from self.blocks(element)  # content controls, accepted changes

    def _paragraph(self, paragraph: Any) -> Iterator[Block]:
        text = text_of(paragraph).strip()
        properties = paragraph.find(_W + "pPr")
        if properties is not None and _child(properties, "pageBreakBefore") is not None:
            yield Block("break")
        if not text:
            return
        level = self._heading_level(properties)
        item = self._item(properties) if not level else None
        if level:
            yield heading(text, level)
        elif item is not None:
            yield Block("item", text, level=item[0], number=item[1])
        else:
            yield Block("paragraph", text)

    def _heading_level(self, properties: Any) -> int:
        if properties is None:
            return 0
        outline = _value(properties, "outlineLvl")
        if outline is not None and outline.isdigit() and int(outline) < 9:
            return int(outline) + 1
        return self._styles.get(_value(properties, "pStyle") or "", 0)

    def _item(self, properties: Any) -> tuple[int, int | None] | None:
        """Depth and number of a list item."""
        if properties is None:
            return None
        numbering = properties.find(_W + "numPr")
        style = (_value(properties, "pStyle") or "").lower()
        if numbering is None:
            if not style.startswith("list"):
                return None
            number, depth, kind = style, "0", "decimal" if "number" in style else "bullet"
        else:
            number, depth = _value(numbering, "numId") or "", _value(numbering, "ilvl") or "0"
            kind = self._formats.get((number, depth), "bullet")
        level = int(depth) if depth.isdigit() else 0
        if kind in ("bullet", "none"):
            return level, None
        self._counts[number, level] += 1
        for deeper in range(level + 1, 9):
            self._counts.pop((number, deeper), None)
        return level, self._counts[number, level]


def text_of(element: Any) -> str:
    """The text that is shown, with tabs and line breaks."""
    pieces: list[str] = []
    _gather(element, pieces)
    return "".join(pieces)


def _gather(element: Any, pieces: list[str]) -> None:
    for child in element:
        tag = child.tag
        if tag == _W + "t":
            pieces.append(child.text or "")
        elif tag in _BREAKS:
            pieces.append(_BREAKS[tag])
        elif tag == _W + "r" and _is_raised(child):
            text = text_of(child)
            pieces.append(raised(text) or text)
        elif tag not in _HIDDEN:
            _gather(child, pieces)
            if tag == _W + "p":
                pieces.append("\n")


def _is_raised(run: Any) -> bool:
    properties = _child(run, "rPr")
    return properties is not None and _value(properties, "vertAlign") == "superscript"


def _rows(element: Any) -> list[list[str]]:
    return [
        [text_of(cell).strip() for cell in row.iter(_W + "tc") if _nearest(cell, "tbl") is element]
        for row in element.iter(_W + "tr")
        if _nearest(row, "tbl") is element
    ]


def _nearest(element: Any, name: str) -> Any:
    return next(element.iterancestors(_W + name), None)


def _styles(archive: Archive, name: str | None) -> dict[str, int]:
    """Heading styles: id to level."""
    if name is None or not archive.has(name):
        return {}
    levels: dict[str, int] = {}
    for style in archive.xml(name).iter(_W + "style"):
        said = (_value(style, "name") or "").lower()
        if said == "title":
            levels[style.get(_W + "styleId", "")] = 1
        elif said.startswith("heading ") and said[8:].isdigit():
            levels[style.get(_W + "styleId", "")] = int(said[8:])
    return levels


def _formats(archive: Archive, name: str | None) -> dict[tuple[str, str], str]:
    """List formats: (list, depth) to "decimal", "bullet", …"""
    if name is None or not archive.has(name):
        return {}
    root = archive.xml(name)
    abstract = {
        (definition.get(_W + "abstractNumId"), level.get(_W + "ilvl")): _value(level, "numFmt") or "bullet"
        for definition in root.iter(_W + "abstractNum")
        for level in definition.iter(_W + "lvl")
    }
    formats: dict[tuple[str, str], str] = {}
    for instance in root.iter(_W + "num"):
        defined = _value(instance, "abstractNumId")
        for (definition, depth), kind in abstract.items():
            if definition == defined:
                formats[instance.get(_W + "numId", ""), depth or "0"] = kind
    return formats


def _child(element: Any, name: str) -> Any:
    return element.find(_W + name)


def _value(element: Any, name: str) -> str | None:
    child = _child(element, name)
    return None if child is None else child.get(_W + "val")
