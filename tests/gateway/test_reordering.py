"""Other orders for a document that is there: other options for a staged job, and one more job over it."""

import asyncio
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis
from sqlalchemy import select, update

from service.adapters.tables import DocumentRow, JobRow
from service.domain.ids import new_id
from tests.support.http_gateway import LOCAL_TOKEN, PDF, Gateway, files

pytestmark = pytest.mark.keys_may_stay("headway:steps", "headway:images")


async def uploaded(client: httpx.AsyncClient, content: bytes = PDF, **query: str) -> dict[str, Any]:
    told = await client.post("/api/uploads", files=files(("a.pdf", content)), params=query)
    assert told.status_code == 202, told.text
    return told.json()["accepted"][0]


async def job_row(site: Gateway, job_id: str) -> JobRow:
    async with site.db.reading() as session:
        row = await session.get(JobRow, job_id)
    assert row is not None
    return row


async def test_a_staged_job_takes_other_options_and_is_another_work_then(site: Gateway) -> None:
    client = site.client(LOCAL_TOKEN)
    job = await uploaded(client, start="false")
    url = f"/api/jobs/{job['job_id']}"
    async with site.db.writing() as session:
        await session.execute(update(JobRow).values(estimate={"seconds": 1.0}))
    changed = await client.patch(url, json={"options": {"languages": ["fr"]}})
    assert changed.status_code == 200, changed.text
    value = changed.json()["value"]
    assert value["options"] == {"ocr": "auto", "languages": ["fr"]} and value.get("estimate") is None
    assert (
        value["state"] == "staged"
        and [each["code"] for each in value["log"].values()][-1] == "options_changed"
    )
    assert site.settings.redis_url is not None
    async with Redis.from_url(site.settings.redis_url.get_secret_value()) as redis:
        assert await redis.exists(f"arq:job:estimate:{job['job_id']}"), "a worker is asked to look again"
    same = await client.post(
        "/api/uploads",
        data={"options": '{"languages": ["fr"]}'},
        files={"files": ("b.pdf", PDF)},
        params={"start": "false"},
    )
    assert same.json()["accepted"][0]["duplicate_of"] == job["job_id"]
    assert (await uploaded(client, start="false"))["duplicate_of"] is None
    again = await client.patch(url, json={"options": {"ocr": "never"}})
    assert again.json()["value"]["options"] == {"ocr": "never", "languages": ["fr"]}, "what is left out stays"


async def test_options_that_cannot_be_are_refused_and_only_staged_jobs_change(site: Gateway) -> None:
    client = site.client(LOCAL_TOKEN)
    job = await uploaded(client, start="false")
    url = f"/api/jobs/{job['job_id']}"
    for options in ({"ocr": "perhaps"}, {"nonsense": 1}, {"languages": "fr"}):
        wrong = await client.patch(url, json={"options": options})
        assert (wrong.status_code, wrong.json()["code"]) == (422, "options_invalid")
    for body in ({}, {"options": None}, {"options": {}, "name": "b.pdf"}):
        assert (await client.patch(url, json=body)).status_code == 422
    _, stranger = await site.user("Eve")
    assert (await stranger.patch(url, json={"options": {}})).status_code == 404
    assert (await client.post(f"{url}/start")).status_code == 202
    late = await client.patch(url, json={"options": {"ocr": "never"}})
    assert (late.status_code, late.json()["code"]) == (409, "not_possible")
    assert (await job_row(site, job["job_id"])).options["ocr"] == "auto"


async def test_a_document_is_worked_on_once_more(site: Gateway) -> None:
    client = site.client(LOCAL_TOKEN)
    job = await uploaded(client)
    url = f"/api/jobs/{job['job_id']}/repeat"
    answer = await client.post(url)
    assert answer.status_code == 202, answer.text
    more = answer.json()
    assert {**more, "job_id": "", "topic": ""} == {**job, "job_id": "", "topic": "", "state": "queued"}
    assert more["job_id"] != job["job_id"] and more["topic"] == f"job:{more['job_id']}"
    other = (await client.post(url, json={"options": {"ocr": "never"}, "start": False})).json()
    row = await job_row(site, other["job_id"])
    assert (row.state, row.options, row.batch_id) == ("staged", {"ocr": "never", "languages": ["en"]}, None)
    document = (await client.get(f"/api/documents/{job['document_id']}")).json()
    assert set(document["jobs"]) == {job["job_id"], more["job_id"], other["job_id"]}
    wrong = await client.post(url, json={"options": {"ocr": "perhaps"}})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "options_invalid")
    _, stranger = await site.user("Eve")
    assert (await stranger.post(url)).status_code == 404
    assert (await client.post(f"/api/jobs/{new_id()}/repeat")).status_code == 404


async def test_a_repetition_that_is_sent_again_is_one(site: Gateway) -> None:
    client = site.client(LOCAL_TOKEN)
    job = await uploaded(client)
    url, key = f"/api/jobs/{job['job_id']}/repeat", {"Idempotency-Key": "once"}
    answers = await asyncio.gather(*(client.post(url, json={"start": False}, headers=key) for _ in range(3)))
    answers = [each for each in answers if each.status_code != 409] or answers
    assert {each.json().get("job_id") for each in answers} == {answers[0].json()["job_id"]}
    after = await client.post(url, json={"start": False, "options": {}}, headers=key)
    assert after.json() == answers[0].json() and after.headers["Idempotency-Replayed"] == "true"
    other = await client.post(url, json={"start": True}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    elsewhere = await client.post(f"/api/jobs/{answers[0].json()['job_id']}/repeat", headers=key)
    assert elsewhere.status_code == 422, "the key is another request's"
    async with site.db.reading() as session:
        assert len((await session.scalars(select(JobRow.id))).all()) == 2


async def test_a_document_goes_with_all_of_its_jobs_and_not_while_one_is_at_work(site: Gateway) -> None:
    client = site.client(LOCAL_TOKEN)
    job = await uploaded(client)
    more = (await client.post(f"/api/jobs/{job['job_id']}/repeat")).json()
    assert (await client.post(f"/api/jobs/{job['job_id']}/cancel")).status_code == 202
    document = f"/api/documents/{job['document_id']}"
    kept = await client.delete(document)
    assert (kept.status_code, kept.json()["code"]) == (409, "document_in_use")
    assert (await client.get(f"{document}/content")).status_code == 200
    assert (await client.post(f"/api/jobs/{more['job_id']}/cancel")).status_code == 202
    deleting, repeating = await asyncio.gather(
        client.delete(document), client.post(f"/api/jobs/{job['job_id']}/repeat")
    )
    async with site.db.reading() as session:
        jobs = (await session.scalars(select(JobRow))).all()
        documents = (await session.scalars(select(DocumentRow.id))).all()
    if repeating.status_code == 202:
        assert (deleting.status_code, len(jobs), len(documents)) == (409, 3, 1)
    else:
        assert (repeating.status_code, deleting.status_code) == (404, 204)
        assert (jobs, documents, site.blobs()) == ([], [], [])
