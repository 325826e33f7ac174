"""Google Sheets by its real client, against one of our own that misbehaves."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.support.drive_simulator import ROOT, Trouble
from tests.support.sheets_simulator import SheetsSimulator, sheets_simulator
from workers.engines.failures import EngineAway, EngineFailed
from workers.engines.persistence import Persistence
from workers.engines.sheets.google_sheets import GoogleSheets, SheetsPlace
from workers.engines.sheets.layout import Column

pytestmark = pytest.mark.anyio

HASTY = Persistence(
    call_seconds=2.0, total_seconds=20.0, tries=3, first_wait_seconds=0.01, longest_wait_seconds=5.0
)
COLUMNS = (Column("Number", 80, is_number=True), Column("Text", 400))
ROWS = [[1, "Elle sortit."], [2, '=HYPERLINK("https://example.org")'], [3, "007"], [4, "« Été »"]]


@pytest.fixture
async def google() -> AsyncIterator[SheetsSimulator]:
    async with sheets_simulator() as simulator:
        yield simulator


def place(google: SheetsSimulator, folder: str = ROOT) -> SheetsPlace:
    return SheetsPlace(folder, drive_endpoint=google.endpoint, endpoint=google.endpoint)


@pytest.fixture
async def engine(google: SheetsSimulator) -> AsyncIterator[GoogleSheets]:
    one = GoogleSheets(place(google), HASTY)
    yield one
    await one.close()


async def fill(engine: GoogleSheets, key: str = "job:sheet") -> str:
    """All that is done to make a spreadsheet; returns where it is."""
    spreadsheet = await engine.open(key, "Le Horla", COLUMNS, len(ROWS))
    await engine.write(spreadsheet, 2, ROWS[2:])
    await engine.write(spreadsheet, 0, ROWS[:2])
    return (await engine.finish(spreadsheet)).url


async def test_a_table_gets_a_head_that_stays_and_cells_that_are_what_was_written(
    google: SheetsSimulator, engine: GoogleSheets
) -> None:
    url = await fill(engine)
    grid = google.grid()
    assert grid.table() == [["Number", "Text"], *ROWS]
    assert (grid.title, grid.frozen, grid.bold) == ("Sentences", 1, {(0, 0), (0, 1)})
    assert grid.formats == {0: "NUMBER", 1: "TEXT"}
    (file,) = google.files.values()
    assert (file["name"], file["parents"], file["webViewLink"]) == ("Le Horla", [ROOT], url)


async def test_the_name_says_that_rows_are_missing_still(
    google: SheetsSimulator, engine: GoogleSheets
) -> None:
    spreadsheet = await engine.open("job:sheet", "Le Horla", COLUMNS, len(ROWS))
    assert google.spreadsheets() == ["Le Horla …"]
    await engine.finish(spreadsheet)
    assert google.spreadsheets() == ["Le Horla"]


async def test_a_second_try_finds_what_the_first_has_made(
    google: SheetsSimulator, engine: GoogleSheets
) -> None:
    first = await fill(engine)
    assert await fill(engine) == first
    assert google.grid().table()[1:] == ROWS
    assert google.spreadsheets() == ["Le Horla"]


async def test_another_key_makes_another_spreadsheet(google: SheetsSimulator, engine: GoogleSheets) -> None:
    assert await fill(engine) != await fill(engine, "other:sheet")
    assert google.spreadsheets() == ["Le Horla"] * 2


async def test_workers_at_the_same_time_make_one(google: SheetsSimulator) -> None:
    engines = [GoogleSheets(place(google), HASTY) for _ in range(3)]
    opened = await asyncio.gather(
        *(each.open("job:sheet", "Le Horla", COLUMNS, len(ROWS)) for each in engines)
    )
    assert len({each.id for each in opened}) == 1
    assert google.spreadsheets() == ["Le Horla …"]
    for each in engines:
        await each.close()


@pytest.mark.parametrize(
    ("trouble", "at"),
    [
        ((429, "rateLimitExceeded", 1), "GET"),
        ((500, "backendError"), "POST /drive"),
        ("lost", "POST /drive"),
        ((429, "RESOURCE_EXHAUSTED", 1), "POST /v4"),
        ("lost", "POST /v4"),
        ("cut", "POST /v4"),
        ("hang", "POST /v4"),
        ((503, "backendError"), "PATCH"),
    ],
)
async def test_what_passes_is_not_noticed(
    google: SheetsSimulator, engine: GoogleSheets, trouble: Trouble, at: str
) -> None:
    google.next(trouble, at)
    await fill(engine)
    assert google.grid().table()[1:] == ROWS
    assert google.spreadsheets() == ["Le Horla"]


@pytest.mark.parametrize(
    ("trouble", "at", "code", "kind"),
    [
        ((401, "authError"), "", "sheets_denied", "fatal"),
        ((403, "insufficientFilePermissions"), "POST /drive", "sheets_denied", "fatal"),
        ((403, "PERMISSION_DENIED"), "POST /v4", "sheets_denied", "fatal"),
        ((403, "storageQuotaExceeded"), "POST /drive", "archive_full", "fatal"),
        ((400, "INVALID_ARGUMENT"), "POST /v4", "sheets_refused", "usage"),
        ((429, "RESOURCE_EXHAUSTED"), "POST /v4", "archive_quota", "transient"),
        ((503, "UNAVAILABLE"), "POST /v4", "archive_busy", "transient"),
        ("hang", "POST /v4", "archive_timed_out", "transient"),
    ],
)
async def test_what_does_not_pass_is_said_with_its_kind(
    google: SheetsSimulator, engine: GoogleSheets, trouble: Trouble, at: str, code: str, kind: str
) -> None:
    google.next(trouble, at, times=1000)
    with pytest.raises(EngineFailed) as failed:
        await fill(engine)
    assert (failed.value.code, failed.value.kind) == (code, kind)
    assert failed.value.params["engine"] == "Google Sheets"
    assert isinstance(failed.value, EngineAway) == (kind == "transient")


async def test_a_folder_that_is_not_there_is_said_to_be(google: SheetsSimulator) -> None:
    engine = GoogleSheets(place(google, "elsewhere"), HASTY)
    with pytest.raises(EngineFailed) as failed:
        await fill(engine)
    assert (failed.value.code, failed.value.kind) == ("sheets_folder_missing", "fatal")
    await engine.close()


@pytest.mark.parametrize("is_in_the_bin", [True, False])
async def test_a_spreadsheet_that_was_deleted_meanwhile_is_said_to_be(
    google: SheetsSimulator, engine: GoogleSheets, *, is_in_the_bin: bool
) -> None:
    spreadsheet = await engine.open("job:sheet", "Le Horla", COLUMNS, len(ROWS))
    if is_in_the_bin:
        google.files[spreadsheet.id]["trashed"] = True
    else:
        del google.files[spreadsheet.id]
    with pytest.raises(EngineFailed) as failed:
        await engine.finish(spreadsheet)
    assert (failed.value.code, failed.value.kind) == ("sheet_gone", "usage")


async def test_no_service_at_all_is_away() -> None:
    nowhere = "http://127.0.0.1:9"
    engine = GoogleSheets(SheetsPlace(ROOT, drive_endpoint=nowhere, endpoint=nowhere), HASTY)
    with pytest.raises(EngineAway) as away:
        await fill(engine)
    assert away.value.sure
    await engine.close()
