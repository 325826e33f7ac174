"""At least 99 % of a document's words come out, in order, whatever its kind; read in children, as in earnest."""

import unicodedata
from collections.abc import AsyncIterator
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from service.domain.json import JsonObject
from service.protocol.page_record import page_records
from tests.support.documents import TEXT_KINDS, document
from workers.sandbox import Sandbox

pytestmark = pytest.mark.anyio
PDF, FLOW = "workers.engines.pdf.child", "workers.engines.flow.child"


@pytest.fixture(scope="module")
async def engines() -> AsyncIterator[Sandbox]:
    """One sandbox with both engines loaded."""
    made = Sandbox([PDF, FLOW])
    await made.start()
    yield made
    await made.close()


def kept(known: list[str], found: list[str]) -> float:
    """The share of the known words in a sequence that both have in common."""
    a, b = ([unicodedata.normalize("NFKC", word).casefold() for word in words] for words in (known, found))
    matches = SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()
    return sum(match.size for match in matches) / len(a)


async def run(engines: Sandbox, target: str, **arguments: object) -> list[JsonObject]:
    async with engines.call(target, dict(arguments)) as items:
        return [item async for item in items]


async def read(engines: Sandbox, path: Path, kind: str) -> tuple[str, str]:
    """The text of all pages, and the document's Markdown."""
    markdown: str | None = None
    if kind != "pdf":
        items = await run(engines, f"{FLOW}:convert", path=str(path), kind=kind)
        markdown = "".join(item.get("markdown", "") for item in items)
        path.write_bytes(b"".join(item.get("blob", b"") for item in items))
    [seen] = await run(engines, f"{PDF}:inspect", path=str(path))
    numbers = list(range(1, seen["page_count"] + 1))
    pages = await run(engines, f"{PDF}:read_records", path=str(path), pages=numbers)
    assert all(page["usable"] for page in pages)
    records = [record for page in pages for record in page_records(page["blob"])]
    if markdown is None:
        markdown = "\n\n".join(record.markdown.decode() for record in records)
    return "\n".join(record.text.decode() for record in records), markdown


@pytest.mark.parametrize("kind", TEXT_KINDS)
async def test_the_words_are_kept_in_order(engines: Sandbox, tmp_path: Path, kind: str) -> None:
    content, words = document(kind)
    path = tmp_path / "document"
    path.write_bytes(content)
    text, markdown = await read(engines, path, kind)
    assert kept(words, text.split()) >= 0.99
    assert kept(words, markdown.split()) >= 0.99
