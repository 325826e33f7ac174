"""At least 99 % of a document's words come out, in order, whatever its kind."""

import unicodedata
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from tests.support.documents import TEXT_KINDS, document
from workers.engines.flow.child import convert
from workers.engines.pdf.child import inspect, read_text


def kept(known: list[str], found: list[str]) -> float:
    """The share of the known words in the longest sequence that both have in common."""
    a, b = ([unicodedata.normalize("NFKC", word).casefold() for word in words] for words in (known, found))
    matches = SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()
    return sum(match.size for match in matches) / len(a)


def read(path: Path, kind: str) -> tuple[str, str]:
    """The text of all pages, and the document's Markdown."""
    markdown = None
    if kind != "pdf":
        items = list(convert(str(path), kind))
        markdown = "".join(item.get("markdown", "") for item in items)
        path.write_bytes(b"".join(item.get("blob", b"") for item in items))
        assert items[-1]["page_count"] == next(inspect(str(path)))["page_count"]
    pages = list(read_text(str(path), range(1, next(inspect(str(path)))["page_count"] + 1)))
    assert all(page["usable"] for page in pages)
    text = "\n".join(page["text"] for page in pages)
    return text, markdown if markdown is not None else "\n\n".join(page["markdown"] for page in pages)


@pytest.mark.parametrize("kind", TEXT_KINDS)
def test_the_words_are_kept_in_order(tmp_path: Path, kind: str) -> None:
    content, words = document(kind)
    path = tmp_path / "document"
    path.write_bytes(content)
    text, markdown = read(path, kind)
    assert kept(words, text.split()) >= 0.99
    assert kept(words, markdown.split()) >= 0.99
