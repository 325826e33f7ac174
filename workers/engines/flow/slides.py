"""PPTX: a page for each slide; titles, text, tables."""

from collections.abc import Iterator
from typing import Any

from workers.engines.failures import DocumentRefused
from workers.engines.flow.archive import Archive, relation_id
from workers.engines.flow.blocks import Block, heading, table

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"


def read_slides(archive: Archive) -> Iterator[Block]:
    """The blocks of a presentation; raises DocumentRefused."""
    archive.refuse_entities()
    main = next((name for kind, name in archive.relations("").values() if kind == "officeDocument"), "")
    if not archive.has(main):
        raise DocumentRefused("wrong_kind", {"kind": "pptx"})
    relations = archive.relations(main)
    for index, slide in enumerate(archive.xml(main).iter(_P + "sldId")):
        _, name = relations.get(relation_id(slide), ("", ""))
        if index:
            yield Block("break")
        if archive.has(name):
            tree = archive.xml(name).find(f"{_P}cSld/{_P}spTree")
            if tree is not None:
                yield from _shapes(tree)


def _shapes(tree: Any) -> Iterator[Block]:
    """The title first, as everybody reads it; the rest in the order of the file."""
    shapes = sorted(tree, key=lambda shape: not _is_title(shape))
    for shape in shapes:
        if shape.tag == _P + "grpSp":
            yield from _shapes(shape)
        elif shape.tag == _P + "graphicFrame":
            yield from _tables(shape)
        elif shape.tag == _P + "sp":
            yield from _text(shape)


def _text(shape: Any) -> Iterator[Block]:
    body = shape.find(_P + "txBody")
    if body is None:
        return
    paragraphs = [(paragraph, _text_of(paragraph)) for paragraph in body.iter(_A + "p")]
    if _is_title(shape):
        yield heading(" ".join(text for _, text in paragraphs), 1)
        return
    listed = _placeholder(shape) in ("body", "obj", "") and _has_placeholder(shape) and len(paragraphs) > 1
    for paragraph, text in paragraphs:
        if text.strip():
            properties = paragraph.find(_A + "pPr")
            level = int(properties.get("lvl", "0")) if properties is not None else 0
            yield Block("item" if listed else "paragraph", text.strip(), level=level if listed else 0)


def _tables(frame: Any) -> Iterator[Block]:
    for found in frame.iter(_A + "tbl"):
        rows = [
            [
                "\n".join(_text_of(paragraph) for paragraph in cell.iter(_A + "p"))
                for cell in row.iter(_A + "tc")
            ]
            for row in found.iter(_A + "tr")
        ]
        made = table(rows)
        if made is not None:
            yield made


def _text_of(paragraph: Any) -> str:
    shown = paragraph.iter(_A + "t", _A + "br")
    return "".join("\n" if element.tag == _A + "br" else element.text or "" for element in shown)


def _is_title(shape: Any) -> bool:
    return _placeholder(shape) in ("title", "ctrTitle")


def _has_placeholder(shape: Any) -> bool:
    return shape.find(f"{_P}nvSpPr/{_P}nvPr/{_P}ph") is not None


def _placeholder(shape: Any) -> str:
    found = shape.find(f"{_P}nvSpPr/{_P}nvPr/{_P}ph")
    return "" if found is None else found.get("type", "")
