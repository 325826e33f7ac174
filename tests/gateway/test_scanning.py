"""With a virus scanner, a file that it finds something in is not taken; without its answer, the setting decides."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.adapters import clamd as client
from service.adapters.clamd import Clamd, ScannerAway
from service.adapters.echo import Echo
from service.adapters.event_log import EventLog
from service.settings import load_settings
from tests.support.clamd_simulator import EICAR, ClamdSimulator, Mood, clamd
from tests.support.http_gateway import LOCAL_TOKEN, Gateway, files, gateway, settings_for
from tests.support.waiting import until

pytestmark = pytest.mark.anyio


@pytest.fixture
async def scanner() -> AsyncIterator[ClamdSimulator]:
    async with clamd() as one:
        yield one


async def sent(one: Gateway, *given: tuple[str, bytes]) -> httpx.Response:
    return await one.client(LOCAL_TOKEN).post("/api/uploads", files=files(*given))


def settings(sqlite_url: str, redis_url: str, tmp_path: Path, scanner: ClamdSimulator, **more: str):
    return settings_for(sqlite_url, redis_url, tmp_path, clamd=scanner.address, **more)


async def content(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def test_a_hit_rejects_its_file_and_no_other(
    sqlite_url: str, redis_url: str, tmp_path: Path, scanner: ClamdSimulator
) -> None:
    async with gateway(settings(sqlite_url, redis_url, tmp_path, scanner)) as one:
        answer = await sent(
            one, ("good.txt", b"harmless"), ("bad.txt", b"text " * 80_000 + EICAR), ("b.txt", b"x")
        )
        assert answer.status_code == 202
        assert [each["name"] for each in answer.json()["accepted"]] == ["good.txt", "b.txt"]
        (rejected,) = answer.json()["rejected"]
        assert (rejected["name"], rejected["problem"]["code"]) == ("bad.txt", "malware_found")
        assert rejected["problem"]["params"] == {"name": "Eicar-Test-Signature"}
        assert "Do not open it" in rejected["problem"]["detail"]
        assert len(one.blobs()) == 2, "nothing is kept of the file"
        assert scanner.scanned[1].endswith(EICAR) and len(scanner.scanned[1]) == 400_000 + len(EICAR)


@pytest.mark.parametrize("mood", ["hangs_up", "babbles"])
async def test_without_an_answer_files_are_refused_by_default(
    sqlite_url: str, redis_url: str, tmp_path: Path, scanner: ClamdSimulator, mood: Mood
) -> None:
    async with gateway(settings(sqlite_url, redis_url, tmp_path, scanner)) as one:
        scanner.mood = mood
        answer = await sent(one, ("a.txt", b"words"))
        assert answer.status_code == 503
        (rejected,) = answer.json()["rejected"]
        assert (rejected["problem"]["code"], rejected["problem"]["status"]) == ("scanner_away", 503)
        assert one.blobs() == []
        scanner.mood = "well"
        assert (await sent(one, ("a.txt", b"words"))).status_code == 202


async def test_or_accepted_with_a_line_in_the_log(
    sqlite_url: str, redis_url: str, tmp_path: Path, scanner: ClamdSimulator
) -> None:
    chosen = settings(sqlite_url, redis_url, tmp_path, scanner, clamd_away="accept")
    async with gateway(chosen) as one:
        scanner.mood = "hangs_up"
        unseen = (await sent(one, ("a.txt", b"words"))).json()["accepted"][0]["job_id"]
        scanner.mood = "well"
        seen = (await sent(one, ("b.txt", b"more words"))).json()["accepted"][0]["job_id"]
        log = EventLog(redis_url)
        echo = Echo(one.db, log)

        async def codes(job_id: str) -> list[str]:
            shown = await echo.live(job_id)
            return [] if shown is None else [line["code"] for line in shown.value["log"].values()]

        assert await until(lambda: codes(unseen), "the job's log") == ["accepted", "not_scanned"]
        assert await until(lambda: codes(seen), "the other's log") == ["accepted"]
        await log.close()
        refused = await sent(one, ("bad.txt", EICAR))
        assert refused.json()["rejected"][0]["problem"]["code"] == "malware_found"


async def test_it_is_reached_by_a_unix_socket_too(tmp_path: Path) -> None:
    async with clamd(str(tmp_path / "clamd.ctl")) as one:
        assert await Clamd(one.address).scan(content(b"clean ", b"words")) is None
        assert await Clamd(one.address).scan(content(EICAR[:20], EICAR[20:])) == "Eicar-Test-Signature"
        assert one.scanned[0] == b"clean words"
        assert (await Clamd(one.address).version()).startswith("ClamAV")


async def test_what_is_too_large_for_it_was_not_looked_at(scanner: ClamdSimulator) -> None:
    with pytest.raises(ScannerAway, match="size limit exceeded"):
        await Clamd(scanner.address).scan(content(*[b"x" * 100_000] * 40))


async def test_one_that_says_nothing_is_given_up(
    scanner: ClamdSimulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(client, "_VERDICT_SECONDS", 0.2)
    scanner.mood = "silent"
    with pytest.raises(ScannerAway, match="timed out"):
        await Clamd(scanner.address).scan(content(b"x"))
    with pytest.raises(ScannerAway, match="no connection"):
        await Clamd(str(tmp_path / "nobody")).version()


@pytest.mark.parametrize("address", ["clamd", "clamd:", "run/clamd.ctl", "host:port"])
def test_an_address_that_is_none_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWAY_CLAMD", address)
    with pytest.raises(Exception, match="HEADWAY_CLAMD"):
        load_settings()


async def test_the_doctor_asks_it(scanner: ClamdSimulator, tmp_path: Path) -> None:
    from service.cli.checks_of_parts import check_clamd

    async def state(**given: Any) -> str:
        found = await check_clamd(load_settings(data_dir=tmp_path, **given))
        return found[0].state if found else "none"

    assert await state() == "none"
    assert await state(clamd=scanner.address) == "ok"
    nobody = str(tmp_path / "nobody")
    assert await state(clamd=nobody) == "fail"
    assert await state(clamd=nobody, clamd_away="accept") == "warn"
