"""Results and originals: for keeping, never for running, under names that nobody misreads."""

import asyncio
import io
import zipfile
from typing import Any

import httpx
import orjson
import pytest
from redis.asyncio import Redis

from service.adapters import keys
from service.adapters.local_blobs import LocalBlobs
from service.adapters.queue import image_key
from service.adapters.tables import ArtifactRow, JobRow, StepRow
from service.domain.ids import new_id
from service.gateway.files import disposition
from service.protocol.page_record import page_record
from tests.support.http_gateway import LOCAL_TOKEN, PDF, Gateway, files, multipart

pytestmark = pytest.mark.keys_may_stay("headway:steps", "headway:images")


async def job_with(
    site: Gateway, client: httpx.AsyncClient, name: str, content: bytes = PDF, **artifacts: bytes
) -> dict[str, Any]:
    """An uploaded document whose job has these results; `_` in a name stands for a dot."""
    body, headers = multipart(("files", name, content))
    told = (await client.post("/api/uploads", content=body, headers=headers, params={"force": "1"})).json()
    job_id = told["accepted"][0]["job_id"]
    store = LocalBlobs(site.store)
    async with site.db.writing() as session:
        for number, (given, made) in enumerate(artifacts.items()):
            artifact = given.replace("_", ".")
            blob = f"{job_id}/{new_id()}/{number}"
            await store.put(blob, made)
            media_type = {
                "txt": "text/plain; charset=utf-8",
                "json": "application/json",
                "html": "text/html",
            }.get(artifact.rpartition(".")[2], "application/octet-stream")
            session.add(
                ArtifactRow(
                    job_id=job_id,
                    name=artifact,
                    step_id=new_id(),
                    blob=blob,
                    size=len(made),
                    media_type=media_type,
                )
            )
    await store.close()
    return {**told["accepted"][0], "batch_id": told["batch_id"]}


async def test_a_result_is_an_attachment_that_can_do_nothing(site: Gateway) -> None:
    client = site.client(LOCAL_TOKEN)
    script = b"<script>alert(1)</script>"
    job = await job_with(site, client, "a.pdf", text_txt=script, pages_json=b"{}", page_html=script)
    for name in ("text.txt", "pages.json", "page.html"):
        for query in ({}, {"inline": "1"}):
            answer = await client.get(f"/api/jobs/{job['job_id']}/artifacts/{name}", params=query)
            assert answer.status_code == 200
            inline = bool(query) and name != "page.html"
            kind = answer.headers["Content-Disposition"].split(";")[0]
            assert kind == ("inline" if inline else "attachment")
            assert "sandbox" in answer.headers["Content-Security-Policy"]
            assert "script-src" not in answer.headers["Content-Security-Policy"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.content == script
    assert answer.headers["Content-Length"] == str(len(script))
    missing = await client.get(f"/api/jobs/{job['job_id']}/artifacts/..%2f..%2ftoken")
    assert missing.status_code == 404


async def test_the_original_comes_back_under_its_name(sqlite_site: Gateway) -> None:
    client = sqlite_site.client(LOCAL_TOKEN)
    content = PDF + bytes(range(256)) * 1000
    job = await job_with(sqlite_site, client, 'Zażółć "你好".pdf', content)
    answer = await client.get(f"/api/documents/{job['document_id']}/content")
    assert answer.content == content
    assert answer.headers["Content-Type"] == "application/pdf"
    assert (
        "filename*=UTF-8''Za%C5%BC%C3%B3%C5%82%C4%87%20%22%E4%BD%A0%E5%A5%BD%22.pdf"
        in (answer.headers["Content-Disposition"])
    )


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("report.pdf", "report.pdf"),
        ('a"b.pdf', "a_b.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie_ x=1.pdf"),
        ("..\\..\\x.exe", "x.exe"),
        ("100%41.pdf", "100_41.pdf"),
        ("\u202efdp.exe", "fdp.exe"),
    ],
)
def test_a_header_holds_any_name(name: str, plain: str) -> None:
    header = disposition(name)
    assert f'filename="{plain}"' in header
    assert header.isascii()
    assert header.isprintable()


async def test_a_batch_is_downloaded_as_one_archive(site: Gateway) -> None:
    _, client = await site.user("Ann")
    batch = (await client.post("/api/batches", json={"name": "Spring 🌷"})).json()["batch_id"]
    made: list[dict[str, Any]] = []
    for name in ("a.pdf", "A.PDF", "../evil.pdf"):
        body, headers = multipart(("files", name, PDF + str(len(made)).encode()))
        told = await client.post("/api/uploads", content=body, headers=headers, params={"batch": batch})
        made += told.json()["accepted"]
    store = LocalBlobs(site.store)
    big = bytes(range(256)) * 10_000
    async with site.db.writing() as session:
        for number, job in enumerate(made):
            for name, content in (("text.txt", f"text {number}".encode()), ("pages.json", big)):
                blob = f"{job['job_id']}/{new_id()}/1"
                await store.put(blob, content)
                session.add(
                    ArtifactRow(
                        job_id=job["job_id"],
                        name=name,
                        step_id=new_id(),
                        blob=blob,
                        size=len(content),
                        media_type="text/plain",
                    )
                )
    answer = await client.get(f"/api/batches/{batch}/artifacts.zip")
    assert answer.headers["Content-Type"] == "application/zip"
    assert "Spring" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == sorted(
            f"{folder}/{name}"
            for folder in ("a.pdf", "A.PDF (2)", "evil.pdf")
            for name in ("text.txt", "pages.json")
        )
        assert archive.read("A.PDF (2)/text.txt") == b"text 1"
        assert archive.read("a.pdf/pages.json") == big
    empty = (await client.post("/api/batches")).json()["batch_id"]
    nothing = await client.get(f"/api/batches/{empty}/artifacts.zip")
    assert zipfile.ZipFile(io.BytesIO(nothing.content)).namelist() == []
    await store.close()


async def test_a_page_is_read_from_the_output_of_its_step_or_from_the_result(site: Gateway) -> None:
    client = site.client(LOCAL_TOKEN)
    pages = [{"number": n, "route": "text", "text": f"page {n}"} for n in (1, 2)]
    job = await job_with(site, client, "a.pdf", pages_json=orjson.dumps({"document": {}, "pages": pages}))
    step_blob = f"{job['job_id']}/{new_id()}/1"
    store = LocalBlobs(site.store)
    read = {n: {"number": n, "route": "ocr", "text": f'says "number":{n + 1},\n'} for n in (7, 8)}
    await store.put(step_blob, b"".join(page_record(n, read[n], "text", "# text") for n in read))
    async with site.db.writing() as session:
        row = await session.get(JobRow, job["job_id"])
        assert row is not None
        session.add(
            StepRow(
                id=new_id(),
                job_id=row.id,
                run=1,
                phase=1,
                number=0,
                state="done",
                run_at=0.0,
                cost=1,
                input={},
                pages={"7": "od", "8": "od"},
                output_blob=step_blob,
            )
        )
    url = f"/api/jobs/{job['job_id']}/pages"
    assert (await client.get(f"{url}/8")).json() == read[8]
    assert (await client.get(f"{url}/2")).json() == pages[1]
    assert (await client.get(f"{url}/3")).json()["code"] == "page_not_read"
    for hostile in ("0", "-1", "x", "1e3", "٣", "9" * 400, "%00", "1;2"):
        assert (await client.get(f"{url}/{hostile}")).json()["code"] == "not_found", hostile
    await store.close()


async def worker(redis_url: str, answers: dict[str, dict[str, str]], site: Gateway, asked: list[str]) -> None:
    """Stands in for the worker's image slot: it answers what the queue asks, by key."""
    redis = Redis.from_url(redis_url)
    store = LocalBlobs(site.store)
    try:
        while True:
            for raw in await redis.zrange("headway:images", 0, -1):
                key = raw.decode()
                await redis.zrem("headway:images", raw)
                asked.append(key)
                answer = answers.get(key, {})
                if not answer:
                    await store.put(key, b"\x89PNG" + key.encode())
                await redis.publish(keys.image_channel(key), orjson.dumps(answer))
            await asyncio.sleep(0.01)
    finally:
        await redis.aclose()
        await store.close()


async def test_a_page_image_is_asked_of_a_worker_once_and_then_kept(
    sqlite_site: Gateway, redis_url: str
) -> None:
    client = sqlite_site.client(LOCAL_TOKEN)
    document = (await job_with(sqlite_site, client, "a.pdf"))["document_id"]
    asked: list[str] = []
    refused = image_key(document, 2, 800)
    task = asyncio.create_task(worker(redis_url, {refused: {"error": "page_missing"}}, sqlite_site, asked))
    url = f"/api/documents/{document}/pages"
    answers = await asyncio.gather(*(client.get(f"{url}/1.png?width=750") for _ in range(5)))
    again = await client.get(f"{url}/1.png")
    for answer in (*answers, again):
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "image/png"
        assert answer.headers["Cache-Control"] == "private, max-age=3600"
        assert answer.content == b"\x89PNG" + image_key(document, 1, 800).encode()
    assert asked == [image_key(document, 1, 800)], "750 is rounded up to 800, and all wait for one"
    shown = await client.get(f"{url}/2.png")
    assert (shown.status_code, shown.json()["code"]) == (422, "page_not_shown")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_an_image_that_nobody_makes_in_time_is_asked_for_later(
    sqlite_site: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sqlite_site.client(LOCAL_TOKEN)
    document = (await job_with(sqlite_site, client, "a.pdf"))["document_id"]
    monkeypatch.setattr("service.gateway.page_images.PageImages.wait_seconds", 0.05)
    answer = await client.get(f"/api/documents/{document}/pages/1.png")
    assert (answer.status_code, answer.json()["code"]) == (503, "image_unavailable")
    assert answer.headers["Retry-After"] == "3"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("1.png?width=0", 422),
        ("1.png?width=-800", 422),
        ("1.png?width=99999999999999999999", 422),
        ("1.png?width=abc", 422),
        ("1.png?width=800%00", 422),
        ("0.png", 404),
        ("-1.png", 404),
        ("x.png", 404),
        ("99999999999999999999.png", 404),
        ("..%2f1.png", 404),
        ("1.jpg", 404),
    ],
)
async def test_hostile_pages_and_widths_are_refused(sqlite_site: Gateway, path: str, status: int) -> None:
    client = sqlite_site.client(LOCAL_TOKEN)
    document = (await client.post("/api/uploads", files=files(("a.pdf", PDF)))).json()["accepted"][0]
    answer = await client.get(f"/api/documents/{document['document_id']}/pages/{path}")
    assert answer.status_code == status
