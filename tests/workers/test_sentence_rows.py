"""The rows of a book by HTTP: those of the chunks that are done while others are at work, then all of them."""

from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest

from service.adapters import sentence_table
from service.domain.ids import new_id
from tests.support.small_book import Desk, SmallBook, desk, pieces_of

pytestmark = [pytest.mark.anyio, pytest.mark.keys_may_stay("headway:steps", "headway:images")]

CHUNKS = (
    ["Le meunier regardait la rivière sans rien dire.", "Il attendait l’été."],
    ["Clémence racontait une histoire que tout le monde connaissait depuis dix ans.", "Quel cœur !"],
    ["La veuve quittait le vieux pont.", "ÉTÉ comme hiver, on y passait.", "Rien."],
)


@pytest.fixture
async def one(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk(database_url, redis_url, tmp_path, SmallBook(CHUNKS)) as opened:
        yield opened


def texts(told: dict[str, list[dict[str, str]]]) -> list[str]:
    return [row["text"] for row in told["items"]]


async def test_rows_come_with_their_chunks_in_the_books_order(one: Desk) -> None:
    job_id = await one.give()
    await one.chunks(job_id, "rrp")
    early = await one.client.get(f"/api/jobs/{job_id}/sentences")
    assert (early.status_code, early.json()["code"]) == (404, "no_sentences")
    one.book.let(2)
    await one.chunks(job_id, "rdr")
    told = await one.rows(job_id)
    second = [piece for sentence in CHUNKS[1] for piece in pieces_of(sentence)]
    assert (texts(told), told["whole"], told["chunks"]) == (second, False, {"2": len(second)})
    assert {(row["number"], row["chunk"], row["page"]) for row in told["items"]} == {(None, 2, 2)}
    one.book.let(1)
    await one.chunks(job_id, "ddr")
    told = await one.rows(job_id, offset=2, limit=3)
    assert (texts(told), told["total"]) == (one.book.pieces[2:5], sum(told["chunks"].values()))
    assert (await one.rows(job_id, offset=told["total"]))["items"] == []
    assert texts(await one.rows(job_id, q="ete")) == ["Il attendait l’été."]
    one.book.let(3)
    await one.house.state(job_id, "completed")
    told = await one.rows(job_id)
    assert told["whole"] and [row["number"] for row in told["items"]] == list(range(1, told["total"] + 1))
    assert sum(told["chunks"].values()) == told["total"] and told["chunks"].keys() == {"1", "2", "3"}


async def test_the_whole_table_is_that_of_the_files(one: Desk) -> None:
    job_id = await one.done()
    told = await one.rows(job_id)
    file = orjson.loads(await one.house.artifact(job_id, "sentences.json"))
    assert told["items"] == file["sentences"]
    assert len({row["id"] for row in told["items"]}) == told["total"]
    first = told["items"][0]
    assert (first["id"], first["source"], first["opens"]) == ("1:0:0", CHUNKS[0][0], True)


async def test_what_is_looked_for_is_found_whatever_its_case_and_accents(one: Desk) -> None:
    job_id = await one.done()
    assert texts(await one.rows(job_id, q="ETE")) == ["Il attendait l’été.", "ÉTÉ comme hiver, on y"]
    assert texts(await one.rows(job_id, q="l'été")) == ["Il attendait l’été."]
    assert texts(await one.rows(job_id, q="coeur")) == ["Quel cœur !"]
    part = await one.rows(job_id, q="e", offset=2, limit=3)
    every = await one.rows(job_id, q="e")
    assert (part["items"], part["total"]) == (every["items"][2:5], every["total"])
    assert (await one.rows(job_id, q="nulle part"))["total"] == 0


async def test_somebody_elses_book_and_other_documents_have_none(one: Desk) -> None:
    job_id = await one.done()
    _, stranger = await one.site.user("Eve")
    assert (await stranger.get(f"/api/jobs/{job_id}/sentences")).status_code == 404
    assert (await one.client.get(f"/api/jobs/{new_id()}/sentences")).status_code == 404
    plain = await one.house.accept("a.txt", "txt", b"words", start=False)
    answer = await one.client.get(f"/api/jobs/{plain.job_id}/sentences")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_sentences")
    for query in ({"limit": "0"}, {"limit": "1001"}, {"offset": "-1"}, {"offset": "x"}, {"page": "1"}):
        wrong = await one.client.get(f"/api/jobs/{job_id}/sentences", params=query)
        assert wrong.status_code == 422, query


async def test_a_long_table_is_read_from_where_it_is_wanted(
    sqlite_url: str, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what is asked for is decoded."""
    long = [[f"Phrase numéro {page} et {at} de ce livre." for at in range(500)] for page in range(1, 9)]
    async with desk(sqlite_url, redis_url, tmp_path, SmallBook(long)) as one:
        job_id = await one.done()
        decoded = 0
        of_lines = sentence_table.rows_of_lines

        def counted(lines: list[bytes]) -> sentence_table.Rows:
            nonlocal decoded
            decoded += len(lines)
            return of_lines(lines)

        monkeypatch.setattr(sentence_table, "rows_of_lines", counted)
        for offset in (0, 3_333, 7_000, 7_999, 8_000, 90_000_000):
            told = await one.rows(job_id, offset=offset, limit=300)
            assert texts(told) == one.book.pieces[offset : offset + 300]
        everything = len(one.book.pieces)
        assert (everything, told["total"]) == (8_000, 8_000) and decoded < everything
