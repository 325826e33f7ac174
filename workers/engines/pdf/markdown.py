"""Markdown of a page of text: headings by the size of their type, lists by their bullets, paragraphs."""

import re
from collections.abc import Iterator

from workers.engines.pdf.order import Block

_BULLET = re.compile("^[•◦▪‣●○∙·\u00b7\uf0b7]\\s*|^[-*–]\\s+")
_NUMBER = re.compile(r"^(\d{1,3})[.)]\s+")
_SPECIAL = re.compile(r"^(#{1,6}\s|>|\||\+\s|={3,}|-{3,})")
_HEADING_CHARACTERS = 200


def block_markdown(block: Block, body: int) -> str:
    """One block; `body` is the size of ordinary text on the page."""
    level = _heading_level(block, body)
    if level:
        return "#" * level + " " + _joined([line.text for line in block])
    return _paragraphs(block)


def body_size(blocks: list[Block]) -> int:
    """The size in which most of the text is set."""
    sizes: dict[int, int] = {}
    for block in blocks:
        for _, _, _, _, text, size, _ in block:
            sizes[size] = sizes.get(size, 0) + len(text)
    return max(sizes, key=sizes.__getitem__) if sizes else 0


def _heading_level(block: Block, body: int) -> int:
    first = block[0]
    ratio = first.size / body if body else 1
    if ratio < 1.12:
        short = len(block) == 1 and len(first.text) <= 90
        return 4 if short and first.bold and first.text[-1] not in ".,;" else 0
    if len(block) > 3 or sum(len(line.text) for line in block) > _HEADING_CHARACTERS:
        return 0
    return 1 if ratio >= 1.7 else 2 if ratio >= 1.35 else 3


def _paragraphs(block: Block) -> str:
    if len(block) == 1:
        return _paragraph([block[0].text])
    written: list[str] = []
    for texts in _groups(block):
        paragraph = _paragraph(texts)
        together = written and _is_item(paragraph) and _is_item(written[-1].rpartition("\n")[2])
        if together:
            written[-1] += "\n" + paragraph
        else:
            written.append(paragraph)
    return "\n\n".join(written)


def _groups(block: Block) -> Iterator[list[str]]:
    """Lines that make one paragraph; an indented line, a bullet or a dash of speech begins the next."""
    lefts = [line.x0 for line in block]
    edge = min(lefts) + block[0].size // 2
    # A hanging indent: the first line at the edge, most others further in.
    hanging = lefts[0] <= edge and 2 * sum([left > edge for left in lefts]) > len(block)
    texts: list[str] = []
    for left, line in zip(lefts, block, strict=True):
        text = line.text
        if texts and ((left > edge) != hanging or (not text[0].isalpha() and _begins(text))):
            yield texts
            texts = []
        texts.append(text)
    yield texts


def _begins(text: str) -> bool:
    """Whether it has what an item of a list begins with, or speech."""
    return text[0] == "—" or _BULLET.match(text) is not None or _NUMBER.match(text) is not None


def _paragraph(texts: list[str]) -> str:
    text = _joined(texts)
    if text[:1].isalpha():
        return text  # no letter begins a list or stands for something in Markdown
    bullet = _BULLET.match(text)
    if bullet and len(text) > bullet.end():
        return "- " + text[bullet.end() :]
    number = _NUMBER.match(text)
    if number:
        return f"{number[1]}. {text[number.end() :]}"
    return "\\" + text if _SPECIAL.match(text) else text


def _is_item(paragraph: str) -> bool:
    return not paragraph[:1].isalpha() and (
        paragraph.startswith("- ") or _NUMBER.match(paragraph) is not None
    )


def _joined(texts: list[str]) -> str:
    """Lines as one line; a word that was broken at a soft hyphen is whole again."""
    if len(texts) == 1:
        return texts[0].replace("\u00ad", "")
    text = " ".join(texts)
    return text.replace("\u00ad ", "").replace("\u00ad", "") if "\u00ad" in text else text
