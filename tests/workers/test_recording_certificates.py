"""What a step has to record is recorded with it: once, whole, for the job's owner."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from service.adapters.database import Database
from service.adapters.record_tables import CertificateRow, ShipRow
from service.adapters.records import accounts, certificates
from service.adapters.records.certificates import Change
from service.adapters.records.recorded import NoShip, carry_out
from service.domain.ids import new_id
from service.domain.json import JsonObject
from service.domain.records.new import NewCertificate, OfShip, OnSame, Recorded, ToRecord
from service.domain.work import StepDone
from tests.support.counting import statements
from tests.support.fleet import IMOS, add_certificate, add_ship
from tests.support.house import House, open_house
from tests.support.small_worker import give, phase, small, small_worker
from workers.pipelines.declaration import StepContext

pytestmark = pytest.mark.anyio

STAR = OfShip(imo=IMOS[0], name="Ocean Star")


@pytest.fixture
async def house(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(database_url, redis_url, tmp_path / "data") as opened:
        yield opened


def new(
    number: str | None, ship: OfShip = STAR, key: str = "", replaces: str | None = None
) -> NewCertificate:
    return NewCertificate(key or new_id(), ship, {"certificate_number": number}, replaces=replaces)


async def correct(house: House, row: CertificateRow, **values: str) -> None:
    async with house.a.db.writing() as session:
        await certificates.change(session, row.id, Change(values), house.actor, row.version)


async def record(house: House, *several: NewCertificate, on_same: OnSame = "keep", **more: bool) -> Recorded:
    """Carries them out for a job of the house's user."""
    job = await house.job((await house.accept("a.pdf", "pdf", new_id().encode())).job_id)
    async with house.a.db.writing() as session:
        return await carry_out(session, job, ToRecord(several, on_same, **more))


async def kept(db: Database) -> list[CertificateRow]:
    async with db.reading() as session:
        return list(await session.scalars(select(CertificateRow).order_by(CertificateRow.id)))


async def test_a_step_that_is_done_has_recorded_and_later_phases_know_what(house: House) -> None:
    seen: list[JsonObject] = []

    async def recording(context: StepContext) -> StepDone:
        values: dict[str, str | None] = {"certificate_number": "A 1", "valid_until": "2030-01-01"}
        evidence = {"certificate_number": {"page": 2, "box": [1.0, 2.0, 3.0, 4.0], "confidence": 0.9}}
        made = NewCertificate(f"{context.job_id}:1", STAR, values, evidence, ({"name": "a", "url": "u"},))
        return StepDone(output={"own": 1}, to_record=ToRecord((made,)))

    async def telling(context: StepContext) -> StepDone:
        seen.extend(each.output for each in context.before)
        return StepDone()

    pipeline = small(
        phase("inspecting", cost=5),
        phase("recording", recording, cost=5),
        phase("reporting", telling, cost=5),
    )
    async with small_worker(house, pipeline):
        job_id = await give(house, pipeline)
        await house.state(job_id, "completed")
    (row,) = await kept(house.a.db)
    assert (row.owner_id, row.job_id, row.version, row.due) == (house.actor.user_id, job_id, 1, "2030-01-01")
    assert row.document_id == (await house.job(job_id)).document_id
    assert row.evidence["certificate_number"]["page"] == 2 and row.archived == [{"name": "a", "url": "u"}]
    counts = {"made": 1, "replaced": 0, "skipped": 0, "ships_made": 1}
    assert seen[1] == {"own": 1, "recorded": {"ids": [row.id], **counts}}


async def test_a_step_whose_recording_fails_has_recorded_nothing(house: House) -> None:
    async def recording(_context: StepContext) -> StepDone:
        return StepDone(to_record=ToRecord((new("A 1"), new("A 2", OfShip(id=new_id())))))

    pipeline = small(phase("recording", recording))
    async with small_worker(house, pipeline):
        job_id = await give(house, pipeline)
        await house.state(job_id, "failed")
    assert await kept(house.a.db) == []
    error = (await house.job(job_id)).error
    assert error is not None and (error["code"], error["kind"]) == ("ship_gone", "usage")


async def test_the_same_key_records_once(house: House) -> None:
    assert (await record(house, new("A 1", key="job:7"), new("A 2"))).made == 2
    assert (await record(house, new("changed", key="job:7"), on_same="replace")).made == 0
    assert [row.certificate_number for row in await kept(house.a.db)] == ["A 1", "A 2"]


@pytest.mark.parametrize(
    ("on_same", "numbers"), [("keep", ["A 1", "B", "a1"]), ("skip", ["A 1", "B"]), ("replace", ["a1", "B"])]
)
async def test_what_has_the_number_of_another_is_kept_skipped_or_takes_its_place(
    house: House, on_same: OnSame, numbers: list[str]
) -> None:
    await record(house, new("A 1"), new("B"))
    (first, _) = await kept(house.a.db)
    told = await record(house, new("a1"), on_same=on_same)
    rows = await kept(house.a.db)
    assert [row.certificate_number for row in rows] == numbers
    assert rows[0].id == first.id and rows[0].version == (2 if on_same == "replace" else 1)
    assert (told.made, told.skipped, told.replaced) == (
        on_same == "keep", on_same == "skip", on_same == "replace"
    )  # fmt: skip


async def test_of_two_with_one_number_that_come_together_the_last_stays(house: House) -> None:
    told = await record(house, new("A 1"), new("a 1"), on_same="replace")
    assert (told.made, told.replaced) == (1, 1)
    assert [row.certificate_number for row in await kept(house.a.db)] == ["a 1"]


async def test_a_record_that_a_person_chose_is_replaced_but_nobody_elses(house: House) -> None:
    mine = await add_certificate(
        house.a.db, house.actor.user_id, await add_ship(house.a.db, house.actor.user_id)
    )
    async with house.a.db.writing() as session:
        stranger = (await accounts.make_user(session, "Ben")).user_id
    theirs = await add_certificate(house.a.db, stranger, await add_ship(house.a.db, stranger))
    told = await record(house, new("A", replaces=mine), new("B", replaces=theirs))
    assert (told.made, told.replaced) == (1, 1)
    by_id = {row.id: row for row in await kept(house.a.db)}
    assert by_id[mine].certificate_number == "A"
    assert (by_id[theirs].certificate_number, by_id[theirs].owner_id) == (None, stranger)
    assert len(by_id) == 3


async def test_ships_are_found_by_number_then_by_name_and_made_once(house: House) -> None:
    owner, db = house.actor.user_id, house.a.db
    star = await add_ship(db, owner)
    wind = await add_ship(db, owner, "Sea Wind", None)
    told = await record(
        house,
        new("1", OfShip(imo=IMOS[0], name="Another name")),
        new("2", OfShip(name="SEA WIND")),
        new("3", OfShip(imo=IMOS[1])),
        new("4", OfShip(imo=IMOS[1], name="Named later")),
        new("5", OfShip(id=star)),
    )
    by_number = {row.certificate_number: row.ship_id for row in await kept(db)}
    assert (by_number["1"], by_number["2"], by_number["5"]) == (star, wind, star)
    assert by_number["3"] == by_number["4"]
    assert told.ships_made == 1
    with pytest.raises(NoShip):
        await record(house, new("6", OfShip()))


async def test_a_rehearsal_counts_and_keeps_nothing(house: House) -> None:
    await record(house, new("A"))
    told = await record(
        house, new("A"), new("B"), new("C", OfShip(imo=IMOS[2])), on_same="skip", rehearsed=True
    )
    assert (told.made, told.skipped, told.ships_made) == (2, 1, 1)
    assert len(await kept(house.a.db)) == 1
    async with house.a.db.reading() as session:
        assert len(list(await session.scalars(select(ShipRow.id)))) == 1


async def test_the_number_of_statements_does_not_grow_with_the_certificates(house: House) -> None:
    prices: list[int] = []
    for count in (2, 200):
        with statements() as seen:
            await record(house, *(new(f"{count}/{each}") for each in range(count)), on_same="skip")
        prices.append(len(seen))
    assert prices[1] <= prices[0], "the second time the ship is there"


async def test_a_job_that_records_again_leaves_what_a_person_corrected(house: House) -> None:
    job = await house.job((await house.accept("a.pdf", "pdf", new_id().encode())).job_id)

    async def again(**values: str | None) -> CertificateRow:
        before = await kept(house.a.db)
        replaces = before[0].id if before else None
        wanted = NewCertificate(new_id(), STAR, values, replaces=replaces)
        async with house.a.db.writing() as session:
            await carry_out(session, job, ToRecord((wanted,)))
        (row,) = await kept(house.a.db)
        return row

    row = await again(certificate_number="A1", issue_date="2024-01-01")
    await correct(house, row, certificate_number="A 17")
    row = await again(certificate_number="A1", issue_date="2024-02-01")
    assert (row.certificate_number, row.issue_date, row.version) == ("A 17", "2024-02-01", 3)
    await record(house, NewCertificate(new_id(), STAR, {"certificate_number": "A1"}, replaces=row.id))
    (row,) = await kept(house.a.db)
    assert row.certificate_number == "A1", "a person gave its place to another certificate"
