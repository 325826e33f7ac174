"""Lists over HTTP: pages, filters, what is newer in the event log on top, and a price that does not grow."""

import httpx
import pytest
from sqlalchemy import update

from service.adapters.event_log import EventLog
from service.adapters.events import StepFacts
from service.adapters.tables import JobRow
from service.domain.ids import new_id
from service.protocol.snapshot import CARD_FIELDS
from tests.support.counting import statements
from tests.support.http_gateway import PDF, Gateway, files
from tests.support.waiting import until

pytestmark = pytest.mark.keys_may_stay("headway:steps", "headway:images")


async def upload(client: httpx.AsyncClient, *names: str, **query: str) -> list[str]:
    sent = files(*((name, PDF + name.encode()) for name in names))
    answer = await client.post("/api/uploads", files=sent, params=query)
    return [each["job_id"] for each in answer.json()["accepted"]]


async def test_pages_follow_each_other_by_cursor(site: Gateway) -> None:
    _, client = await site.user("Ann")
    made = await upload(client, *(f"{n}.pdf" for n in range(7)))
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        page = (await client.get("/api/jobs", params={"limit": 3, "cursor": cursor})).json()
        seen += [each["id"] for each in page["items"]]
        cursor = page["next"]
        assert page["counts"]["total"] == 7
    assert seen == made[::-1]


async def test_filters_search_and_counts(site: Gateway) -> None:
    _, client = await site.user("Ann")
    first, second = await upload(client, "Élan vital.pdf", "other.pdf")
    await client.post(f"/api/jobs/{second}/cancel")
    failed = (await client.get("/api/jobs", params={"state": "cancelled,failed"})).json()
    assert [each["id"] for each in failed["items"]] == [second]
    assert (failed["counts"]["total"], failed["counts"]["cancelled"], failed["counts"]["queued"]) == (2, 1, 1)
    found = (await client.get("/api/jobs", params={"q": "éLAN"})).json()
    assert [each["id"] for each in found["items"]] == [first]
    assert found["counts"]["total"] == 1
    assert (await client.get("/api/jobs", params={"pipeline": "none"})).json()["items"] == []


async def test_a_card_shows_what_the_event_log_knows_better(site: Gateway, redis_url: str) -> None:
    ann, client = await site.user("Ann")
    (job_id,) = await upload(client, "a.pdf")
    log = EventLog(redis_url)
    await until(lambda: log.snapshot(job_id), "the job is in the event log")
    async with site.db.writing() as session:
        await session.execute(
            update(JobRow).where(JobRow.id == job_id).values(state="processing", cost_total=1000)
        )
    facts = StepFacts(job_id, ann.user_id, 1, new_id(), 1, done=400, cost=1000)
    await log.append_facts(facts)
    (card,) = (await client.get("/api/jobs")).json()["items"]
    assert card["percent"] > 0
    assert set(card) <= CARD_FIELDS
    async with site.db.writing() as session:
        await session.execute(
            update(JobRow).where(JobRow.id == job_id).values(state="paused", revision=JobRow.revision + 1)
        )
    (card,) = (await client.get("/api/jobs")).json()["items"]
    assert card["state"] == "paused", "a row that is newer than the log wins"
    await log.close()


async def test_a_list_needs_no_redis(site: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    _, client = await site.user("Ann")
    (job_id,) = await upload(client, "a.pdf")

    async def away(*_: object) -> None:
        raise ConnectionError("redis is away")

    monkeypatch.setattr(EventLog, "cards", away)
    (card,) = (await client.get("/api/jobs")).json()["items"]
    assert (card["id"], card["name"]) == (job_id, "a.pdf")


async def test_the_price_of_a_list_does_not_grow_with_its_length(sqlite_site: Gateway) -> None:
    _, client = await sqlite_site.user("Ann")
    batch = (await client.post("/api/batches")).json()["batch_id"]
    prices: list[list[int]] = []
    for count in (3, 30):
        for _ in range(count // 3):
            await upload(client, *(f"{new_id()}.pdf" for _ in range(3)), batch=batch)
        price: list[int] = []
        for path in ("/api/jobs?limit=500", f"/api/batches/{batch}", "/api/jobs?q=pdf&state=queued"):
            with statements() as seen:
                assert (await client.get(path)).status_code == 200
            price.append(len(seen))
        prices.append(price)
    assert prices[0] == prices[1]
    assert prices[0] == [4, 3, 4], "who asks, then the list; or the batch and its members"
