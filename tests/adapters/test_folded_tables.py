"""What is kept of tables that are searched: read once for all, bounded, and the same hits as without."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.adapters import folded_tables
from service.adapters.folded_tables import FoldedTables, folded
from service.adapters.local_blobs import LocalBlobs
from service.adapters.sentence_search import Looking
from service.adapters.sentence_table import Block, Rows, SentenceTables, Table, TableDamaged
from service.domain.json import JsonObject
from service.domain.sentences import findable
from tests.support.waiting import until

pytestmark = pytest.mark.anyio

WORDS = st.sampled_from(["été", "ÉTÉ", "cœur", "—", "l’hiver", "", " ", "a\nb", "đi", "\x00", "e\u0301", "ﬁ"])
TEXTS = st.lists(WORDS, max_size=4).map(" ".join)


def as_it_was(looking: Looking, rows: Rows) -> Rows:
    """Row by row, without anything prepared."""
    found: Rows = []
    for row in rows:
        is_edited = row["id"] in looking.edited
        text_fits = looking.text is None or (
            row["id"] in looking.found if is_edited else looking.text in findable(row["text"])
        )
        if text_fits and (is_edited or not looking.only_edited):
            found.append(row)
    return found


@given(
    texts=st.lists(TEXTS, max_size=12),
    sought=st.one_of(st.none(), TEXTS.map(findable)),
    only_edited=st.booleans(),
    edited=st.sets(st.integers(0, 12)),
    found=st.sets(st.integers(0, 12)),
)
def test_a_prepared_block_has_the_hits_of_its_rows(
    texts: list[str], sought: str | None, only_edited: bool, edited: set[int], found: set[int]
) -> None:
    rows: Rows = [{"id": f"1:{at}:0", "text": text} for at, text in enumerate(texts)]
    if sought is None:
        only_edited = True
    looking = Looking(
        sought,
        only_edited,
        len(edited),
        frozenset(f"1:{at}:0" for at in edited),
        frozenset(f"1:{at}:0" for at in edited & found),
    )
    wanted = as_it_was(looking, rows)
    assert looking.hits(rows) == wanted
    assert looking.how_many(folded(rows)) == len(wanted)


def a_chunk(texts: Sequence[str]) -> bytes:
    lines: list[JsonObject] = [
        {
            "text": text,
            "start": [1, at],
            "end": [1, at + 1],
            "opens": False,
            "spoken": False,
            "pieces": [text],
        }
        for at, text in enumerate(texts)
    ]
    return b"".join(orjson.dumps(line) + b"\n" for line in lines)


class Library:
    """Tables of one chunk each, in a folder; how often each of them was read."""

    def __init__(self, folder: Path, texts: Sequence[str]) -> None:
        self.blobs = LocalBlobs(folder)
        self.kept = FoldedTables(SentenceTables(self.blobs))
        self.texts = texts
        self.reads: list[str] = []
        self.let = asyncio.Event()
        read = self.blobs.read

        async def counted(key: str) -> bytes:
            self.reads.append(key)
            await self.let.wait()
            return await read(key)

        self.blobs.read = counted

    async def add(self, name: str) -> None:
        await self.blobs.put(f"job/{name}", a_chunk(self.texts))

    async def of(self, name: str) -> list[folded_tables.Folded] | None:
        blob = f"job/{name}"
        table = Table(False, (Block(blob, len(self.texts), chunk=1),), {"1": len(self.texts)})
        return await self.kept.of(table, blob, [0])


@pytest.fixture
async def library(tmp_path: Path) -> Library:
    return Library(tmp_path, [f"Phrase {at}." for at in range(100)])


async def test_all_who_search_a_table_wait_for_one_reading_also_when_some_go_away(library: Library) -> None:
    await library.add("a")
    waiting = [asyncio.create_task(library.of("a")) for _ in range(20)]
    await until(lambda: library.reads, "it is read")
    for each in waiting[:10]:
        each.cancel()
    library.let.set()
    [first, *others] = [await each for each in waiting[10:]]
    assert first and all(each is first for each in others)
    assert await library.of("a") is first and library.reads == ["job/a"]


async def test_few_tables_are_read_at_a_time(library: Library) -> None:
    for name in "abcdef":
        await library.add(name)
    waiting = [asyncio.create_task(library.of(name)) for name in "abcdef"]
    await until(lambda: len(library.reads) == 2, "as many as may")
    library.let.set()
    assert all([await each for each in waiting]) and len(library.reads) == 6


async def test_what_was_searched_longest_ago_goes_first(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.let.set()
    for name in "abc":
        await library.add(name)
    blocks = await library.of("a")
    assert blocks
    monkeypatch.setattr(folded_tables, "_MOST_BYTES", int(2.5 * sum(each.size for each in blocks)))
    await library.of("b")
    await library.of("a")
    await library.of("c")
    assert [bool(library.kept.kept(f"job/{name}")) for name in "abc"] == [True, False, True]


async def test_what_is_too_long_is_not_kept_nor_tried_again(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folded_tables, "_MOST_BYTES", 100)
    library.let.set()
    await library.add("a")
    assert await library.of("a") is None and await library.of("a") is None
    assert library.reads == ["job/a"]


async def test_damage_is_told_to_all_and_not_remembered(library: Library) -> None:
    await library.blobs.put("job/a", b"{}\n")
    waiting = [asyncio.create_task(library.of("a")) for _ in range(3)]
    library.let.set()
    for each in waiting:
        with pytest.raises(TableDamaged):
            await each
    await library.add("a")
    assert await library.of("a")
