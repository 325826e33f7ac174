"""A table whose stored rows were truncated or damaged says so, with what to do, and never passes for a whole one."""

from collections.abc import Callable
from pathlib import Path

import httpx
import orjson
import pytest
from sqlalchemy import select

from service.adapters.tables import StepRow
from service.domain.json import JsonObject
from tests.support.small_book import Desk, SmallBook, desk
from tests.support.waiting import until

pytestmark = [pytest.mark.anyio, pytest.mark.keys_may_stay("headway:steps", "headway:images")]

LONG = [[f"Phrase {page} et {at} dite." for at in range(150)] for page in range(1, 5)]
"""600 rows: three blocks and the one that stands last."""

Damage = Callable[[bytes], bytes]


def flipped(content: bytes) -> bytes:
    """One bit of the first name of a field in the middle."""
    at = content.index(b'"text"', len(content) // 2)
    return content[: at + 1] + bytes([content[at + 1] ^ 1]) + content[at + 2 :]


def other_line(line: bytes) -> Damage:
    """Another line in the middle."""

    def damage(content: bytes) -> bytes:
        lines = content.splitlines(keepends=True)
        lines[len(lines) // 2] = line + b"\n"
        return b"".join(lines)

    return damage


DAMAGES: dict[str, Damage] = {
    "cut in a line": lambda content: content[: len(content) * 2 // 3],
    "cut between lines": lambda content: content[: content.index(b"\n", len(content) // 2) + 1],
    "without its last line": lambda content: content[: content[:-1].rindex(b"\n") + 1],
    "empty": lambda _: b"",
    "zeros": lambda content: content[:5000] + b"\x00" * (len(content) - 5000),
    "a bit flipped": flipped,
    "no UTF-8": other_line(b'{"text": "\xff\xfe"}'),
    "two values": other_line(b"1,2"),
    "a list": other_line(b"[]"),
    "an object": other_line(b"{}"),
    "nesting": other_line(b"[" * 3000),
}


async def blob_of(one: Desk, job_id: str, field: str) -> tuple[Path, JsonObject]:
    """The file of the step whose output says this, and what it says."""
    async with one.house.a.db.reading() as session:
        steps = await session.scalars(select(StepRow).where(StepRow.job_id == job_id))
        step = next(each for each in steps if each.output and field in each.output and each.output_blob)
    return one.site.settings.data_dir / "blobs" / str(step.output_blob), dict(step.output or {})


def is_told(answer: httpx.Response) -> None:
    """It is a problem of its own, with what to do next and by what it is found in the log."""
    told = answer.json()
    assert (answer.status_code, told["code"]) == (500, "sentences_damaged"), told
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "Repeat it" in told["detail"] and told["support_id"]


async def all_of(one: Desk, job_id: str, ending: str, **query: str | int) -> httpx.Response:
    return await one.client.get(f"/api/jobs/{job_id}/sentences{ending}", params=query)


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_damaged_table_is_told_wherever_it_is_read(
    sqlite_url: str, redis_url: str, tmp_path: Path, damage: str
) -> None:
    async with desk(sqlite_url, redis_url, tmp_path, SmallBook(LONG)) as one:
        job_id = await one.done()
        path, _ = await blob_of(one, job_id, "marks")
        whole = path.read_bytes()
        path.write_bytes(DAMAGES[damage](whole))
        for query in ({"q": "dite"}, {"q": "4 et 149"}, {"edited": "true"}, {"q": "nulle part"}):
            is_told(await all_of(one, job_id, "", **query))
        pages = [await all_of(one, job_id, "", offset=offset, limit=200) for offset in (0, 200, 400)]
        assert 500 in {each.status_code for each in pages}
        for each in pages:
            if each.status_code != 200:
                is_told(each)
        for form in ("csv", "txt", "json", "xlsx"):
            is_told(await all_of(one, job_id, f".{form}"))
        path.write_bytes(whole)
        assert (await one.rows(job_id, q="dite"))["total"] == 600, "what was damaged is not remembered"


async def test_a_damaged_chunk_is_told_before_anything_is_sent(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    async with desk(database_url, redis_url, tmp_path, SmallBook(LONG, frozenset({2}))) as one:
        one.book.let(1)
        job_id = await one.give()

        async def there() -> bool:
            return (await all_of(one, job_id, "")).status_code == 200

        await until(there, "the first chunk is done")
        path, output = await blob_of(one, job_id, "rows")
        whole = path.read_bytes()
        assert whole.count(b"\n") == output["rows"] == 150
        for name, damage in DAMAGES.items():
            path.write_bytes(damage(whole))
            for ending in ("", ".csv", ".xlsx", ".txt", ".json"):
                is_told(await all_of(one, job_id, ending))
            assert (await all_of(one, job_id, "", q="dite")).status_code == 500, name
        path.write_bytes(whole)
        told = orjson.loads((await all_of(one, job_id, ".json")).content)
        assert len(told["sentences"]) == 150


async def test_a_table_that_is_gone_is_not_there(sqlite_url: str, redis_url: str, tmp_path: Path) -> None:
    async with desk(sqlite_url, redis_url, tmp_path, SmallBook(LONG)) as one:
        job_id = await one.done()
        path, _ = await blob_of(one, job_id, "marks")
        path.unlink()
        for ending in ("", ".csv"):
            answer = await all_of(one, job_id, ending)
            assert (answer.status_code, answer.json()["code"]) == (404, "no_sentences")
