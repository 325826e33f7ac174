"""Idempotency-Key: sent again, an upload is answered as it was and done once, also when both come at once."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import func, select, update

from service.adapters.clock import db_now
from service.adapters.records.idempotency import FirstAnswer, FirstRequest, claim, find, keep, release
from service.adapters.tables import IdempotencyRow, JobRow
from tests.support.http_gateway import PDF, Gateway, multipart
from tests.support.waiting import until

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


async def test_what_was_accepted_before_the_answer_was_lost_is_not_accepted_again(
    site: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though the first job has failed since, and another is wanted even if there is one."""
    _, client = await site.user("Ann")
    with monkeypatch.context() as patch:

        async def dies(*_: object) -> None:
            raise OSError("the gateway is gone")

        patch.setattr("service.adapters.records.idempotency.keep", dies)
        assert (await send(client, "k", "a.pdf", "b.pdf", force="true")).status_code == 500
    async with site.db.writing() as session:
        await session.execute(update(JobRow).where(JobRow.name == "a.pdf").values(state="failed"))
        made = {row.name: (row.id, row.batch_id) for row in await session.scalars(select(JobRow))}
    again = await send(client, "k", "a.pdf", "b.pdf", force="true")
    told = again.json()
    assert again.status_code == 202 and "Idempotency-Replayed" not in again.headers
    assert {each["name"]: (each["job_id"], told["batch_id"]) for each in told["accepted"]} == made
    assert [(each["state"], each["duplicate_of"]) for each in told["accepted"]] == [
        ("failed", None), ("queued", None),
    ]  # fmt: skip
    assert await jobs(site) == 2
    await send(client, "k2", "a.pdf", force="true")
    assert await jobs(site) == 3, "another key is another upload"


async def test_an_upload_that_broke_off_goes_on_with_the_files_that_had_not_come(site: Gateway) -> None:
    _, client = await site.user("Ann")
    body, headers = multipart(("files", "a.pdf", PDF + b"a"), ("files", "b.pdf", PDF + b"b"))
    keyed, forced = {**headers, "Idempotency-Key": "k"}, {"force": "true"}
    broken = (await client.post(UPLOADS, params=forced, content=body[:-200], headers=keyed)).json()
    whole = (await client.post(UPLOADS, params=forced, content=body, headers=keyed)).json()
    assert [each["name"] for each in broken["accepted"]] == ["a.pdf"]
    assert [each["name"] for each in whole["accepted"]] == ["a.pdf", "b.pdf"]
    assert (whole["accepted"][0], whole["batch_id"]) == (broken["accepted"][0], broken["batch_id"])
    assert await jobs(site) == 2


async def let_pass(site: Gateway, seconds: float) -> None:
    """As if so much time had passed since the last sign of life of whoever has a key."""
    async with site.db.writing() as session:
        await session.execute(update(IdempotencyRow).values(created_at=IdempotencyRow.created_at - seconds))


async def test_a_key_is_free_a_few_seconds_after_the_process_of_its_first_request_died(site: Gateway) -> None:
    ann, client = await site.user("Ann")
    assert isinstance(await claim(site.db, ann.user_id, "k"), FirstRequest)
    busy = await send(client, "k", "a.pdf")
    assert (busy.status_code, busy.json()["code"]) == (409, "idempotency_unfinished")
    assert busy.headers["Retry-After"] == "1"
    await let_pass(site, 5.1)
    assert (await send(client, "k", "a.pdf")).status_code == 202


async def test_a_first_request_keeps_its_key_while_it_lives_however_slowly_its_body_comes(
    site: Gateway,
) -> None:
    _, client = await site.user("Ann")
    body, headers = multipart(("files", "a.pdf", PDF))
    goes_on = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield body[:-100]
        await goes_on.wait()
        yield body[-100:]

    slow = {**headers, "Idempotency-Key": "k"}
    first = asyncio.create_task(client.post(UPLOADS, content=slowly(), headers=slow))

    async def silent_for() -> float | None:
        async with site.db.reading() as session:
            return await session.scalar(select(db_now() - IdempotencyRow.created_at))

    async def is_known() -> bool:
        return await silent_for() is not None

    async def is_renewed() -> bool:
        return (await silent_for() or 0.0) < 2

    await until(is_known, "the first request has its key")
    await let_pass(site, 4)
    await until(is_renewed, "it gives a sign of life without a byte of its body")
    goes_on.set()
    assert (await first).status_code == 202
    again = await client.post(UPLOADS, content=body, headers=slow)
    assert again.headers["Idempotency-Replayed"] == "true"


async def test_who_was_taken_for_dead_and_is_not_changes_nothing_of_who_came_after(site: Gateway) -> None:
    ann, _ = await site.user("Ann")
    zombie = await claim(site.db, ann.user_id, "k")
    await let_pass(site, 5.1)
    second = await claim(site.db, ann.user_id, "k")
    assert isinstance(zombie, FirstRequest) and isinstance(second, FirstRequest)
    await keep(site.db, zombie, FirstAnswer("other", 202, b"of the dead"))
    await release(site.db, zombie)
    mine = FirstAnswer("mine", 202, b"of the living")
    await keep(site.db, second, mine)
    assert await find(site.db, ann.user_id, "k") == mine
