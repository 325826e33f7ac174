"""Idempotency-Key: sent again, an upload is answered as it was and done once, also when both come at once."""

import asyncio

import httpx
import pytest
from sqlalchemy import func, select, update

from service.adapters.records.idempotency import SILENT_SECONDS, claim
from service.adapters.tables import IdempotencyRow, JobRow
from tests.support.http_gateway import PDF, Gateway, multipart

pytestmark = pytest.mark.keys_may_stay("headway:steps", "headway:images")

UPLOADS = "/api/uploads"


async def send(client: httpx.AsyncClient, key: str, *names: str, **query: str) -> httpx.Response:
    body, headers = multipart(*(("files", name, PDF + name.encode()) for name in names))
    return await client.post(UPLOADS, params=query, content=body, headers={**headers, "Idempotency-Key": key})


async def jobs(site: Gateway) -> int:
    async with site.db.reading() as session:
        return int(await session.scalar(select(func.count()).select_from(JobRow)) or 0)


async def test_the_first_answer_is_repeated_and_nothing_is_done_again(site: Gateway) -> None:
    _, client = await site.user("Ann")
    first = await send(client, "k1", "a.pdf", "b.pdf", force="true")
    again = await send(client, "k1", "a.pdf", "b.pdf", force="true")
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.content == again.content
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await jobs(site) == 2
    other = await send(client, "k2", "a.pdf", "b.pdf", force="true")
    assert other.json()["batch_id"] != first.json()["batch_id"]


async def test_two_that_arrive_at_once_are_done_once(site: Gateway) -> None:
    _, client = await site.user("Ann")
    answers = await asyncio.gather(*(send(client, "k", "a.pdf", force="true") for _ in range(4)))
    assert {each.status_code for each in answers} <= {202, 409}
    assert len({each.content for each in answers if each.status_code == 202}) == 1
    assert await jobs(site) == 1


async def test_a_rejection_is_repeated_too(sqlite_site: Gateway) -> None:
    _, client = await sqlite_site.user("Ann")
    body, headers = multipart(("files", "a.pdf", b""))
    answers = [
        await client.post(UPLOADS, content=body, headers={**headers, "Idempotency-Key": "k"})
        for _ in range(2)
    ]
    assert [each.status_code for each in answers] == [422, 422]
    assert answers[0].content == answers[1].content


async def test_a_key_belongs_to_one_request_of_one_user(sqlite_site: Gateway) -> None:
    _, anns = await sqlite_site.user("Ann")
    _, bens = await sqlite_site.user("Ben")
    assert (await send(anns, "k", "a.pdf")).status_code == 202
    for answer in (await send(anns, "k", "other.pdf"), await send(anns, "k", "a.pdf", force="true")):
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")
    assert (await send(bens, "k", "other.pdf")).status_code == 202


@pytest.mark.parametrize("key", ["", "é", "x" * 201, "a\tb"])
async def test_a_key_that_is_none_is_refused(sqlite_site: Gateway, key: str) -> None:
    _, client = await sqlite_site.user("Ann")
    body, headers = multipart(("files", "a.pdf", PDF))
    raw = {name.encode(): value.encode() for name, value in (*headers.items(), ("Idempotency-Key", key))}
    answer = await client.post(UPLOADS, content=body, headers=raw)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


async def test_a_request_that_came_to_nothing_frees_its_key(sqlite_site: Gateway) -> None:
    _, client = await sqlite_site.user("Ann")
    body, headers = multipart(("files", "a.pdf", PDF))
    broken = await client.post(UPLOADS, content=body[:-200], headers={**headers, "Idempotency-Key": "k"})
    assert broken.status_code == 422
    whole = await client.post(UPLOADS, content=body, headers={**headers, "Idempotency-Key": "k"})
    assert whole.status_code == 202
    assert whole.json()["accepted"][0]["name"] == "a.pdf"


async def test_a_first_request_in_a_process_that_died_is_not_waited_for_long(site: Gateway) -> None:
    ann, client = await site.user("Ann")
    assert await claim(site.db, ann.user_id, "k") is None
    busy = await send(client, "k", "a.pdf")
    assert (busy.status_code, busy.json()["code"]) == (409, "idempotency_unfinished")
    assert busy.headers["Retry-After"] == "1"
    async with site.db.writing() as session:
        await session.execute(
            update(IdempotencyRow).values(created_at=IdempotencyRow.created_at - SILENT_SECONDS - 1)
        )
    assert (await send(client, "k", "a.pdf")).status_code == 202
