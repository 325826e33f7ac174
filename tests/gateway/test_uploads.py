"""An accepted file is a durable blob and a committed job; a refused one leaves nothing and hurts no other."""

import asyncio
import hashlib
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import func, select

from service.adapters.tables import BatchRow, DocumentRow, JobRow, StepRow
from service.domain.ids import new_id
from tests.support.http_gateway import BASE, PDF, SPEC, Gateway, files, multipart
from tests.support.waiting import until

pytestmark = pytest.mark.keys_may_stay("headway:steps", "headway:images")

UPLOADS = "/api/uploads"


def pdf(number: int = 0) -> bytes:
    return PDF + b"%" + str(number).encode()


async def rows(site: Gateway, table: Any) -> int:
    async with site.db.reading() as session:
        return int(await session.scalar(select(func.count()).select_from(table)) or 0)


def codes(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(each["name"], each["problem"]["code"]) for each in answer.json()["rejected"]]


async def send(
    client: httpx.AsyncClient, *parts: tuple[str, str | None, bytes], **query: Any
) -> httpx.Response:
    body, headers = multipart(*parts)
    return await client.post(UPLOADS, content=body, headers=headers, params=query)


async def test_one_file_becomes_a_durable_document_and_a_queued_job(site: Gateway) -> None:
    ann, client = await site.user("Ann")
    answer = await client.post(UPLOADS, files=files(("report.pdf", PDF)))
    assert answer.status_code == 202
    told = answer.json()
    (accepted,) = told["accepted"]
    assert told["rejected"] == []
    assert told["topic"] == f"batch:{told['batch_id']}"
    assert accepted == {
        "name": "report.pdf",
        "document_id": accepted["document_id"],
        "job_id": accepted["job_id"],
        "topic": f"job:{accepted['job_id']}",
        "state": "queued",
        "size": len(PDF),
        "duplicate_of": None,
    }
    assert site.blobs() == [f"{ann.user_id}/{accepted['document_id']}"]
    document = (await client.get(f"/api/documents/{accepted['document_id']}")).json()
    assert document["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert (document["kind"], document["jobs"]) == ("pdf", [accepted["job_id"]])
    job = (await client.get(f"/api/jobs/{accepted['job_id']}")).json()
    assert job["value"]["options"] == {"ocr": "auto", "languages": ["en"]}
    assert (job["value"]["owner"], job["value"]["batch_id"]) == ("Ann", told["batch_id"])


async def test_many_files_are_one_batch_of_jobs_in_their_order(site: Gateway) -> None:
    _, client = await site.user("Ann")
    batch_id = new_id()
    made = await client.post("/api/batches", json={"id": batch_id, "name": "Spring"})
    assert (made.status_code, made.json()["batch_id"]) == (201, batch_id)
    sent = files(*((f"{n}.pdf", pdf(n)) for n in range(12)))
    answer = await client.post(UPLOADS, params={"batch": batch_id}, files=sent)
    told = answer.json()
    assert [each["name"] for each in told["accepted"]] == [f"{n}.pdf" for n in range(12)]
    batch = (await client.get(f"/api/batches/{batch_id}")).json()
    assert (batch["total"], batch["counts"]["queued"], batch["name"]) == (12, 12, "Spring")
    assert list(batch["jobs"]) == [each["job_id"] for each in told["accepted"]]
    again = await client.post("/api/batches", json={"id": batch_id})
    assert again.status_code == 201, "sending it again is safe"
    assert await rows(site, BatchRow) == 1


async def test_good_files_go_on_beside_bad_ones(sqlite_site: Gateway) -> None:
    _, client = await sqlite_site.user("Ann")
    answer = await client.post(
        UPLOADS,
        files=files(
            ("good.pdf", pdf(1)),
            ("empty.pdf", b""),
            ("huge.pdf", PDF + b"x" * 5_000_000),
            ("program.pdf", b"\x7fELF" + bytes(5000)),
            ("picture.jpg", b"\xff\xd8\xff" + bytes(500)),
        ),
    )
    assert answer.status_code == 202
    assert [each["name"] for each in answer.json()["accepted"]] == ["good.pdf"]
    assert codes(answer) == [
        ("empty.pdf", "empty_file"),
        ("huge.pdf", "file_too_large"),
        ("program.pdf", "unsupported_type"),
        ("picture.jpg", "not_for_pipeline"),
    ]
    assert ".pdf" in answer.json()["rejected"][2]["problem"]["detail"]
    assert len(sqlite_site.blobs()) == 1


async def test_a_file_after_a_refused_one_is_whole(sqlite_site: Gateway) -> None:
    _, client = await sqlite_site.user("Ann")
    good = PDF + bytes(range(256)) * 900
    answer = await client.post(
        UPLOADS, files=files(("huge.pdf", PDF + b"--XX\r\n" * 900_000), ("good.pdf", good))
    )
    (accepted,) = answer.json()["accepted"]
    content = await client.get(f"/api/documents/{accepted['document_id']}/content")
    assert content.content == good


async def test_exactly_the_limit_is_accepted_and_one_byte_more_is_not(sqlite_site: Gateway) -> None:
    _, client = await sqlite_site.user("Ann")
    limit = 300_000
    answer = await client.post(
        UPLOADS, files=files(("fits.pdf", PDF.ljust(limit)), ("more.pdf", PDF.ljust(limit + 1)))
    )
    assert answer.json()["accepted"][0]["size"] == limit
    assert codes(answer) == [("more.pdf", "file_too_large")]


async def test_text_in_utf_16_is_taken_and_binary_files_with_many_nuls_are_not(site: Gateway) -> None:
    """Whichever byte comes first, without a mark."""
    _, client = await site.user("Ann")
    text = "« Œuvre née à l’été », dit-elle.\n" * 3000
    answer = await client.post(
        UPLOADS,
        files=files(
            ("little.txt", text.encode("utf-16-le")),
            ("big.txt", text.encode("utf-16-be")),
            ("samples.txt", bytes(range(256)) * 20 + bytes(5000)),
            ("numbers.txt", b"".join(bytes([each % 256, 0]) for each in range(5000))),
            ("words.txt", text.encode("utf-32-le")[:9000]),
        ),
    )
    assert [each["name"] for each in answer.json()["accepted"]] == ["little.txt", "big.txt"]
    assert codes(answer) == [(f"{name}.txt", "unsupported_type") for name in ("samples", "numbers", "words")]


async def test_too_many_files_are_refused_and_the_first_ones_are_kept(sqlite_site: Gateway) -> None:
    _, client = await sqlite_site.user("Ann")
    answer = await client.post(UPLOADS, files=files(*((f"{n}.pdf", pdf(n)) for n in range(7))))
    assert len(answer.json()["accepted"]) == 5
    assert codes(answer) == [("5.pdf", "too_many_files"), ("6.pdf", "too_many_files")]


async def test_a_flood_of_parts_is_not_read_to_its_end(sqlite_site: Gateway) -> None:
    _, client = await sqlite_site.user("Ann")
    answer = await send(client, *(("files", f"{n}.pdf", b"") for n in range(3000)))
    assert answer.status_code == 422
    assert len(answer.json()["rejected"]) == 1000


async def test_all_rejected_is_a_problem_that_names_each_and_makes_nothing(site: Gateway) -> None:
    _, client = await site.user("Ann")
    answer = await client.post(UPLOADS, files=files(("a.pdf", b""), ("b.pdf", b"\x00\x01")))
    assert answer.status_code == 422
    assert answer.json()["code"] == "all_rejected"
    assert answer.json()["batch_id"] is None
    assert codes(answer) == [("a.pdf", "empty_file"), ("b.pdf", "unsupported_type")]
    assert site.blobs() == []
    assert [await rows(site, each) for each in (BatchRow, DocumentRow, JobRow, StepRow)] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\ann\\x.pdf", "x.pdf"),
        ("/abs/olute.pdf", "olute.pdf"),
        ("nul\x00in.pdf", "nulin.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("", "document"),
        ("..", "document"),
        ("%22quoted%22.pdf", '"quoted".pdf'),
        ("Zażółć 你好.pdf", "Zażółć 你好.pdf"),
    ],
)
async def test_hostile_names_are_shown_safely_and_never_a_path(
    sqlite_site: Gateway, given: str, shown: str
) -> None:
    ann, client = await sqlite_site.user("Ann")
    answer = await send(client, ("files", given, PDF))
    (accepted,) = answer.json()["accepted"]
    assert accepted["name"] == shown
    assert sqlite_site.blobs() == [f"{ann.user_id}/{accepted['document_id']}"]


async def test_a_very_long_name_keeps_its_ending(sqlite_site: Gateway) -> None:
    _, client = await sqlite_site.user("Ann")
    answer = await send(client, ("files", "é" * 300 + ".pdf", PDF))
    name = answer.json()["accepted"][0]["name"]
    assert len(name) <= 200
    assert name.endswith("é.pdf")


async def test_options_are_validated_and_completed_by_the_pipelines_schema(site: Gateway) -> None:
    _, client = await site.user("Ann")
    good = await send(client, ("options", None, b'{"ocr":"never"}'), ("files", "a.pdf", PDF))
    job = await client.get(f"/api/jobs/{good.json()['accepted'][0]['job_id']}")
    assert job.json()["value"]["options"] == {"ocr": "never", "languages": ["en"]}
    for raw in (b'{"ocr":"maybe"}', b'{"colour":1}', b"[1]", b"{", b'"x"', b"nul\x00", b"[" * 100_000):
        bad = await send(client, ("options", None, raw), ("files", "b.pdf", pdf(2)))
        assert (bad.status_code, bad.json()["code"]) == (422, "options_invalid"), raw[:20]
    assert await rows(site, JobRow) == 1


async def test_options_after_a_file_are_refused_and_the_file_is_told(sqlite_site: Gateway) -> None:
    _, client = await sqlite_site.user("Ann")
    answer = await send(client, ("files", "a.pdf", PDF), ("options", None, b"{}"))
    assert (answer.status_code, answer.json()["code"]) == (422, "options_after_files")
    assert [each["name"] for each in answer.json()["accepted"]] == ["a.pdf"]


async def test_start_false_stages_and_priority_is_kept(sqlite_site: Gateway) -> None:
    _, client = await sqlite_site.user("Ann")
    query = {"start": "false", "priority": "low"}
    answer = await client.post(UPLOADS, params=query, files=files(("a.pdf", PDF)))
    (accepted,) = answer.json()["accepted"]
    assert accepted["state"] == "staged"
    url = f"/api/jobs/{accepted['job_id']}"
    assert (await client.get(url)).json()["value"]["priority"] == "low"
    assert (await client.get(f"{url}/estimate")).status_code == 202
    started = await client.post(f"{url}/start")
    assert (started.status_code, started.json()["state"]) == (202, "queued")
    assert (await client.post(f"{url}/start")).json()["state"] == "queued", "repeating is safe"


async def test_the_same_work_is_not_done_twice_unless_forced(site: Gateway) -> None:
    ann, client = await site.user("Ann")
    _, bens = await site.user("Ben")
    first = (await client.post(UPLOADS, files=files(("a.pdf", PDF)))).json()["accepted"][0]
    second = (await client.post(UPLOADS, files=files(("again.pdf", PDF)))).json()
    assert second["accepted"][0]["duplicate_of"] == second["accepted"][0]["job_id"] == first["job_id"]
    assert site.blobs() == [f"{ann.user_id}/{first['document_id']}"]
    batch = (await client.get(f"/api/batches/{second['batch_id']}")).json()
    assert list(batch["jobs"]) == [first["job_id"]], "it is shown in the new batch"
    others = (await bens.post(UPLOADS, files=files(("a.pdf", PDF)))).json()["accepted"][0]
    assert others["duplicate_of"] is None, "another user's content is not looked at"
    forced = (await client.post(UPLOADS, params={"force": "true"}, files=files(("a.pdf", PDF)))).json()
    assert forced["accepted"][0]["duplicate_of"] is None
    other = await send(client, ("options", None, b'{"ocr":"never"}'), ("files", "a.pdf", PDF))
    assert other.json()["accepted"][0]["duplicate_of"] is None


async def test_a_staged_duplicate_starts_and_says_so(sqlite_site: Gateway) -> None:
    _, client = await sqlite_site.user("Ann")
    first = await client.post(UPLOADS, params={"start": "false"}, files=files(("a.pdf", PDF)))
    job_id = first.json()["accepted"][0]["job_id"]
    (again,) = (await client.post(UPLOADS, files=files(("a.pdf", PDF)))).json()["accepted"]
    assert (again["duplicate_of"], again["state"]) == (job_id, "queued")

    async def told() -> bool:
        value = (await client.get(f"/api/jobs/{job_id}")).json()["value"]
        return value["state"] == "queued" and any(
            (line["code"], line.get("by")) == ("start_asked", "Ann") for line in value["log"].values()
        )

    await until(told, "who watches the job sees that it was started, and by whom")


async def test_a_cancelled_job_is_no_duplicate(sqlite_site: Gateway) -> None:
    _, client = await sqlite_site.user("Ann")
    first = (await client.post(UPLOADS, files=files(("a.pdf", PDF)))).json()["accepted"][0]
    assert (await client.post(f"/api/jobs/{first['job_id']}/cancel")).json()["state"] == "cancelled"
    second = (await client.post(UPLOADS, files=files(("a.pdf", PDF)))).json()["accepted"][0]
    assert second["duplicate_of"] is None


async def test_the_same_file_many_times_at_once_is_one_job(site: Gateway) -> None:
    _, client = await site.user("Ann")
    answers = await asyncio.gather(*(client.post(UPLOADS, files=files(("a.pdf", PDF))) for _ in range(6)))
    jobs = {each.json()["accepted"][0]["job_id"] for each in answers}
    assert len(jobs) == await rows(site, JobRow)
    if site.db.is_sqlite:
        assert len(jobs) == 1
    assert len(site.blobs()) == len(jobs)


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"pipeline": "nonsense"}, 422, "unknown_pipeline"),
        ({"batch": "nonsense"}, 404, "not_found"),
        ({"batch": "01920000-0000-7000-8000-000000000000"}, 404, "not_found"),
        ({"start": "perhaps"}, 422, "bad_request"),
        ({"priority": "urgent"}, 422, "bad_request"),
        ({"strange": "1"}, 422, "bad_request"),
    ],
)
async def test_a_query_that_makes_no_sense_is_refused(
    sqlite_site: Gateway, query: dict[str, str], status: int, code: str
) -> None:
    _, client = await sqlite_site.user("Ann")
    answer = await client.post(UPLOADS, params=query, files=files(("a.pdf", PDF)))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await rows(sqlite_site, JobRow) == 0


@pytest.mark.parametrize(
    ("headers", "body", "code"),
    [
        ({"Content-Type": "application/json"}, b"{}", "bad_request"),
        ({}, b"", "bad_request"),
        ({"Content-Type": "multipart/form-data"}, b"", "bad_request"),
        ({"Content-Type": "multipart/form-data; boundary=" + "b" * 300}, b"", "bad_request"),
        ({"Content-Type": "multipart/form-data; boundary=b"}, b"garbage", "bad_request"),
        ({"Content-Type": "multipart/form-data; boundary=b"}, b"--b--\r\n", "no_files"),
        (
            {"Content-Type": "multipart/form-data; boundary=b"},
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-\r\n--b--\r\n',
            "no_files",
        ),
        (
            {"Content-Type": "multipart/form-data; boundary=b"},
            b"--b\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
            "bad_request",
        ),
        ({"Content-Type": "multipart/form-data; boundary=b"}, b"--b\r\n" + b"X: x\r\n" * 1000, "bad_request"),
    ],
)
async def test_a_body_that_is_no_upload_is_refused(
    sqlite_site: Gateway, headers: dict[str, str], body: bytes, code: str
) -> None:
    _, client = await sqlite_site.user("Ann")
    answer = await client.post(UPLOADS, content=body, headers=headers)
    assert answer.status_code in (400, 422)
    assert answer.json()["code"] == code


async def test_a_body_that_ends_early_loses_only_the_file_in_flight(sqlite_site: Gateway) -> None:
    _, client = await sqlite_site.user("Ann")
    body, headers = multipart(("files", "a.pdf", pdf(1)), ("files", "b.pdf", pdf(2) * 50))
    answer = await client.post(UPLOADS, content=body[:-500], headers=headers)
    assert [each["name"] for each in answer.json()["accepted"]] == ["a.pdf"]
    assert codes(answer) == [("b.pdf", "upload_cut_off")]
    assert len(sqlite_site.blobs()) == 1


async def test_without_a_worker_ever_there_is_nothing_to_upload_for(sqlite_site: Gateway) -> None:
    async with sqlite_site.db.writing() as session:
        from service.adapters.records import pipelines

        await pipelines.declare(session, [])
    _, client = await sqlite_site.user("Ann")
    answer = await client.post(UPLOADS, files=files(("a.pdf", PDF)))
    assert (answer.status_code, answer.json()["code"]) == (503, "no_pipelines")
    assert SPEC.name not in orjson.dumps((await client.get("/api/pipelines")).json()).decode()
    assert str(answer.url).startswith(BASE)
