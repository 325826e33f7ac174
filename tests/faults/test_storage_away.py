"""A bucket that does not answer: uploads are refused in words, and work waits for it without burning a failure."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from service.adapters.tables import StepRow
from tests.support.house import House, open_house
from tests.support.http_gateway import LOCAL_TOKEN, files, gateway, settings_for
from tests.support.http_trouble import HttpTrouble, trouble_before
from tests.support.pdf_files import text_pdf
from tests.support.s3_server import SOON, S3Bucket
from tests.support.waiting import until

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction] -- autouse
    monkeypatch.setattr("workers.recording.NO_ROOM_SECONDS", 0.1)
    monkeypatch.setattr("service.adapters.bucket.PATIENCE", SOON)


@pytest.fixture
async def proxy(bucket: S3Bucket) -> AsyncIterator[HttpTrouble]:
    async with trouble_before(bucket.endpoint) as before:
        yield before


async def test_work_waits_for_the_storage_burns_no_failures_and_goes_on(
    sqlite_url: str, redis_url: str, tmp_path: Path, bucket: S3Bucket, proxy: HttpTrouble
) -> None:
    settings = bucket.settings() | {"storage_endpoint": proxy.endpoint}
    async with open_house(sqlite_url, redis_url, tmp_path / "data", **settings) as house:
        job_id = (await house.accept("a.pdf", "pdf", text_pdf("words of a page"))).job_id
        proxy.trouble(503)
        async with house.worker():
            await until(lambda: _waits_for(house, job_id), "the card says what the job waits for")
            assert (await house.job(job_id)).state in ("queued", "processing")
            proxy.peace()
            await house.state(job_id, "completed")
        value = (await house.snapshot(job_id)).value
        assert not value.get("waits_for")
        assert [line["code"] for line in value["log"].values()].count("storage_away") == 1, "it says so once"
        async with house.a.db.reading() as session:
            failures = await session.scalars(select(StepRow.failures).where(StepRow.job_id == job_id))
        assert set(failures) == {0}
        assert b"words of a page" in await house.artifact(job_id, "text.txt")


async def _waits_for(house: House, job_id: str) -> bool:
    value = (await house.snapshot(job_id)).value
    return (value.get("waits_for") or {}).get("code") == "storage_away"


async def test_uploads_are_refused_in_words_while_it_is_away(
    sqlite_url: str, redis_url: str, tmp_path: Path, bucket: S3Bucket, proxy: HttpTrouble
) -> None:
    settings = bucket.settings() | {"storage_endpoint": proxy.endpoint}
    async with gateway(settings_for(sqlite_url, redis_url, tmp_path, **settings)) as site:
        client = site.client(LOCAL_TOKEN)
        proxy.trouble(403)
        answer = await client.post("/api/uploads", files=files(("a.txt", b"words")))
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
        (rejected,) = answer.json()["rejected"]
        mixed = await client.post("/api/uploads", files=files(("a.txt", b"words"), ("b.txt", b"")))
        assert mixed.status_code == 422, "one of them would be refused again"
        assert (rejected["problem"]["code"], rejected["problem"]["status"]) == ("storage_away", 503)
        proxy.peace()
        accepted = await client.post("/api/uploads", files=files(("a.txt", b"words")))
        assert accepted.status_code == 202
        document_id = accepted.json()["accepted"][0]["document_id"]
        proxy.trouble(503)
        refused = await client.get(f"/api/documents/{document_id}/content")
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "10")
        assert "storage" in refused.json()["detail"]
