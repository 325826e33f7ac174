"""What is done of a book that was stopped, lacks chunks or is at work can be taken away, and says what it is."""

import csv
import io
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

import httpx
import openpyxl
import pytest

from service.adapters.sentence_table import Rows
from service.adapters.tables import JobRow
from service.adapters.unmerged import counted
from service.domain.json import JsonObject
from tests.support.small_book import Desk, SmallBook, desk

pytestmark = [pytest.mark.anyio, pytest.mark.keys_may_stay("headway:steps", "headway:images")]

CHUNKS = [[f"Le chapitre {number} commence ici.", "Il finit."] for number in range(1, 5)]


def texts(*chunks: int) -> list[str]:
    return [text for chunk in chunks for text in CHUNKS[chunk - 1]]


@asynccontextmanager
async def book(
    database_url: str, redis_url: str, folder: Path, *, bad: int = 0
) -> AsyncGenerator[Desk, None]:
    """Four chunks of two rows each, one of which may fail."""
    small = SmallBook(CHUNKS, frozenset({bad} if bad else ()))
    async with desk(database_url, redis_url, folder, small, slots=4) as opened:
        yield opened


async def taken(one: Desk, job_id: str, form: str, *, part: str, header: str) -> httpx.Response:
    """The file, whose name says which part of the book it is."""
    answer = await one.client.get(f"/api/jobs/{job_id}/sentences.{form}")
    assert answer.status_code == 200, answer.text
    name = f"novel ({part}).{form}" if part else f"novel.{form}"
    assert f"filename*=UTF-8''{quote(name, safe='')}" in answer.headers["Content-Disposition"]
    assert answer.headers["Headway-Chunks"] == header
    return answer


async def read(one: Desk, job_id: str, *there: int, part: str, header: str) -> JsonObject:
    """All four files have the rows of these chunks, counted from 1; what JSON says beside them."""
    plain = await taken(one, job_id, "txt", part=part, header=header)
    assert plain.text.splitlines() == texts(*there)
    lines = list(csv.reader(io.StringIO((await taken(one, job_id, "csv", part=part, header=header)).text)))
    assert [(line[0], line[1]) for line in lines[1:]] == [
        (str(number), text) for number, text in enumerate(texts(*there), start=1)
    ]
    sheet = openpyxl.load_workbook(
        io.BytesIO((await taken(one, job_id, "xlsx", part=part, header=header)).content)
    )["Sentences"]
    assert [row[1].value for row in sheet.iter_rows(min_row=2)] == texts(*there)
    told: JsonObject = (await taken(one, job_id, "json", part=part, header=header)).json()
    assert [(row["number"], row["text"]) for row in told["sentences"]] == [
        (number, text) for number, text in enumerate(texts(*there), start=1)
    ]
    return told


async def test_what_is_done_of_a_cancelled_book_is_saved(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    async with book(database_url, redis_url, tmp_path) as one:
        job_id = await one.give()
        await one.chunks(job_id, "rrrr")
        none = await one.client.get(f"/api/jobs/{job_id}/sentences.csv")
        assert (none.status_code, none.json()["code"]) == (404, "no_sentences")
        one.book.let(1, 2)
        await one.chunks(job_id, "ddrr")
        await one.house.a.commands.cancel(job_id, one.house.actor)
        await one.house.state(job_id, "cancelled")
        told = await read(one, job_id, 1, 2, part="chunks 1-2 of 4", header="1-2/4")
        assert told["part"] == {"chunks": [[1, 2]], "of": 4}
        _, stranger = await one.site.user("Eve")
        assert (await stranger.get(f"/api/jobs/{job_id}/sentences.csv")).status_code == 404


async def test_a_book_at_work_is_saved_as_far_as_it_is_with_its_gaps(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    async with book(database_url, redis_url, tmp_path) as one:
        job_id = await one.give()
        one.book.let(1, 4)
        await one.chunks(job_id, "drrd")
        told = await read(one, job_id, 1, 4, part="chunks 1, 4 of 4", header="1,4/4")
        assert told["part"] == {"chunks": [[1, 1], [4, 4]], "of": 4}
        one.book.let()
        await one.house.state(job_id, "completed")
        assert "part" not in await read(one, job_id, 1, 2, 3, 4, part="", header="1-4/4")


async def test_a_merged_book_that_lacks_a_chunk_says_so(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    async with book(database_url, redis_url, tmp_path, bad=2) as one:
        job_id = await one.done()
        told = await read(one, job_id, 1, 3, 4, part="chunks 1, 3-4 of 4", header="1,3-4/4")
        assert told["part"] == {"chunks": [[1, 1], [3, 4]], "of": 4}


async def test_changes_of_an_earlier_run_are_in_what_is_saved_of_the_next(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    """Somebody changes a sentence, retries the failed chunk, and stops."""
    async with book(database_url, redis_url, tmp_path, bad=3) as one:
        job_id = await one.done()
        row = (await one.rows(job_id))["items"][0]
        change = {"text": "Tout commence.", "was": row["text"]}
        path = f"/api/jobs/{job_id}/sentences/{row['id']}"
        assert (await one.client.patch(path, json=change)).status_code == 200
        one.book.hold(3)
        await one.house.a.commands.retry(job_id, one.house.actor)
        await one.chunks(job_id, "ddrd")
        await one.house.a.commands.cancel(job_id, one.house.actor)
        await one.house.state(job_id, "cancelled")
        part = await taken(one, job_id, "txt", part="chunks 1-2, 4 of 4", header="1-2,4/4")
        assert part.text.splitlines() == ["Tout commence.", *texts(1, 2, 4)[1:]]


async def test_a_very_long_name_is_shortened_not_the_part_that_it_is(
    sqlite_url: str, redis_url: str, tmp_path: Path
) -> None:
    async with book(sqlite_url, redis_url, tmp_path) as one:
        job_id = await one.give()
        one.book.let(1)
        await one.chunks(job_id, "drrr")
        async with one.house.a.db.writing() as session:
            job = await session.get(JobRow, job_id)
            assert job is not None
            job.name = f"{'é' * 190}.pdf"
        answer = await one.client.get(f"/api/jobs/{job_id}/sentences.csv")
        name = quote(f"{'é' * 120} (chunk 1 of 4).csv", safe="")
        assert answer.headers["Content-Disposition"].endswith(name)


async def test_what_two_chunks_give_is_counted_once() -> None:
    """Also where a model cut the sentence into more pieces the second time, and where a chunk is empty."""

    def row(place: str) -> JsonObject:
        return {"id": place, "number": None}

    async def given() -> AsyncIterator[Rows]:
        yield [row("1:0:0"), row("2:700:0"), row("2:700:1")]
        yield []
        yield [row("2:700:0"), row("2:700:1"), row("2:700:2"), row("3:0:0")]
        yield [row("9:5:0")]

    kept = [(row["number"], row["id"]) async for rows in counted(given()) for row in rows]
    assert kept == [(1, "1:0:0"), (2, "2:700:0"), (3, "2:700:1"), (4, "3:0:0"), (5, "9:5:0")]
