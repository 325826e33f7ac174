"""Searching a long table: page after page costs what the page holds, and nobody else waits for it."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from service.adapters import folded_tables, sentence_table
from service.adapters.folded_tables import Folded
from service.adapters.local_blobs import LocalBlobs
from service.adapters.sentence_search import Looking
from service.adapters.sentence_table import Rows
from service.adapters.tables import JobRow, SentenceEditRow
from service.domain.json import JsonObject
from tests.support.counting import statements
from tests.support.small_book import Desk, SmallBook, desk
from tests.support.waiting import until

pytestmark = [pytest.mark.anyio, pytest.mark.keys_may_stay("headway:steps", "headway:images")]

LONG = [
    [f"Phrase numéro {page} et {at} dite {'rarement' if at == 250 else 'souvent'}." for at in range(500)]
    for page in range(1, 9)
]


@pytest.fixture
async def long(sqlite_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    """Eight chunks of 500 sentences, each in two rows."""
    async with desk(sqlite_url, redis_url, tmp_path, SmallBook(LONG)) as opened:
        yield opened


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows were decoded at a time."""
    counts: list[int] = []
    of_lines = sentence_table.rows_of_lines

    def counted(lines: list[bytes]) -> Rows:
        counts.append(len(lines))
        return of_lines(lines)

    monkeypatch.setattr(sentence_table, "rows_of_lines", counted)
    return counts


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Searches wait in their thread until this is set; it is in the end."""
    let = threading.Event()
    how_many = Looking.how_many

    def waiting(looking: Looking, block: Folded) -> int:
        let.wait(30)
        return how_many(looking, block)

    monkeypatch.setattr(Looking, "how_many", waiting)
    yield let
    let.set()


async def change_many(one: Desk, job_id: str, rows: list[JsonObject], text: str) -> None:
    """As if somebody had changed all of them, one after the other."""
    async with one.house.a.db.writing() as session:
        session.add_all(
            SentenceEditRow(job_id=job_id, place=row["id"], text=text, by="Ada", at=1.0) for row in rows
        )
        job = await session.get(JobRow, job_id)
        assert job is not None
        job.edits += len(rows)


def texts(told: JsonObject) -> list[str]:
    return [row["text"] for row in told["items"]]


async def all_pages(one: Desk, job_id: str, limit: int, **query: str) -> list[str]:
    """What is found, page after page."""
    found: list[str] = []
    while True:
        told = await one.rows(job_id, offset=len(found), limit=limit, **query)
        if not told["items"]:
            assert told["total"] == len(found)
            return found
        found += texts(told)


async def test_page_after_page_all_hits_come_once_and_in_order(long: Desk) -> None:
    job_id = await long.done()
    for query in ("souvent", "rarement", "numero 3", "1", "nulle part"):
        wanted = [each for each in long.book.pieces if query in each.replace("é", "e").lower()]
        assert await all_pages(long, job_id, 333, q=query) == wanted, query
    assert await all_pages(long, job_id, 1000, edited="true") == []


async def test_rows_are_found_around_one_whose_place_is_known(long: Desk) -> None:
    job_id = await long.done()
    whole = [
        row
        for offset in range(0, 8_000, 1_000)
        for row in (await long.rows(job_id, offset=offset, limit=1000))["items"]
    ]
    for query in ("", "souvent", "numero 3"):
        rows = [row for row in whole if query in row["text"].replace("é", "e")]
        for number in (0, 1, 199, 200, 201, 333, len(rows) - 1):
            told = await long.rows(job_id, near=rows[number]["id"], limit=10, q=query)
            first = max(0, number - 5)
            assert (told["offset"], told["items"]) == (first, rows[first : first + 10]), (query, number)
    page, offset, _ = (int(each) for each in rows[400]["id"].split(":"))
    gone = await long.rows(job_id, near=f"{page}:{offset + 1}:0", limit=2, q="numero 3")
    assert [row["id"] for row in gone["items"]] == [rows[400]["id"], rows[401]["id"]]
    assert (await long.rows(job_id, near="9999:0:0", limit=4))["items"] == whole[-2:]
    for wrong in ("1", "1:2", "1:2:x", "1:2:3:4", "1:-2:3"):
        answer = await long.client.get(f"/api/jobs/{job_id}/sentences", params={"near": wrong})
        assert answer.status_code == 422, wrong


async def test_only_the_first_page_of_hits_reads_the_table(long: Desk, decoded: list[int]) -> None:
    job_id = await long.done()
    await long.rows(job_id, q="souvent", limit=200)
    assert sum(decoded) >= len(long.book.pieces)
    for query, offset, most in (("souvent", 200, 800), ("souvent", 3_900, 800), ("rarement", 0, 1_600)):
        if query == "rarement":
            await long.rows(job_id, q=query, limit=1)
        decoded.clear()
        await long.rows(job_id, q=query, offset=offset, limit=200)
        assert 0 < sum(decoded) <= most, (query, offset)
    decoded.clear()
    assert (await long.rows(job_id, q="souvent", offset=100_000))["items"] == []
    assert decoded == []


async def test_what_is_changed_meanwhile_is_found_as_it_stands(long: Desk) -> None:
    job_id = await long.done()
    first, second, *_ = (await long.rows(job_id, q="rarement"))["items"]
    body = {"text": "Jamais.", "was": first["text"]}
    answer = await long.client.patch(f"/api/jobs/{job_id}/sentences/{first['id']}", json=body)
    assert answer.status_code == 200, answer.text
    told = await long.rows(job_id, q="rarement")
    assert (told["items"][0], told["total"]) == (second, 7)
    assert texts(await long.rows(job_id, q="JAMAIS")) == ["Jamais."]
    assert texts(await long.rows(job_id, q="jamais", edited="true")) == ["Jamais."]
    assert (await long.rows(job_id, q="rarement", edited="true"))["total"] == 0


async def test_thousands_of_changes_are_found_and_a_page_reads_only_its_own(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    async with desk(database_url, redis_url, tmp_path, SmallBook(LONG[:4])) as one:
        job_id = await one.done()
        rows = (await one.rows(job_id, limit=1000))["items"] + (
            await one.rows(job_id, offset=1000, limit=1000)
        )["items"]
        await change_many(one, job_id, rows[:1300], "Tout à fait autre chose.")
        with statements(everywhere=True) as asked:
            told = await one.rows(job_id, offset=1200, limit=200)
        assert sum("sentence_edits" in each for each in asked) == 1
        assert [row.get("original") for row in told["items"]] == [
            *(row["text"] for row in rows[1200:1300]),
            *[None] * 100,
        ]
        assert await all_pages(one, job_id, 1000, q="tout a fait") == ["Tout à fait autre chose."] * 1300
        assert len(await all_pages(one, job_id, 400, edited="true")) == 1300
        left = [each for each in one.book.pieces[1300:] if "souvent" in each]
        assert await all_pages(one, job_id, 1000, q="souvent") == left


async def test_many_searches_at_once_hold_up_nobody_else(long: Desk, held: threading.Event) -> None:
    job_id = await long.done()
    queries = [f"numero {page}" for page in range(1, 9)] * 5
    searches = [asyncio.create_task(long.rows(job_id, q=query)) for query in queries]
    # Rows, and what needs a thread too, come while all of them are at work.
    for offset in range(0, 8_000, 1_000):
        told = await asyncio.wait_for(long.rows(job_id, offset=offset, limit=200), 10)
        assert texts(told) == long.book.pieces[offset : offset + 200]
    assert (await long.client.get("/livez")).status_code == 200
    assert not any(each.done() for each in searches)
    held.set()
    assert {(await each)["total"] for each in searches} == {500}


async def test_different_searches_at_once_read_the_table_once(long: Desk, decoded: list[int]) -> None:
    """What each of them shows is read beside that, and only that."""
    job_id = await long.done()
    searches = [long.rows(job_id, q=f"et {at}", limit=10) for at in range(30)]
    told = await asyncio.gather(*searches)
    assert all(each["total"] >= len(each["items"]) > 0 for each in told)
    assert sum(decoded) <= len(long.book.pieces) + 30 * 200


async def test_few_searches_hold_a_part_of_a_very_long_table_at_a_time(
    long: Desk, held: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of which nothing is kept."""
    monkeypatch.setattr(folded_tables, "_MOST_BYTES", 1000)
    job_id = await long.done()
    held.set()
    whole = await all_pages(long, job_id, 500, q="rarement")
    assert whole == [each for each in long.book.pieces if "rarement" in each]
    held.clear()
    reading, chunks = set[object](), LocalBlobs.chunks

    async def counted(blobs: LocalBlobs, *args: Any) -> AsyncIterator[bytes]:
        mine = object()
        reading.add(mine)
        async for piece in chunks(blobs, *args):
            yield piece
        reading.remove(mine)

    monkeypatch.setattr(LocalBlobs, "chunks", counted)
    searches = [asyncio.create_task(long.rows(job_id, q=f"et {at}", limit=1)) for at in range(30)]
    await until(lambda: len(reading) == 4, "as many read as may")
    assert (await long.client.get("/livez")).status_code == 200
    assert len(reading) == 4
    held.set()
    totals = [(await each)["total"] for each in searches]
    assert all(totals)
    assert not reading


async def test_who_looks_for_the_same_shares_the_look_also_when_one_goes_away(
    long: Desk, held: threading.Event, decoded: list[int]
) -> None:
    job_id = await long.done()
    same = [asyncio.create_task(long.rows(job_id, q="souvent", limit=1)) for _ in range(6)]
    await until(lambda: decoded, "the look has begun")
    same[0].cancel()
    held.set()
    assert {(await each)["total"] for each in same[1:]} == {3_992}
    assert sum(decoded) < 2 * len(long.book.pieces)
