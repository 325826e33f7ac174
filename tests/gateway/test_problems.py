"""Whatever goes wrong is an RFC 9457 problem with a support id, and never shows what is inside."""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import orjson
import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.types import Message, Receive, Scope, Send

from service.domain.ids import new_id
from service.gateway.errors import Problems
from service.protocol.problems import MEDIA_TYPE
from tests.support.http_gateway import LOCAL_TOKEN, PDF, Gateway, files, gateway, settings_for
from tests.support.waiting import until

pytestmark = pytest.mark.keys_may_stay("headway:steps", "headway:images")

MEMBERS = {"type", "title", "status", "detail", "code", "params", "support_id"}


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    told = answer.json()
    assert set(told) == MEMBERS
    assert (told["status"], told["code"], told["type"]) == (status, code, f"/problems/{code}")
    assert told["support_id"]
    assert "{" not in told["detail"], "a parameter is missing"
    return told


async def test_who_is_left_waiting_when_the_server_stops_is_told_to_come_again() -> None:
    waiting, sent = asyncio.Event(), list[Message]()

    async def hangs(_scope: Scope, _receive: Receive, _send: Send) -> None:
        waiting.set()
        await asyncio.Event().wait()

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/api/uploads", "headers": []}
    task = asyncio.create_task(Problems(hangs)(scope, receive, send))
    await waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sent[0]["status"] == 503 and (b"retry-after", b"2") in sent[0]["headers"]
    assert orjson.loads(sent[1]["body"])["code"] == "unavailable"


async def test_addresses_and_methods_that_do_not_exist(sqlite_site: Gateway) -> None:
    client = sqlite_site.client(LOCAL_TOKEN)
    problem(await client.get("/nothing"), 404, "not_found")
    problem(await client.get("/api"), 404, "not_found")
    problem(await client.get("/api/jobs/not-an-id"), 404, "not_found")
    problem(await client.get(f"/api/jobs/{new_id()}"), 404, "not_found")
    problem(await client.post("/api/jobs/x/start"), 404, "not_found")
    for method, path, allowed in (
        ("PUT", "/api/session", {"GET", "HEAD", "POST", "DELETE"}),
        ("DELETE", "/api/uploads", {"POST"}),
        ("POST", "/", {"GET", "HEAD"}),
    ):
        answer = await client.request(method, path)
        problem(answer, 405, "method_not_allowed")
        assert set(answer.headers["Allow"].split(", ")) == allowed


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"\xff\xfe\x00", 400),
        (b"NaN", 400),
        (b"[" * 100_000, 400),
        (b'{"ids":' + b"[" * 5000 + b"]" * 5000 + b"}", 400),
        (b"[]", 422),
        (b"null", 422),
        (b'"x"', 422),
        (b"{}", 422),
        (b'{"ids":[]}', 422),
        (b'{"ids":[1]}', 422),
        (b'{"ids":["../x"]}', 422),
        (b'{"ids":{"a":1}}', 422),
        (b'{"ids":["01920000-0000-7000-8000-000000000000"],"more":1}', 422),
    ],
)
async def test_hostile_json_is_refused(sqlite_site: Gateway, body: bytes, status: int) -> None:
    client = sqlite_site.client(LOCAL_TOKEN)
    problem(await client.post("/api/admin/jobs/cancel", content=body), status, "bad_request")


async def test_a_body_has_a_limit(sqlite_site: Gateway) -> None:
    client = sqlite_site.client(LOCAL_TOKEN)
    answer = await client.post("/api/batches", content=b'{"name":"' + b"x" * 5_000_000 + b'"}')
    problem(answer, 413, "body_too_large")


async def test_what_a_person_sent_is_not_echoed_in_a_reason(sqlite_site: Gateway) -> None:
    client = sqlite_site.client()
    answer = await client.post("/api/session", json={"code": ["hunter2-hunter2"]})
    assert "hunter2" not in problem(answer, 422, "bad_request")["detail"]


@pytest.mark.parametrize(
    "query",
    ["state=strange", "limit=0", "limit=x", "limit=9999", "cursor=x", "batch=x", "colour=1", "owner=x"],
)
async def test_filters_that_make_no_sense_are_refused(sqlite_site: Gateway, query: str) -> None:
    told = problem(await sqlite_site.client(LOCAL_TOKEN).get(f"/api/jobs?{query}"), 422, "bad_request")
    assert not any(each in told["detail"] for each in ("JobState", "literal")), "Python's words are no user's"


async def test_text_that_a_database_cannot_hold_finds_nothing(site: Gateway) -> None:
    _, client = await site.user("Ann")
    sent = await client.post("/api/uploads", files=files(("a.pdf", PDF)))
    job_id = sent.json()["accepted"][0]["job_id"]
    problem(await client.get("/api/jobs?q=%00"), 422, "bad_request")
    problem(await client.get("/api/jobs?pipeline=%00"), 422, "bad_request")
    problem(await client.get(f"/api/jobs/{job_id}/artifacts/%00"), 404, "not_found")
    assert (await client.get("/api/jobs?q=%ff")).status_code == 200


async def test_a_command_that_is_not_possible_says_why(sqlite_site: Gateway) -> None:
    client = sqlite_site.client(LOCAL_TOKEN)
    told = (await client.post("/api/uploads", files=files(("a.pdf", PDF)))).json()
    job = f"/api/jobs/{told['accepted'][0]['job_id']}"
    answer = await client.post(f"{job}/answer", json={"question_id": "q", "answer": {}})
    assert problem(answer, 409, "not_possible")["params"] == {"state": "queued", "event": "answer"}
    problem(await client.get(f"{job}/estimate"), 409, "not_possible")
    document = f"/api/documents/{told['accepted'][0]['document_id']}"
    problem(await client.delete(document), 409, "document_in_use")
    problem(await client.get(f"{job}/pages/1"), 404, "page_not_read")
    await client.post(f"{job}/cancel")
    problem(await client.post(f"{job}/pause"), 409, "not_possible")
    assert (await client.delete(document)).status_code == 204
    problem(await client.delete(document), 404, "not_found")
    await until(lambda: sqlite_site.blobs() == [], "the document's blob is gone")


async def test_a_mistake_of_ours_tells_an_id_that_the_log_has_and_nothing_else(
    sqlite_site: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any, **__: Any) -> None:
        raise KeyError("a secret of the inside")

    monkeypatch.setattr("service.adapters.records.listing.page", broken)
    with structlog.testing.capture_logs() as lines:
        answer = await sqlite_site.client(LOCAL_TOKEN).get("/api/jobs")
    told = problem(answer, 500, "internal")
    assert "secret" not in answer.text
    assert "KeyError" not in answer.text
    (line,) = [each for each in lines if each["event"] == "request_failed"]
    assert line["support_id"] == told["support_id"]
    assert "secret of the inside" in repr(line["exc_info"])


async def test_a_database_that_is_away_is_told_as_such(
    sqlite_site: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any, **__: Any) -> None:
        raise OperationalError("SELECT secret", {}, Exception("no route to db.internal"))

    monkeypatch.setattr("service.adapters.records.listing.page", away)
    answer = await sqlite_site.client(LOCAL_TOKEN).get("/api/jobs")
    problem(answer, 503, "unavailable")
    assert answer.headers["Retry-After"] == "2"
    assert "secret" not in answer.text
    assert "internal" not in answer.text


async def test_an_upload_whose_database_goes_away_is_told_to_come_again(
    postgres_url: str, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server has ended all connections, and takes no new ones while it starts up."""

    async def connect(*_: object, **__: object) -> None:
        raise asyncpg.CannotConnectNowError("the database system is starting up")

    async with gateway(settings_for(postgres_url, redis_url, tmp_path)) as site:
        client = site.client(LOCAL_TOKEN)
        with monkeypatch.context() as starting_up:
            starting_up.setattr(asyncpg, "connect", connect)
            async with site.db.reading() as session:
                ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                await session.execute(text(f"{ended} AND datname = current_database()"))
            answer = await client.post("/api/uploads", files=files(("a.pdf", PDF)))
            problem(answer, 503, "unavailable")
            assert answer.headers["Retry-After"] == "2"
        assert (await client.post("/api/uploads", files=files(("a.pdf", PDF)))).status_code == 202


async def test_a_driver_that_stumbles_over_a_lost_connection_is_not_at_fault(
    postgres_url: str, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fetch(*_: object, **__: object) -> None:
        raise asyncpg.InternalClientError("got result for unknown protocol state 3")

    async with gateway(settings_for(postgres_url, redis_url, tmp_path)) as site:
        with monkeypatch.context() as lost:
            lost.setattr("asyncpg.prepared_stmt.PreparedStatement.fetch", fetch)
            answer = await site.client(LOCAL_TOKEN).post("/api/uploads", files=files(("a.pdf", PDF)))
        problem(answer, 503, "unavailable")


@pytest.mark.parametrize("is_away", [True, False])
async def test_a_blob_stays_where_nobody_knows_whether_its_row_is_there(
    sqlite_site: Gateway, monkeypatch: pytest.MonkeyPatch, is_away: bool
) -> None:
    fault = InterfaceError("COMMIT", {}, Exception("cut off")) if is_away else ZeroDivisionError()

    async def fails(*_: object) -> None:
        raise fault

    monkeypatch.setattr("service.gateway.uploads.pick", fails)
    answer = await sqlite_site.client(LOCAL_TOKEN).post("/api/uploads", files=files(("a.pdf", PDF)))
    assert answer.json()["accepted"] == []
    assert len(sqlite_site.blobs()) == is_away


async def test_every_answer_has_the_headers_of_a_careful_server(sqlite_site: Gateway) -> None:
    client = sqlite_site.client(LOCAL_TOKEN)
    for path in ("/", "/static/app.js", "/api/jobs", "/livez", "/metrics", "/nothing", "/api/jobs/x"):
        headers = (await client.get(path)).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Frame-Options"] == "DENY"
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
    for path in ("/api/jobs", "/api/session", "/api/jobs/x"):
        assert (await client.get(path)).headers["Cache-Control"] == "no-store"


async def test_problems_have_a_page_each(sqlite_site: Gateway) -> None:
    client = sqlite_site.client()
    assert "short of disk space" in (await client.get("/problems/disk_full")).text
    problem(await client.get("/problems/strange"), 404, "not_found")


async def test_the_disk_reserve_refuses_files_and_says_so(
    sqlite_url: str, redis_url: str, tmp_path: Path
) -> None:
    full = settings_for(sqlite_url, redis_url, tmp_path, free_disk_bytes=2**62)
    async with gateway(full) as site:
        client = site.client(LOCAL_TOKEN)
        answer = await client.post("/api/uploads", files=files(("a.pdf", PDF)))
        assert answer.status_code == 422
        assert answer.json()["rejected"][0]["problem"]["code"] == "disk_full"
        assert site.blobs() == []


async def test_health_touches_nothing_to_live_and_everything_to_be_ready(sqlite_site: Gateway) -> None:
    client = sqlite_site.client()
    assert (await client.get("/livez")).json() == {"ok": True}

    async def ready() -> bool:
        return (await client.get("/readyz")).status_code == 200

    await until(ready, "the gateway is ready")
    assert (await client.get("/readyz")).json()["parts"] == {"sql": True, "redis": True, "live": True}


async def test_what_happened_is_counted_without_names(sqlite_site: Gateway) -> None:
    client = sqlite_site.client(LOCAL_TOKEN)
    await client.post("/api/uploads", files=files(("a.pdf", PDF), ("b.pdf", b"")))
    await asyncio.gather(*(client.get(f"/api/jobs/{new_id()}") for _ in range(3)))
    text = (await client.get("/metrics")).text
    assert "headway_uploads_accepted_total 1.0" in text
    assert 'headway_uploads_rejected_total{code="empty_file"} 1.0' in text
    assert f"headway_upload_bytes_total {float(len(PDF))}" in text
    assert 'headway_http_requests_total{method="GET",route="/api/jobs/{job_id}",status="404"} 3.0' in text
    assert "headway_sockets 0.0" in text and "headway_delivery_lag_seconds_bucket" in text
    assert "a.pdf" not in text
