"""What people change in a book's sentences: kept apart from what was made, seen by everybody who looks, and saved."""

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import orjson
import pytest

from service.adapters.tables import SentenceEditRow
from service.domain.json import JsonObject
from tests.support.small_book import Desk, SmallBook, desk
from tests.support.waiting import until

pytestmark = [pytest.mark.anyio, pytest.mark.keys_may_stay("headway:steps", "headway:images")]

CHUNKS = (
    ["Le meunier regardait la rivière sans rien dire.", "Il attendait."],
    ["Clémence racontait une histoire.", "=1+1 disait-il."],
)


@pytest.fixture
async def one(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk(database_url, redis_url, tmp_path, SmallBook(CHUNKS)) as opened:
        yield opened


async def put(one: Desk, job_id: str, row: str, text: str | None, was: str) -> httpx.Response:
    body = {"text": text, "was": was}
    return await one.client.patch(f"/api/jobs/{job_id}/sentences/{row}", json=body)


async def edits_told(one: Desk, job_id: str) -> Any:
    return (await one.house.snapshot(job_id)).value.get("edits")


async def test_a_sentence_is_changed_and_taken_back(one: Desk) -> None:
    job_id = await one.done()
    first, *others = (await one.rows(job_id))["items"]
    assert "original" not in first and await edits_told(one, job_id) is None
    after = await put(one, job_id, first["id"], "  Le meunier  se taisait. ", first["text"])
    assert after.status_code == 200, after.text
    changed = after.json()
    assert (changed["text"], changed["words"]) == ("Le meunier se taisait.", 4)
    assert (changed["original"], changed["edited_by"]) == (first["text"], "Ada")
    assert changed["edited_at"] == pytest.approx((await one.house.job(job_id)).changed_at, abs=5)
    assert await edits_told(one, job_id) == 1
    told = await one.rows(job_id)
    assert told["items"] == [changed, *others]
    assert (await one.rows(job_id, edited="true"))["items"] == [changed]
    assert (await one.rows(job_id, q="TAISAIT"))["items"] == [changed]
    assert (await one.rows(job_id, q="meunier regardait"))["total"] == 0, "what stands there is what is found"
    assert (await put(one, job_id, first["id"], "Le meunier se taisait.", first["text"])).status_code == 200
    assert await edits_told(one, job_id) == 1, "what changes nothing is no change"
    back = await put(one, job_id, first["id"], None, changed["text"])
    assert back.json() == first and (await one.rows(job_id, edited="true"))["total"] == 0
    assert await edits_told(one, job_id) == 2
    async with one.house.a.db.reading() as session:
        assert await session.get(SentenceEditRow, (job_id, first["id"])) is None


async def test_who_saw_something_else_is_told_what_stands_there(one: Desk) -> None:
    job_id = await one.done()
    row = (await one.rows(job_id))["items"][0]
    await put(one, job_id, row["id"], "Ceci.", row["text"])
    for text in ("Cela.", None):
        late = await put(one, job_id, row["id"], text, row["text"])
        assert (late.status_code, late.json()["code"]) == (409, "sentence_changed")
        theirs = late.json()["sentence"]
        assert (theirs["text"], theirs["original"], theirs["edited_by"]) == ("Ceci.", row["text"], "Ada")
    assert (await put(one, job_id, row["id"], "Cela.", "Ceci.")).status_code == 200


async def test_only_what_can_stand_in_a_row_is_taken(one: Desk) -> None:
    job_id = await one.done()
    row = (await one.rows(job_id))["items"][0]
    for text in ("", "   ", "x" * 2001, "a\x00b", "a\x1b[2Jb", "\u200b", "\u00ad \u0301"):
        answer = await put(one, job_id, row["id"], text, row["text"])
        assert (answer.status_code, answer.json()["code"]) == (422, "sentence_text")
    long = "un mot " * 280
    assert (await put(one, job_id, row["id"], long, row["text"])).json()["words"] == 560
    for place in ("9:0:0", "1:0:9", "1:0", "x", "1" * 60):
        assert (await put(one, job_id, place, "Oui.", "Non.")).status_code == 404, place
    _, stranger = await one.site.user("Eve")
    body = {"text": "Oui.", "was": row["text"]}
    assert (await stranger.patch(f"/api/jobs/{job_id}/sentences/{row['id']}", json=body)).status_code == 404
    assert (await stranger.get(f"/api/jobs/{job_id}/sentences.csv")).status_code == 404


async def test_nothing_is_changed_before_all_is_merged_and_changes_outlast_a_retry(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    book = SmallBook(CHUNKS, frozenset({2}))
    async with desk(database_url, redis_url, tmp_path, book) as one:
        book.let(1)
        job_id = await one.give()

        async def there() -> bool:
            answer = await one.client.get(f"/api/jobs/{job_id}/sentences")
            return answer.status_code == 200

        await until(there, "the first chunk is done")
        row = (await one.rows(job_id))["items"][0]
        early = await put(one, job_id, row["id"], "Ceci.", row["text"])
        assert (early.status_code, early.json()["code"]) == (409, "sentences_unfinished")
        book.let()
        assert (await one.house.state(job_id, "completed")).outcome == "warnings"
        assert (await put(one, job_id, row["id"], "Ceci.", row["text"])).status_code == 200
        book.bad = frozenset()
        await one.house.a.commands.retry(job_id, one.house.actor)

        async def again() -> bool:
            job = await one.house.job(job_id)
            return (job.run, job.state) == (2, "completed")

        await until(again, "the retry is completed")
        told = await one.rows(job_id)
        assert (told["items"][0]["text"], told["total"]) == ("Ceci.", len(book.pieces))
        assert await edits_told(one, job_id) == 1


async def exported(one: Desk, job_id: str, form: str, **query: str) -> bytes:
    answer = await one.client.get(f"/api/jobs/{job_id}/sentences.{form}", params=query)
    assert answer.status_code == 200, answer.text
    assert f'filename="novel.{form}"' in answer.headers["Content-Disposition"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    return answer.content


async def test_files_have_the_changes(one: Desk) -> None:
    job_id = await one.done()
    untouched: JsonObject = orjson.loads(await exported(one, job_id, "json"))
    assert untouched == orjson.loads(await one.house.artifact(job_id, "sentences.json"))
    for form in ("csv", "txt"):
        assert await exported(one, job_id, form) == await one.house.artifact(job_id, f"sentences.{form}")
    rows = (await one.rows(job_id))["items"]
    await put(one, job_id, rows[0]["id"], "@Ceci; est ”neuf”", rows[0]["text"])
    rows = (await one.rows(job_id))["items"]
    wanted = [[str(r["number"]), r["text"], str(r["words"]), str(r["page"]), r["source"]] for r in rows]
    plain = (await exported(one, job_id, "csv", separator=";", bom="false")).decode()
    _, *cells = csv.reader(io.StringIO(plain), delimiter=";")
    assert [cell.lstrip("'") for line in cells for cell in line] == [cell for line in wanted for cell in line]
    assert cells[0][1] == "'@Ceci; est ”neuf”", "no formula"
    assert (await exported(one, job_id, "csv")).startswith("\ufeff".encode())
    book = openpyxl.load_workbook(io.BytesIO(await exported(one, job_id, "xlsx")))
    sheet = book["Sentences"]
    assert [[str(cell.value) for cell in row] for row in sheet.iter_rows(min_row=2)] == wanted
    assert (await exported(one, job_id, "txt")).decode().splitlines() == [row["text"] for row in rows]
    told: JsonObject = orjson.loads(await exported(one, job_id, "json"))
    assert told["sentences"] == rows and "original" in rows[0]
    for wrong in ("pdf", "CSV"):
        assert (await one.client.get(f"/api/jobs/{job_id}/sentences.{wrong}")).status_code == 404
    answer = await one.client.get(f"/api/jobs/{job_id}/sentences.csv", params={"separator": "x"})
    assert answer.status_code == 422
