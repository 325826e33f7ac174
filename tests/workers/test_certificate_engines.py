"""Certificates over the engines that read, extract and archive: a scan is read to the end, who is away is awaited."""

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from service.adapters.records.workers import workers_value
from service.domain import breaker
from tests.support.certificate_jobs import SPEC, STAR_IMO, drop, kept, steps
from tests.support.gemini_simulator import GeminiSimulator, refuse, say
from tests.support.house import House, open_house
from tests.support.http_trouble import HttpTrouble, trouble_before
from tests.support.s3_server import SOON, S3Bucket
from tests.support.waiting import until
from workers.engines.pdf.mupdf import pymupdf
from workers.engines.persistence import Persistence
from workers.samples.certificate import AURORA, certificate_pdf

pytestmark = pytest.mark.anyio
ONE_TRY = Persistence(call_seconds=2.0, tries=1)
FOLDER = "MV AURORA STAR (9074729)"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits are tenths of seconds, and one try is enough."""
    monkeypatch.setattr(breaker, "FIRST_WAIT_SECONDS", 0.3)
    monkeypatch.setattr(breaker, "LONGEST_WAIT_SECONDS", 0.6)
    monkeypatch.setattr(Persistence, "within", lambda _seconds: ONE_TRY)
    monkeypatch.setattr("service.adapters.bucket.PATIENCE", SOON)


@pytest.fixture
async def proxy(bucket: S3Bucket) -> AsyncIterator[HttpTrouble]:
    async with trouble_before(bucket.endpoint) as before:
        yield before


def scanned(degrees: int) -> bytes:
    """Aurora's certificate as a scanner stores it, laid so many degrees wrongly on the glass."""
    with pymupdf.open(stream=certificate_pdf(AURORA), filetype="pdf") as document:
        pixels = document[0].get_pixmap(dpi=200, colorspace=pymupdf.csGRAY)
    image = Image.frombytes("L", (pixels.width, pixels.height), pixels.samples).rotate(degrees, expand=True)
    stored = io.BytesIO()
    image.save(stored, "JPEG", quality=80, dpi=(200, 200))
    return stored.getvalue()


async def waits_for(house: House, job_id: str, engine: str) -> bool:
    value = (await house.snapshot(job_id)).value
    return (value.get("waits_for") or {}).get("params", {}).get("engine") == engine


@pytest.mark.parametrize("degrees", [0, 180])
async def test_a_scan_is_read_archived_and_recorded(
    database_url: str, redis_url: str, tmp_path: Path, degrees: int
) -> None:
    async with open_house(database_url, redis_url, tmp_path / "data", drain_seconds=0.6) as house:
        async with house.worker():
            job_id = (await house.accept("scan.jpg", "jpeg", scanned(degrees), spec=SPEC)).job_id
            job = await house.state(job_id, "completed")
        [row] = await kept(house)
        assert (row.imo_number, row.certificate_number) == (STAR_IMO, "BRS-2024-01873")
        assert (row.issue_date, row.valid_until) == ("2024-06-21", "2029-06-20")
        assert row.certificate_name == AURORA.title
        assert job.result is not None and job.result["ship"] == "MV AURORA STAR"
        assert (await house.snapshot(job_id)).value["pages"] == {"1": "od"}
        # The number is left of the middle of the page's upper part; it is where the page shows it.
        x0, y0, x1, y1 = row.evidence["imo_number"]["box"]
        assert (y1 < 421) == (degrees == 0) and x1 > x0 and y1 > y0


async def test_the_language_model_is_waited_for_and_nothing_counts_as_failed(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    async with GeminiSimulator() as gemini:
        gemini.default = refuse(503)
        settings: dict[str, Any] = {
            "gemini_api_key": "key",
            "gemini_endpoint": gemini.url,
            "drain_seconds": 0.6,
        }
        async with open_house(database_url, redis_url, tmp_path / "data", **settings) as house:
            async with house.worker(slots=2):
                jobs = [await drop(house, name=f"{number}.pdf") for number in range(2)]
                await until(
                    lambda: waits_for(house, jobs[0], "Google Gemini"),
                    "it says what it waits for",
                )
                assert await kept(house) == []
                async with house.a.db.reading() as session:
                    engine = (await workers_value(session))["engines"]["gemini"]
                assert engine["state"] == "unavailable" and engine["next_try"] >= engine["since"]
                gemini.default = say({"fields": [], "changes": []})
                for job_id in jobs:
                    job = await house.state(job_id, "failed")
                    assert job.error is not None and job.error["code"] == "no_certificate", "it found nothing"
            for job_id in jobs:
                [asked] = [each for each in await steps(house, job_id) if each.engine]
                assert (asked.engine, asked.failures) == ("gemini", 0)
        assert gemini.most_under_way <= 2


async def test_object_storage_is_waited_for_and_each_file_is_there_once(
    database_url: str, redis_url: str, tmp_path: Path, bucket: S3Bucket, proxy: HttpTrouble
) -> None:
    place = bucket.settings() | {"storage_endpoint": proxy.endpoint}
    settings = {**place, "storage_url": None, "archive_url": bucket.url, "drain_seconds": 0.6}
    async with open_house(database_url, redis_url, tmp_path / "data", **settings) as house:
        proxy.trouble(503)
        async with house.worker():
            job_id = await drop(house, name="a.pdf")
            await until(lambda: waits_for(house, job_id, "Object storage"), "it says what it waits for")
            assert await kept(house) == []
            proxy.peace()
            job = await house.state(job_id, "completed")
        assert (job.outcome, job.attempt) == ("success", 0)
        tried = [each for each in await steps(house, job_id) if each.engine]
        assert [each.failures - each.deaths for each in tried] == [0], "a busy machine may cost a lease"
        [row] = await kept(house)
        assert {each["engine"] for each in row.archived} == {"object_storage"}
        names = sorted(name.rpartition("/")[2] for name in bucket.objects() if f"/{FOLDER}/" in name)
        assert names == ["a.pdf", "a_Summary.txt"]
