"""The numbers and the mark of an owner's records, and who is told when those change."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from redis.asyncio import Redis
from sqlalchemy import update

from service.adapters.database import Database
from service.adapters.keys import records_channel
from service.adapters.record_news import RecordNews
from service.adapters.record_tables import CertificateRow, ShipRow
from service.adapters.records import accounts, certificates, ships
from service.adapters.records.certificates import Change
from service.adapters.records.record_totals import records_value
from service.domain.account import Actor
from service.domain.ids import new_id
from service.domain.json import JsonObject
from tests.support.counting import statements
from tests.support.fleet import IMOS, add_certificate, add_many, add_ship
from tests.support.waiting import until

pytestmark = pytest.mark.anyio


class Fleet:
    """An owner with a ship that has a certificate."""

    def __init__(self, db: Database, owner: Actor, ship_id: str, certificate_id: str) -> None:
        self.db, self.owner, self.ship_id, self.certificate_id = db, owner, ship_id, certificate_id

    async def value(self) -> JsonObject:
        async with self.db.reading() as session:
            return await records_value(session, self.owner.user_id)


@pytest.fixture
async def fleet(database_url: str) -> AsyncIterator[Fleet]:
    db = Database(database_url)
    async with db.writing() as session:
        owner = await accounts.make_user(session, "Ann")
    ship_id = await add_ship(db, owner.user_id)
    yield Fleet(db, owner, ship_id, await add_certificate(db, owner.user_id, ship_id, note="first"))
    await db.close()


async def add_one(fleet: Fleet) -> None:
    await add_certificate(fleet.db, fleet.owner.user_id, fleet.ship_id)


async def take_ones_place(fleet: Fleet) -> None:
    async with fleet.db.writing() as session:
        await certificates.remove(session, fleet.certificate_id)
    fleet.certificate_id = await add_certificate(fleet.db, fleet.owner.user_id, fleet.ship_id, note="first")


async def correct(fleet: Fleet) -> None:
    async with fleet.db.writing() as session:
        wanted = Change({"note": new_id()})
        await certificates.change(session, fleet.certificate_id, wanted, fleet.owner, None)


async def delete_one(fleet: Fleet) -> None:
    async with fleet.db.writing() as session:
        await certificates.remove(session, fleet.certificate_id)


async def add_a_ship(fleet: Fleet) -> None:
    await add_ship(fleet.db, fleet.owner.user_id, "Sea Star", IMOS[1])


async def rename(fleet: Fleet) -> None:
    async with fleet.db.writing() as session:
        row = await session.get_one(ShipRow, fleet.ship_id)
        await ships.change_ship(session, row, name="Ocean Moon", imo=row.imo)


async def renumber(fleet: Fleet) -> None:
    async with fleet.db.writing() as session:
        row = await session.get_one(ShipRow, fleet.ship_id)
        await ships.change_ship(session, row, name=row.name, imo=None)


CHANGES = (add_one, take_ones_place, correct, delete_one, add_a_ship, rename, renumber)


@pytest.mark.parametrize("change", CHANGES)
async def test_every_change_is_another_mark(fleet: Fleet, change: Callable[[Fleet], Awaitable[None]]) -> None:
    before = await fleet.value()
    assert await fleet.value() == before, "looking changes nothing"
    await change(fleet)
    assert (await fleet.value())["changed"] != before["changed"]


async def test_no_mark_comes_twice(fleet: Fleet) -> None:
    marks = [(await fleet.value())["changed"]]
    for change in (*CHANGES[:3], *CHANGES[4:], correct, take_ones_place, correct, delete_one):
        await change(fleet)
        marks.append((await fleet.value())["changed"])
    assert len(set(marks)) == len(marks)


async def test_others_records_are_not_counted_and_change_nothing(fleet: Fleet) -> None:
    before = await fleet.value()
    async with fleet.db.writing() as session:
        ben = await accounts.make_user(session, "Ben")
    await add_certificate(fleet.db, ben.user_id, await add_ship(fleet.db, ben.user_id))
    async with fleet.db.writing() as session:
        await session.execute(
            update(CertificateRow).where(CertificateRow.owner_id == ben.user_id).values(version=99)
        )
    assert await fleet.value() == before


async def test_ten_thousand_take_the_statements_of_ten(fleet: Fleet) -> None:
    asked: list[int] = []
    for number in (10, 10_000):
        await add_many(fleet.db, fleet.owner.user_id, fleet.ship_id, number)
        with statements() as seen:
            await fleet.value()
        asked.append(len(seen))
    assert asked[0] == asked[1] <= 4
    assert (await fleet.value())["certificates"] == 10_011


async def test_each_owner_is_told_once_and_on_a_channel_of_their_own(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as redis, redis.pubsub() as link:
        await link.subscribe(*map(records_channel, ("ann", "ben", "cid")))
        await RecordNews(redis).changed(["ben", "ann", "ben"])
        heard: list[object] = []

        async def all_heard() -> bool:
            message = await link.get_message(ignore_subscribe_messages=True)
            if message is not None:
                heard.append(message["channel"])
            return len(heard) == 2

        await until(all_heard, "both are told")
        assert heard == [records_channel("ann").encode(), records_channel("ben").encode()]


async def test_without_redis_nothing_fails() -> None:
    async with Redis.from_url("redis://127.0.0.1:9") as redis:
        await RecordNews(redis).changed(["ann"])
