"""Pipeline `certificate` as a company uses it: what comes out, what is asked, and what becomes of the answers."""

from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest

from tests.support.certificate_jobs import (
    STAR_IMO,
    WIND_IMO,
    answer,
    archived,
    asked,
    drop,
    kept,
    like,
    ships,
    steps,
)
from tests.support.fleet import add_ship
from tests.support.house import House, open_house

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(database_url, redis_url, tmp_path / "data", drain_seconds=0.6) as opened:
        yield opened


async def test_a_digital_certificate_is_recorded_and_archived_in_one_step(house: House) -> None:
    async with house.worker():
        job_id = await drop(house, name="Aurora 2024.pdf")
        job = await house.state(job_id, "completed")
    (row,), (ship,) = await kept(house), await ships(house)
    assert (ship.name, ship.imo, row.ship_id) == ("MV AURORA STAR", STAR_IMO, ship.id)
    assert (row.certificate_number, row.issue_date, row.valid_until) == (
        "BRS-2024-01873", "2024-06-21", "2029-06-20",
    )  # fmt: skip
    assert (row.category, row.note, row.job_id, row.document_id) == (
        "statutory", None, job_id, job.document_id,
    )  # fmt: skip
    where = row.evidence["certificate_number"]
    assert where["page_size"] == [595.3, 841.9]
    assert where["page"] == 1 and len(where["box"]) == 4 and where["confidence"] > 0.5
    folder = "MV AURORA STAR (9074729)"
    assert archived(house) == [f"{folder}/Aurora 2024.pdf", f"{folder}/Aurora 2024_Summary.txt"]
    assert [each["name"] for each in row.archived] == ["Aurora 2024.pdf", "Aurora 2024_Summary.txt"]
    assert (job.outcome, job.warnings) == ("success", {})
    assert job.result == {
        "ship": "MV AURORA STAR",
        "certificate": row.certificate_name,
        "number": "BRS-2024-01873",
        "valid_until": "2029-06-20",
        "notes": [],
        "records": [row.id],
    }
    assert (await house.snapshot(job_id)).value["result"] == job.result
    found = orjson.loads(await house.artifact(job_id, "certificate.json"))
    assert found["fields"]["imo_number"]["value"] == STAR_IMO
    assert "Valid until: 2029-06-20" in (await house.artifact(job_id, "Aurora 2024_Summary.txt")).decode()
    made = await steps(house, job_id)
    assert [step.phase for step in made] == list(range(7))
    assert len({step.started_at for step in made if step.started_at}) == 1, "claimed once"


async def test_the_ship_is_found_by_number_else_by_name_else_made(house: House) -> None:
    star = await add_ship(house.a.db, house.actor.user_id, "Aurora Star", STAR_IMO)
    wind = await add_ship(house.a.db, house.actor.user_id, "MV Sea Wind", None)
    async with house.worker():
        by_number = await drop(house)
        by_name = await drop(house, like("SEA WIND", WIND_IMO, number="W-1"))
        made = await drop(house, like("MV NEW MOON", "9176187", number="M-1"))
        for job_id in (by_number, by_name, made):
            await house.state(job_id, "completed")
    by_job = {row.job_id: row.ship_id for row in await kept(house)}
    assert (by_job[by_number], by_job[by_name]) == (star, wind)
    [new] = [ship for ship in await ships(house) if ship.id not in (star, wind)]
    assert (by_job[made], new.name, new.imo) == (new.id, "MV NEW MOON", "9176187")


@pytest.mark.parametrize(
    ("choice", "outcome", "numbers"),
    [
        ("keep", "success", ["BRS-2024-01873", "BRS-2024-01873"]),
        ("replace", "success", ["BRS-2024-01873"]),
        ("skip", "duplicate", ["BRS-2024-01873"]),
    ],
)
async def test_a_second_certificate_of_one_number_asks(
    house: House, choice: str, outcome: str, numbers: list[str]
) -> None:
    async with house.worker():
        first = await drop(house, name="first.pdf")
        await house.state(first, "completed")
        [old] = await kept(house)
        second = await drop(house, name="second.pdf")
        question = await asked(house, second, "duplicate")
        assert question["params"] == {
            "ship": "MV AURORA STAR", "number": "BRS-2024-01873", "record": old.id,
        }  # fmt: skip
        value = (await house.snapshot(second)).value
        assert value["phase"]["code"] == "checking" and "certificate.json" in value["artifacts"]
        await answer(house, second, "duplicate", choice)
        assert (await house.state(second, "completed")).outcome == outcome
    rows = await kept(house)
    assert [row.certificate_number for row in rows] == numbers
    assert rows[0].job_id == (second if choice == "replace" else first)
    files = {path.split("/")[1] for path in archived(house)}
    assert ("second.pdf" in files) == (choice != "skip") and "first.pdf" in files
    if choice == "replace":
        assert rows[0].id == old.id and "its document stays in the archive" in (rows[0].note or "")
        assert {each["name"]: each.get("replaced", False) for each in rows[0].archived} == {
            "second.pdf": False, "second_Summary.txt": False, "first.pdf": True, "first_Summary.txt": True,
        }  # fmt: skip


@pytest.mark.parametrize("choice", ["accept", "reject"])
async def test_another_name_than_the_chosen_ships_is_accepted_with_a_note_or_rejected(
    house: House, choice: str
) -> None:
    ship = await add_ship(house.a.db, house.actor.user_id, "Nordwind", None)
    async with house.worker():
        job_id = await drop(house, ship=ship)
        await answer(house, job_id, "name_mismatch", choice)
        job = await house.state(job_id, "completed")
    assert job.result is not None and job.result["ship"] == "Nordwind"
    if choice == "reject":
        assert (job.outcome, await kept(house), archived(house)) == ("rejected", [], [])
        return
    [row] = await kept(house)
    assert (job.outcome, row.ship_id) == ("success", ship)
    assert row.note == "The certificate names the ship MV AURORA STAR; accepted for Nordwind."
    assert job.result["notes"] == [
        {"code": "name_mismatch", "params": {"name": "MV AURORA STAR", "ship": "Nordwind"}}
    ]


@pytest.mark.parametrize("choice", ["move", "accept", "reject"])
async def test_the_number_of_another_ship_asks_whose_it_is(house: House, choice: str) -> None:
    owner = house.actor.user_id
    chosen = await add_ship(house.a.db, owner, "Aurora Star", WIND_IMO)
    other = await add_ship(house.a.db, owner, "Aurora Star", STAR_IMO)
    async with house.worker():
        job_id = await drop(house, ship=chosen)
        await answer(house, job_id, "other_ship", choice)
        job = await house.state(job_id, "completed")
    whose = [row.ship_id for row in await kept(house)]
    assert whose == {"move": [other], "accept": [chosen], "reject": []}[choice]
    assert job.outcome == ("rejected" if choice == "reject" else "success")
    assert len(archived(house)) == 2 * len(whose)


async def test_one_question_follows_another_and_restarts_forget_no_answer(house: House) -> None:
    owner = house.actor.user_id
    chosen = await add_ship(house.a.db, owner, "Nordwind", WIND_IMO)
    async with house.worker():
        first = await drop(house, like("NORDWIND", WIND_IMO))
        await house.state(first, "completed")
        job_id = await drop(house, ship=chosen, category="insurance")
        await asked(house, job_id, "other_ship")
    await answer(house, job_id, "other_ship", "accept")
    async with house.worker():
        await asked(house, job_id, "name_mismatch")
    async with house.worker():
        await answer(house, job_id, "name_mismatch", "accept")
        await asked(house, job_id, "wrong_category")
    await answer(house, job_id, "wrong_category", "accept")
    async with house.worker():
        await answer(house, job_id, "duplicate", "keep")
        job = await house.state(job_id, "completed")
    assert job.result is not None
    assert [note["code"] for note in job.result["notes"]] == ["other_ship", "name_mismatch", "wrong_category"]
    assert len(await kept(house)) == 2
    lines = (await house.snapshot(job_id)).value["log"].values()
    assert [each["code"] for each in lines].count("answered") == 4


async def test_a_certificate_of_the_wanted_category_asks_nothing(house: House) -> None:
    async with house.worker():
        job_id = await drop(house, category="statutory")
        assert (await house.state(job_id, "completed")).outcome == "success"


async def test_two_jobs_with_one_certificate_make_one_record_and_one_question(house: House) -> None:
    """Both are checked before either is recorded."""
    async with house.worker(slots=2), house.worker(slots=2):
        jobs = [await drop(house, name=f"{number}.pdf") for number in range(4)]
        states = [(await house.state(job_id, "completed", "waiting")).state for job_id in jobs]
        assert sorted(states) == ["completed", "waiting", "waiting", "waiting"]
        assert len(await kept(house)) == 1 and len(await ships(house)) == 1
        for job_id, state in zip(jobs, states, strict=True):
            if state == "waiting":
                await answer(house, job_id, "duplicate", "skip")
                assert (await house.state(job_id, "completed")).outcome == "duplicate"
    assert len(await kept(house)) == 1


@pytest.mark.parametrize(("choice", "outcome", "records"), [("keep", "success", 3), ("skip", "duplicate", 2)])
async def test_who_keeps_or_skips_a_duplicate_is_not_asked_about_the_next_of_its_number(
    house: House, choice: str, outcome: str, records: int
) -> None:
    async with house.worker():
        await house.state(await drop(house, name="first.pdf"), "completed")
        second, third = await drop(house, name="second.pdf"), await drop(house, name="third.pdf")
        await asked(house, third, "duplicate")
        await answer(house, second, "duplicate", "keep")
        await house.state(second, "completed")
        await answer(house, third, "duplicate", choice)
        assert (await house.state(third, "completed", "waiting")).outcome == outcome
    assert len(await kept(house)) == records


async def test_what_is_wrong_becomes_a_warning(house: House) -> None:
    dates = (("Date of issue", "21 June 2014"), ("Valid until", "20 June 2019"))
    async with house.worker():
        job_id = await drop(house, like(issued=dates))
        job = await house.state(job_id, "completed")
    assert job.outcome == "warnings"
    assert job.warnings["expired-valid_until"]["params"] == {"date": "2019-06-20"}
    assert len(await kept(house)) == 1


async def test_the_order_of_dates_is_as_the_options_say(house: House) -> None:
    dates = (("Date of issue", "03/05/2024"), ("Valid until", "02/05/2029"))
    async with house.worker():
        job_id = await drop(house, like(issued=dates, text="", endorsements=()), date_order="mdy")
        await house.state(job_id, "completed")
    [row] = await kept(house)
    assert (row.issue_date, row.valid_until) == ("2024-03-05", "2029-02-05")


async def test_what_is_no_certificate_fails_with_words_for_it(house: House) -> None:
    from tests.support.certificate_jobs import SPEC
    from tests.support.pdf_files import text_pdf

    async with house.worker():
        content = text_pdf("A letter about nothing in particular. " * 20)
        accepted = await house.accept("letter.pdf", "pdf", content, spec=SPEC)
        job = await house.state(accepted.job_id, "failed")
    assert job.error is not None
    assert (job.error["code"], job.error["phase"]) == ("no_certificate", "extracting")
    assert await kept(house) == [] and archived(house) == []


async def test_a_chosen_ship_of_somebody_else_is_not_there(house: House) -> None:
    async with house.worker():
        job_id = await drop(house, ship="01a2049f-3cc8-77f0-a47a-f03b49421b8d")
        job = await house.state(job_id, "failed")
    assert job.error is not None and job.error["code"] == "ship_gone"
