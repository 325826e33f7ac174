"""Pipeline `records` with real files and real children: rows become records, wrong ones are told, no file harms."""

import csv
import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import func, select

from service.adapters.csv_lines import CsvForm
from service.adapters.record_tables import CertificateRow, ShipRow
from service.adapters.records.certificate_lists import Wanted
from service.domain.ids import new_id
from service.gateway.exports import exported
from tests.support.fleet import IMOS, add_certificate, add_ship
from tests.support.house import House, open_house
from tests.support.small_worker import run_until_left
from workers.main import WorkerProcess, toolbox
from workers.pipelines.records import PIPELINE

pytestmark = pytest.mark.anyio

HEADS = "ship,ship_imo,certificate_number,valid_until"


@pytest.fixture
async def house(sqlite_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with (
        open_house(sqlite_url, redis_url, tmp_path / "data", drain_seconds=0.6) as opened,
        toolbox(opened.settings) as tools,
        run_until_left(WorkerProcess(opened.settings, opened.a, tools)),
    ):
        yield opened


async def send(house: House, content: bytes | str, kind: str = "csv", **options: Any) -> str:
    """Uploads it and waits for the end; the job's id."""
    given = content.encode() if isinstance(content, str) else content
    chosen = {"ship": None, "on_same": "skip", "date_order": "dmy", "dry_run": False, **options}
    accepted = await house.accept("a", kind, given, spec=PIPELINE.spec(), options=chosen, force=True)
    await house.state(accepted.job_id, "completed", "failed", seconds=120)
    return accepted.job_id


async def told(house: House, job_id: str) -> dict[str, Any]:
    return orjson.loads(await house.artifact(job_id, "report.json"))


async def failure(house: House, job_id: str) -> str | None:
    error = (await house.job(job_id)).error
    return error["code"] if error else None


async def kept(house: House, owner_id: str) -> list[tuple[str | None, ...]]:
    async with house.a.db.reading() as session:
        rows = await session.execute(
            select(ShipRow.name, ShipRow.imo, CertificateRow.certificate_number, CertificateRow.valid_until)
            .join(CertificateRow, CertificateRow.ship_id == ShipRow.id)
            .where(CertificateRow.owner_id == owner_id)
            .order_by(CertificateRow.id)
        )
        return [tuple(row) for row in rows]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16-le", "utf-16-be"])
async def test_a_list_as_people_keep_it_becomes_records_of_ships_that_are_made(
    house: House, encoding: str
) -> None:
    text = (
        "Fleet list;;;\nName of file;;;\n"
        "Ship;IMO number of the ship;CERTIFICATE NUMBER;Valid until;Remark\n"
        f"Ocean Star;IMO {IMOS[0]};A 1;3 May 2027;x\n;;;;\n"
        f"Sea Wind;{IMOS[1]};A 1;03/05/2027;\nSea Wind;{IMOS[1]};A 2;;\n"
    )
    job_id = await send(house, text.encode(encoding))
    job = await house.job(job_id)
    assert (job.state, job.outcome, job.phases) == (
        "completed",
        "success",
        ["checking", "recording", "reporting"],
    )
    assert sorted(await kept(house, house.actor.user_id), key=str) == [
        ("Ocean Star", IMOS[0], "A 1", "2027-05-03"),
        ("Sea Wind", IMOS[1], "A 1", "2027-05-03"),
        ("Sea Wind", IMOS[1], "A 2", None),
    ]
    assert await told(house, job_id) == {
        "made": 3, "replaced": 0, "skipped": 0, "ships_made": 2, "refused": 0, "dry_run": False
    }  # fmt: skip
    log = (await house.snapshot(job_id)).value["log"].values()
    assert [line["params"]["made"] for line in log if line["code"] == "records_imported"] == [3]


async def test_rows_that_are_wrong_are_told_with_the_reason_and_the_others_recorded(house: House) -> None:
    rows = (
        f"Star,{IMOS[0]},A 1,2027-01-01",
        f"Star,{IMOS[0]},=A 2,soon",
        "Star,1234568,A 3,2027-01-01",
        f"Star,{IMOS[0]},a1,2027-01-01",
        ",,A 4,2027-01-01",
        "Star,,,",
        f"Star,{IMOS[0]},{'A' * 301},2027-01-01",
    )
    job_id = await send(house, "\n".join((HEADS, *rows)))
    job = await house.job(job_id)
    assert (job.state, job.outcome) == ("completed", "warnings")
    assert [row[2] for row in await kept(house, house.actor.user_id)] == ["A 1"]
    codes = {key: each["code"] for key, each in job.warnings.items()}
    assert codes == {
        "row-3": "value_no_date", "row-4": "value_no_imo", "row-5": "row_twice", "row-6": "row_no_ship",
        "row-7": "row_empty", "row-8": "value_too_long",
    }  # fmt: skip
    refused = (await house.artifact(job_id, "refused.csv")).decode("utf-8-sig")
    listed = list(csv.DictReader(io.StringIO(refused)))
    assert [row["Row"] for row in listed] == ["3", "4", "5", "6", "7", "8"]
    assert (listed[0]["Certificate number"], listed[0]["Valid until"]) == ("'=A 2", "soon")
    assert "valid_until is no date" in listed[0]["Reason"]


async def test_of_many_wrong_rows_the_first_are_warnings_and_all_are_listed(house: House) -> None:
    job_id = await send(house, HEADS + "\nStar,,A,soon" * 50)
    warnings = (await house.job(job_id)).warnings
    assert len(warnings) == 21 and warnings["rows-more"]["params"] == {"rows": 30}
    assert (await house.artifact(job_id, "refused.csv")).count(b"soon") == 50


@pytest.mark.parametrize(
    ("on_same", "numbers"),
    [("skip", ["A 1", "B"]), ("replace", ["A 1", "B"]), ("keep", ["A 1", "a1", "B"])],
)
async def test_what_is_there_already_is_skipped_replaced_or_kept(
    house: House, on_same: str, numbers: list[str]
) -> None:
    ship_id = await add_ship(house.a.db, house.actor.user_id)
    old = await add_certificate(house.a.db, house.actor.user_id, ship_id, certificate_number="A 1")
    rows = "certificate_number,valid_until\nA 1,2030-01-01\nB,2031-01-01"
    if on_same == "keep":
        rows = rows.replace("A 1", "a1")
    await send(house, rows, ship=ship_id, on_same=on_same)
    assert [row[2] for row in await kept(house, house.actor.user_id)] == numbers
    async with house.a.db.reading() as session:
        row = await session.get(CertificateRow, old)
    assert row is not None
    assert (row.valid_until, row.version) == (("2030-01-01", 2) if on_same == "replace" else (None, 1))


async def test_a_chosen_ship_takes_no_rows_of_others_and_nobody_elses_ship_can_be_chosen(
    house: House,
) -> None:
    ship_id = await add_ship(house.a.db, house.actor.user_id)
    job_id = await send(house, f"{HEADS}\nX,{IMOS[1]},A,\nX,,B,\n,{IMOS[0]},C,", ship=ship_id)
    assert [row[::2] for row in await kept(house, house.actor.user_id)] == [
        ("Ocean Star", "B"),
        ("Ocean Star", "C"),
    ]
    assert (await house.job(job_id)).warnings["row-2"]["code"] == "row_other_ship"
    for strange in (new_id(), "x"):
        assert await failure(house, await send(house, f"{HEADS}\nX,,A,", ship=strange)) == "ship_gone"


async def test_a_dry_run_says_what_would_be_done_and_does_nothing(house: House) -> None:
    ship_id = await add_ship(house.a.db, house.actor.user_id)
    await add_certificate(house.a.db, house.actor.user_id, ship_id, certificate_number="A 1")
    job_id = await send(house, f"{HEADS}\nX,{IMOS[0]},A 1,\nX,{IMOS[0]},B,\nY,{IMOS[1]},C,", dry_run=True)
    answer = await told(house, job_id)
    assert (answer["made"], answer["skipped"], answer["dry_run"]) == (2, 1, True)
    assert len(await kept(house, house.actor.user_id)) == 1


@pytest.mark.parametrize(("form", "kind"), [("csv", "csv"), ("xlsx", "xlsx"), ("json", "txt")])
async def test_an_export_comes_back_whole(house: House, form: str, kind: str) -> None:
    owner, db = house.actor.user_id, house.a.db
    star, nameless = await add_ship(db, owner), await add_ship(db, owner, "=Ngôi Sao", None)
    for number in range(3):
        await add_certificate(db, owner, star, certificate_number=f"=A{number}", valid_until="2027-05-03")
        await add_certificate(db, owner, nameless, certificate_number="same", note='"; , |\t')
    before = await kept(house, owner)
    content = b"".join(
        [piece async for piece in exported(db, Wanted(owner), form, CsvForm(";", bom=True), titled=True)]
    )
    async with db.writing() as session:
        for row in await session.scalars(select(CertificateRow)):
            await session.delete(row)
        await session.flush()
        for ship in await session.scalars(select(ShipRow)):
            await session.delete(ship)
    await send(house, content, kind, on_same="keep")
    assert await kept(house, owner) == before


def _bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (60 << 20))
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        (b"name,colour\nA,red", "csv", "no_records"),
        (f"{HEADS}\n".encode(), "csv", "no_rows"),
        (b"ship,ship_imo\nA,9074729", "csv", "no_records"),
        (b'{"certificates": 7}', "txt", "no_records"),
        (b'{"certificates": [', "txt", "broken_document"),
        (b"[" * 100_000, "txt", "broken_document"),
        (b"PK\x03\x04 and nothing else", "xlsx", "broken_document"),
        (_bomb(), "xlsx", "archive_bomb"),
        (bytes(range(256)) * 20, "csv", "text_undecodable"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_file_that_is_none_fails_and_says_why(
    house: House, content: bytes, kind: str, code: str
) -> None:
    assert await failure(house, await send(house, content, kind)) == code
    assert await kept(house, house.actor.user_id) == []


async def test_objects_that_are_none_of_ours_are_refused_one_by_one(house: House) -> None:
    job_id = await send(
        house,
        orjson.dumps(
            [7, {"ship": "A", "certificate_number": 7}, {"ship": "A", "certificate_number": "B", "x": []}]
        ),
        "txt",
    )
    codes = [each["code"] for each in (await house.job(job_id)).warnings.values()]
    assert codes == ["row_broken", "row_broken"]
    assert [row[2] for row in await kept(house, house.actor.user_id)] == ["B"]


async def test_twenty_thousand_rows_are_recorded_in_parts(house: House) -> None:
    rows = (f"Star,{IMOS[0]},C{number},2027-05-03" for number in range(20_000))
    job_id = await send(house, "\n".join((HEADS, *rows)))
    assert (await told(house, job_id))["made"] == 20_000
    async with house.a.db.reading() as session:
        assert await session.scalar(select(func.count()).select_from(CertificateRow)) == 20_000
