"""A book's sentences become a new spreadsheet in Google Sheets: all of them, once, whatever happens meanwhile."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from service.adapters.records import accounts
from service.adapters.tables import JobRow
from service.domain import breaker
from service.domain.json import JsonObject
from tests.support.certificate_jobs import steps
from tests.support.drive_simulator import ROOT
from tests.support.house import House, open_house
from tests.support.http_gateway import Gateway, gateway, settings_for
from tests.support.novel_files import flowing
from tests.support.sheets_simulator import SheetsSimulator, sheets_simulator
from tests.support.waiting import until
from workers.engines.persistence import Persistence
from workers.pipelines import all_pipelines
from workers.pipelines.sheet import gathering

pytestmark = pytest.mark.anyio

SPECS = [all_pipelines()[name].spec() for name in ("sentences", "sheet")]
ONE_TRY = Persistence(call_seconds=5.0, tries=1)
BOOK = [
    f"Le train numéro {number} partit à midi. Elle attendit longtemps sur le quai, et personne ne vint la chercher."
    for number in range(1, 31)
]
WRITING = "POST /v4/spreadsheets/f0/values"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits are tenths of seconds, one try is enough, and a part is a few rows."""
    monkeypatch.setattr(breaker, "FIRST_WAIT_SECONDS", 0.3)
    monkeypatch.setattr(breaker, "LONGEST_WAIT_SECONDS", 0.6)
    monkeypatch.setattr(Persistence, "within", lambda _seconds: ONE_TRY)
    monkeypatch.setattr(gathering, "MOST_ROWS", 40)


@dataclass
class Desk:
    """A reader with a house, its gateway, and a Google of our own."""

    house: House
    site: Gateway
    client: httpx.AsyncClient
    google: SheetsSimulator

    @asynccontextmanager
    async def worker(self, **changes: Any) -> AsyncGenerator[None]:
        """A worker that knows where Google is."""
        place = {"drive_endpoint": self.google.endpoint, "sheets_endpoint": self.google.endpoint}
        async with self.house.worker(**{"drive_folder": ROOT, **place, **changes}):
            yield

    async def book(self) -> str:
        """A finished one."""
        accepted = await self.house.accept(
            "Le Horla.txt", "txt", flowing("txt", BOOK), spec=SPECS[0], force=True
        )
        await self.house.state(accepted.job_id, "completed")
        return accepted.job_id

    async def rows(self, book: str) -> list[list[object]]:
        """What a spreadsheet of the book is to hold."""
        told = (await self.client.get(f"/api/jobs/{book}/sentences", params={"limit": 1000})).json()
        names = ("number", "text", "words", "page", "source")
        return [[row[name] for name in names] for row in told["items"]]

    async def send(self, book: str) -> str:
        """Sends its sentences; returns the job that does it."""
        answer = await self.client.post(f"/api/jobs/{book}/sheet")
        assert answer.status_code == 202, answer.text
        return answer.json()["job_id"]

    async def refused(self, book: str) -> tuple[int, str]:
        """Status and code of the problem that sending it meets."""
        answer = await self.client.post(f"/api/jobs/{book}/sheet")
        return answer.status_code, answer.json()["code"]

    async def value(self, job_id: str) -> JsonObject:
        """What everybody sees of a job."""
        return (await self.house.snapshot(job_id)).value


@pytest.fixture
async def desk(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    settings = settings_for(database_url, redis_url, tmp_path)
    async with (
        sheets_simulator() as google,
        open_house(database_url, redis_url, settings.data_dir, drain_seconds=0.6) as house,
        gateway(settings, *SPECS) as site,
    ):
        async with house.a.db.writing() as session:
            token = await accounts.make_token(session, house.actor.user_id)
        yield Desk(house, site, site.client(token), google)


async def test_a_book_becomes_a_spreadsheet_and_its_job_says_where(desk: Desk) -> None:
    async with desk.worker():
        book = await desk.book()
        sheet = await desk.send(book)
        job = await desk.house.state(sheet, "completed")
    meant = await desk.rows(book)
    assert len(meant) > 80
    grid = desk.google.grid()
    assert grid.table() == [["Number", "Text", "Words", "Page", "Sentence"], *meant]
    assert [each for each, shown in grid.formats.items() if shown == "NUMBER"] == [0, 2, 3]
    (file,) = desk.google.files.values()
    assert job.result == {"url": file["webViewLink"], "name": "Le Horla", "rows": len(meant), "edits": 0}
    assert (await desk.value(book))["sheet_id"] == sheet
    assert (file["name"], job.outcome) == ("Le Horla", "success")
    log = (await desk.value(sheet))["log"].values()
    assert [line["params"] for line in log if line["code"] == "sheet_made"] == [{"name": "Le Horla"}]


async def test_what_people_changed_is_what_is_sent(desk: Desk) -> None:
    async with desk.worker():
        book = await desk.book()
        row = (await desk.client.get(f"/api/jobs/{book}/sentences")).json()["items"][4]
        changed = {"text": "=Elle sourit.", "was": row["text"]}
        answer = await desk.client.patch(f"/api/jobs/{book}/sentences/{row['id']}", json=changed)
        assert answer.status_code == 200, answer.text
        sheet = await desk.house.state(await desk.send(book), "completed")
    assert sheet.result is not None
    assert sheet.result["edits"] == (await desk.value(book))["edits"] == 1
    assert desk.google.grid().row(5) == [5, "=Elle sourit.", 2, row["page"], row["source"]]


async def test_what_was_written_before_a_worker_left_is_not_written_again(desk: Desk) -> None:
    async with desk.worker():
        book = await desk.book()
    desk.google.next("none", WRITING)
    desk.google.next("hang", WRITING)
    sheet = await desk.send(book)
    async with desk.worker():
        await asyncio.wait_for(desk.google.hung.wait(), 20)
    async with desk.worker():
        await desk.house.state(sheet, "completed")
    meant = await desk.rows(book)
    assert desk.google.grid().table()[1:] == meant
    firsts = [first for first, _ in desk.google.grid().writes]
    assert firsts == sorted(set(firsts)) and len(firsts) == -(-len(meant) // 40)
    assert desk.google.spreadsheets() == ["Le Horla"]


async def test_google_being_away_is_waited_for(desk: Desk) -> None:
    async with desk.worker():
        book = await desk.book()
        desk.google.next((503, "backendError"), "POST /v4", times=3)
        sheet = await desk.send(book)

        async def waits() -> bool:
            waits = (await desk.value(sheet)).get("waits_for") or {}
            return waits.get("params", {}).get("engine") == "Google Sheets"

        await until(waits, "it says what it waits for")
        await desk.house.state(sheet, "completed")
    assert desk.google.grid().table()[1:] == await desk.rows(book)
    assert sum(step.failures for step in await steps(desk.house, sheet)) == 0


async def test_parts_are_written_one_after_the_other(desk: Desk) -> None:
    async with desk.worker(slots=4):
        await desk.house.state(await desk.send(await desk.book()), "completed")
    assert desk.google.most_under_way == 1


async def test_who_asks_twice_gets_one_and_later_another(desk: Desk) -> None:
    async with desk.worker():
        book = await desk.book()
    first = await desk.send(book)
    assert await desk.send(book) == first
    async with desk.worker():
        await desk.house.state(first, "completed")
        second = await desk.send(book)
        assert second != first
        await desk.house.state(second, "completed")
    made = (await desk.house.job(first)).result
    assert made is not None
    assert (await desk.house.job(second)).options == {"job": book, "before": made["url"]}
    assert (await desk.value(book))["sheet_id"] == second
    assert desk.google.spreadsheets() == ["Le Horla"] * 2


async def test_without_google_it_is_said_at_once_and_nothing_is_made(desk: Desk) -> None:
    async with desk.worker(drive_folder=None):
        book = await desk.book()
        assert await desk.refused(book) == (409, "sheets_unavailable")
    jobs = (await desk.client.get("/api/jobs")).json()["items"]
    assert [each["id"] for each in jobs] == [book]


async def test_only_whole_books_of_ones_own_are_sent(desk: Desk) -> None:
    async with desk.worker():
        book = await desk.book()
    _, stranger = await desk.site.user("Eve")
    assert (await stranger.post(f"/api/jobs/{book}/sheet")).status_code == 404
    staged = await desk.house.accept("b.txt", "txt", b"Rien.", spec=SPECS[0], start=False)
    assert await desk.refused(staged.job_id) == (409, "not_possible")
    text = await desk.house.accept("c.txt", "txt", b"Rien non plus.")
    assert await desk.refused(text.job_id) == (404, "not_found")
    assert await desk.refused("nothing") == (404, "not_found")


async def test_nobody_uploads_for_it(desk: Desk) -> None:
    shown = (await desk.client.get("/api/pipelines")).json()["items"]
    assert [each["name"] for each in shown] == ["sentences"]
    answer = await desk.client.post(
        "/api/uploads", params={"pipeline": "sheet"}, files={"files": ("a.txt", b"Rien.")}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_pipeline")


async def test_a_table_that_is_gone_by_then_is_said_to_be(desk: Desk) -> None:
    async with desk.worker():
        book = await desk.book()
    sheet = await desk.send(book)
    async with desk.house.a.db.writing() as session:
        await session.execute(update(JobRow).where(JobRow.id == book).values(run=2))
    async with desk.worker():
        job = await desk.house.state(sheet, "failed")
    assert job.error is not None
    assert (job.error["code"], job.error["kind"]) == ("sentences_gone", "usage")
    assert desk.google.grids == {}


@pytest.mark.parametrize("is_in_the_bin", [True, False])
async def test_a_spreadsheet_that_went_while_it_was_written_is_made_anew_by_a_retry(
    desk: Desk, *, is_in_the_bin: bool
) -> None:
    """With all rows, those too that were in the one that is gone; nothing is gathered again."""
    async with desk.worker():
        book = await desk.book()
        desk.google.next("none", WRITING)
        desk.google.next("hang", WRITING)
        sheet = await desk.send(book)
        await asyncio.wait_for(desk.google.hung.wait(), 20)
        desk.google.bin("f0") if is_in_the_bin else desk.google.files.pop("f0")
        job = await desk.house.state(sheet, "failed")
        assert job.error is not None
        assert (job.error["code"], job.error["phase"]) == (
            "sheet_gone",
            "finishing" if is_in_the_bin else "writing",
        )
        assert "undone_from" not in job.error
        (gathered,) = [step.output_blob for step in await steps(desk.house, sheet) if step.phase == 0]
        await desk.house.a.commands.retry(sheet, desk.house.actor)
        await desk.house.state(sheet, "completed")
        again = await steps(desk.house, sheet)
    assert [step.output_blob for step in again if step.phase == 0] == [gathered]
    (made,) = [each for each in desk.google.files if not desk.google.files[each].get("trashed")]
    assert made != "f0"
    assert desk.google.grids[made].table()[1:] == await desk.rows(book)
    assert [step.output["spreadsheet"]["id"] for step in again if step.phase == 1 and step.output] == [made]


@pytest.mark.parametrize("ending", ["failed", "cancelled"])
async def test_a_sending_that_came_to_no_good_end_begins_anew_by_the_next(desk: Desk, ending: str) -> None:
    """It goes on with the spreadsheet that it had begun, so none is left behind, and with what was changed since."""
    async with desk.worker():
        book = await desk.book()
        if ending == "failed":
            desk.google.next("none", WRITING)
            desk.google.next((400, "INVALID_ARGUMENT"), WRITING)
        else:
            desk.google.next("hang", WRITING)
        sheet = await desk.send(book)
        if ending == "cancelled":
            await asyncio.wait_for(desk.google.hung.wait(), 20)
            await desk.house.a.commands.cancel(sheet, desk.house.actor)
        await desk.house.state(sheet, ending)
        assert desk.google.spreadsheets() == ["Le Horla …"]
        row = (await desk.client.get(f"/api/jobs/{book}/sentences")).json()["items"][0]
        changed = {"text": "Le train partit.", "was": row["text"]}
        await desk.client.patch(f"/api/jobs/{book}/sentences/{row['id']}", json=changed)
        assert await desk.send(book) == sheet
        await desk.house.state(sheet, "completed")
    assert desk.google.spreadsheets() == ["Le Horla"]
    assert desk.google.grid().table()[1:] == await desk.rows(book)
    assert desk.google.grid().row(1)[1] == "Le train partit."
