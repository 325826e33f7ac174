"""Ships and records of certificates in SQL: found again, corrected, counted, and gone only when they are told to."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import delete, select

from service.adapters.database import Database
from service.adapters.record_tables import CertificateRow, ShipRow
from service.adapters.records import accounts, certificate_lists, certificates, ships
from service.adapters.records.certificate_lists import Wanted
from service.adapters.records.certificates import Change, EditedMeanwhile
from service.adapters.records.cursors import BadCursor, place_of
from service.adapters.tables import DocumentRow, UserRow
from service.domain.account import Actor
from service.domain.ids import new_id
from service.domain.records.expiry import Expiry
from tests.support.counting import statements
from tests.support.fleet import IMOS, add_certificate, add_many, add_ship, in_days

pytestmark = pytest.mark.anyio


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    one = Database(database_url)
    await one.migrate()
    yield one
    await one.close()


@pytest.fixture
async def ann(db: Database) -> Actor:
    async with db.writing() as session:
        return await accounts.make_user(session, "Ann")


async def numbers(db: Database, wanted: Wanted) -> list[str | None]:
    """The numbers of what matches, by what ends first."""
    async with db.reading() as session:
        page = await certificate_lists.page(session, wanted, "valid_until", 500)
    return [each.row.certificate_number for each in page.items]


async def test_an_imo_number_stands_for_one_ship_of_an_owner(db: Database, ann: Actor) -> None:
    async with db.writing() as session:
        ben = await accounts.make_user(session, "Ben")
    star = await add_ship(db, ann.user_id)
    await add_ship(db, ben.user_id)
    await add_ship(db, ann.user_id, "Without", None)
    await add_ship(db, ann.user_id, "Without as well", None)
    with pytest.raises(ships.ShipThere) as there:
        await add_ship(db, ann.user_id, "Another")
    assert there.value.ship_id == star
    async with db.writing() as session:
        without = await ships.ship_by_name(session, ann.user_id, "WITHOUT")
        assert without is not None
        with pytest.raises(ships.ShipThere):
            await ships.change_ship(session, without, name="Without", imo=IMOS[0])


async def test_a_ship_is_found_under_its_new_name(db: Database, ann: Actor) -> None:
    await add_ship(db, ann.user_id, "Élan")
    async with db.writing() as session:
        (ship,) = await ships.ships_of(session, ann.user_id)
        await ships.change_ship(session, ship, name="Ngôi Sao Biển", imo=ship.imo)
    async with db.reading() as session:
        assert (await ships.fleet(session, ann.user_id, text="élan", limit=9)).ships == []
        (found,) = (await ships.fleet(session, ann.user_id, text="NGÔI SAO", limit=9)).ships
    assert (found.row.name, found.counts["total"]) == ("Ngôi Sao Biển", 0)


async def test_a_fleet_has_pages_by_name_with_counts(db: Database, ann: Actor) -> None:
    for number in range(7):
        ship_id = await add_ship(db, ann.user_id, f"Ship {number % 4}", None)
        await add_certificate(db, ann.user_id, ship_id, valid_until=in_days(-1))
    seen: list[tuple[str, int]] = []
    after = None
    for _ in range(3):
        async with db.reading() as session:
            page = await ships.fleet(session, ann.user_id, after=after, limit=3)
        seen += [(each.row.name, each.counts["overdue"]) for each in page.ships]
        after = page.next
    assert after is None
    assert seen == [(f"Ship {number}", 1) for number in (0, 0, 1, 1, 2, 2, 3)]


async def test_only_a_ship_without_certificates_can_be_deleted(db: Database, ann: Actor) -> None:
    ship_id = await add_ship(db, ann.user_id)
    certificate_id = await add_certificate(db, ann.user_id, ship_id)
    async with db.writing() as session:
        ship = await session.get(ShipRow, ship_id)
        assert ship is not None
        with pytest.raises(ships.ShipInUse):
            await ships.remove_ship(session, ship)
        await certificates.remove(session, certificate_id)
        await ships.remove_ship(session, ship)
    async with db.reading() as session:
        assert await ships.ships_of(session, ann.user_id) == []


@pytest.mark.parametrize("number", ["nb-21 / 0042", "NB-21/0042", " nb-21/0042"])
async def test_the_same_number_of_the_same_ship_is_found_however_it_is_written(
    db: Database, ann: Actor, number: str
) -> None:
    star, other = await add_ship(db, ann.user_id), await add_ship(db, ann.user_id, "Other", IMOS[1])
    first = await add_certificate(db, ann.user_id, star, certificate_number="NB-21/0042")
    await add_certificate(db, ann.user_id, star, certificate_number=None)
    async with db.reading() as session:
        assert await certificates.find_same(session, ann.user_id, star, number) == first
        assert await certificates.find_same(session, ann.user_id, other, number) is None
        assert await certificates.find_same(session, new_id(), star, number) is None
        assert await certificates.find_same(session, ann.user_id, star, None) is None


async def test_lists_are_filtered_searched_and_counted_by_what_ends_when(db: Database, ann: Actor) -> None:
    star, wind = await add_ship(db, ann.user_id), await add_ship(db, ann.user_id, "Sea Wind", IMOS[1])
    for number, days in (("late", -1), ("today", 0), ("a month", 30), ("later", 31), ("60", 60), ("90", 90)):
        await add_certificate(
            db, ann.user_id, star, certificate_number=number, valid_until=in_days(days), category="class"
        )
    await add_certificate(db, ann.user_id, star, certificate_number="in a year", valid_until=in_days(365))
    await add_certificate(db, ann.user_id, wind, certificate_number="no end", issuing_authority="Lloyd’s")
    mine = ann.user_id
    assert await numbers(db, Wanted(mine)) == [
        "late", "today", "a month", "later", "60", "90", "in a year", "no end"
    ]  # fmt: skip
    assert await numbers(db, Wanted(mine, expiry=Expiry.OVERDUE)) == ["late"]
    assert await numbers(db, Wanted(mine, expiry=Expiry.IN_30)) == ["today", "a month"]
    assert await numbers(db, Wanted(mine, expiry=Expiry.IN_60)) == ["today", "a month", "later", "60"]
    assert (await numbers(db, Wanted(mine, expiry=Expiry.IN_90)))[-1] == "90"
    assert (await numbers(db, Wanted(mine, expiry=Expiry.VALID)))[-1] == "in a year"
    assert await numbers(db, Wanted(mine, expiry=Expiry.NONE)) == ["no end"]
    assert await numbers(db, Wanted(mine, ship_id=wind)) == ["no end"]
    assert len(await numbers(db, Wanted(mine, category="class"))) == 6
    for text in ("LLOYD’S", "sea w", IMOS[1], "no en"):
        assert await numbers(db, Wanted(mine, text=text)) == ["no end"]
    assert await numbers(db, Wanted(mine, text="%")) == []
    assert await numbers(db, Wanted(new_id())) == []
    async with db.reading() as session:
        counts = await certificate_lists.counts(session, Wanted(mine, expiry=Expiry.NONE))
        assert await certificate_lists.categories(session, mine) == ["class"]
    assert counts == {"total": 8, "overdue": 1, "30": 2, "60": 4, "90": 5, "valid": 6, "none": 1}


@pytest.mark.parametrize("sorted_by", ["valid_until", "created"])
async def test_pages_follow_each_other_and_miss_nothing(db: Database, ann: Actor, sorted_by: str) -> None:
    ship_id = await add_ship(db, ann.user_id)
    await add_many(db, ann.user_id, ship_id, 25)
    for _ in range(3):
        await add_certificate(db, ann.user_id, ship_id)
    seen: list[str] = []
    after = None
    for _ in range(4):
        async with db.reading() as session:
            by = "created" if sorted_by == "created" else "valid_until"
            page = await certificate_lists.page(session, Wanted(ann.user_id), by, 7, after)
        seen += [each.row.id for each in page.items]
        after = page.next
    assert after is None
    assert len(seen) == len(set(seen)) == 28


@pytest.mark.parametrize("rows", [10, 10_000])
async def test_the_number_of_statements_does_not_depend_on_the_rows(
    db: Database, ann: Actor, rows: int
) -> None:
    await add_many(db, ann.user_id, await add_ship(db, ann.user_id), rows)
    async with db.reading() as session:
        await certificate_lists.counts(session, Wanted(ann.user_id))  # the clock is read once
        with statements() as seen:
            wanted = Wanted(ann.user_id, expiry=Expiry.IN_90, text="safety")
            page = await certificate_lists.page(session, wanted, "valid_until", 500)
            counts = await certificate_lists.counts(session, wanted)
            fleet = await ships.fleet(session, ann.user_id, limit=100)
        assert len(seen) == 4
    assert len(page.items) == (0 if rows == 10 else 500)
    assert (counts["total"], fleet.ships[0].counts["total"]) == (rows, rows)


async def test_a_correction_notes_who_changed_what_from_what_to_what(db: Database, ann: Actor) -> None:
    star, wind = await add_ship(db, ann.user_id), await add_ship(db, ann.user_id, "Sea Wind", IMOS[1])
    made = await add_certificate(
        db, ann.user_id, star, certificate_number="A 1", valid_until=in_days(5), issuing_authority="NK"
    )
    change = Change({"valid_until": in_days(-5), "issuing_authority": "NK", "note": "seen"}, wind)
    async with db.writing() as session:
        row = await certificates.change(session, made, change, ann, 1)
        assert row is not None and row.version == 2
    async with db.reading() as session:
        noted = [
            (each.by_name, each.field, each.old, each.new)
            for each in await certificates.edits(session, made, 9)
        ]
    assert sorted(noted, key=str) == [
        ("Ann", "note", None, "seen"),
        ("Ann", "ship", f"Ocean Star ({IMOS[0]})", f"Sea Wind ({IMOS[1]})"),
        ("Ann", "valid_until", in_days(5), in_days(-5)),
    ]
    assert await numbers(db, Wanted(ann.user_id, expiry=Expiry.OVERDUE, ship_id=wind)) == ["A 1"]
    async with db.writing() as session:
        with pytest.raises(EditedMeanwhile) as meanwhile:
            await certificates.change(session, made, Change({"note": None}), ann, 1)
    assert meanwhile.value.version == 2


async def test_a_correction_that_changes_nothing_is_none(db: Database, ann: Actor) -> None:
    made = await add_certificate(db, ann.user_id, await add_ship(db, ann.user_id), certificate_number="A 1")
    async with db.writing() as session:
        row = await certificates.change(session, made, Change({"certificate_number": "A 1"}), ann, None)
    assert row is not None and row.version == 1
    async with db.reading() as session:
        assert await certificates.edits(session, made, 9) == []
    async with db.writing() as session:
        assert await certificates.change(session, new_id(), Change({}), ann, None) is None


async def test_a_record_outlives_its_document_and_leaves_with_its_owner(db: Database, ann: Actor) -> None:
    document_id = new_id()
    async with db.writing() as session:
        session.add(
            DocumentRow(
                id=document_id, owner_id=ann.user_id, name="a", kind="pdf", size=1, sha256="", created_at=1.0
            )
        )
    ship_id = await add_ship(db, ann.user_id)
    made = await add_certificate(db, ann.user_id, ship_id, document_id=document_id, certificate_number="A")
    async with db.writing() as session:
        await session.execute(delete(DocumentRow))
    async with db.reading() as session:
        row = await session.get(CertificateRow, made)
        assert row is not None and row.document_id is None
        assert row.evidence["certificate_number"]["as_printed"] == "A"
    async with db.writing() as session:
        await session.execute(delete(UserRow).where(UserRow.id == ann.user_id))
    async with db.reading() as session:
        assert (await session.scalars(select(CertificateRow.id))).all() == []
        assert (await session.scalars(select(ShipRow.id))).all() == []


@pytest.mark.parametrize("text", ["", "x", "é", "AAAA", "A" * 3000, "_" * 48])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        place_of(text)
