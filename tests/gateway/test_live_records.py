"""The topic `records`: one's own numbers of ships and certificates, and a mark of every change, whoever makes it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import update

from service.adapters import keys
from service.adapters.record_tables import CertificateRow
from service.adapters.records import record_totals
from service.client import Client as Watcher
from service.domain.account import Actor
from service.domain.json import JsonObject
from service.gateway.views import records as view
from service.gateway.views import registry
from tests.support import http_gateway
from tests.support.fleet import IMOS, add_certificate, add_ship, in_days
from tests.support.live_gateway import Client, Gateway
from tests.support.waiting import until

pytestmark = pytest.mark.anyio


def shown(client: Client) -> dict[str, Any]:
    return client.reader.values.get("records") or {}


async def watching(gateway: Gateway, token: str) -> Client:
    client = await gateway.connect(token)
    await client.subscribe("records")
    await until(lambda: shown(client), "the numbers are there")
    return client


async def made(gateway: Gateway, name: str = "Ann", **values: str | None) -> tuple[Actor, str, str, str]:
    """A new user, their token, and the ids of their ship and of a certificate of it."""
    owner, token = await gateway.user(name)
    ship_id = await add_ship(gateway.db, owner.user_id)
    return owner, token, ship_id, await add_certificate(gateway.db, owner.user_id, ship_id, **values)


async def test_the_numbers_are_ones_own(gateway: Gateway) -> None:
    owner, token, ship_id, _ = await made(gateway, valid_until=in_days(-1))
    for days in (0, 30, 31, 60, 61, 90, 91):
        await add_certificate(gateway.db, owner.user_id, ship_id, valid_until=in_days(days))
    await add_certificate(gateway.db, owner.user_id, ship_id)
    _, admin = await gateway.user("Root", is_admin=True)
    expected = {"certificates": 9, "ships": 1, "overdue": 1, "within_30": 2, "within_60": 4, "within_90": 6}
    mine, roots = await watching(gateway, token), await watching(gateway, admin)
    assert {name: shown(mine)[name] for name in expected} == expected
    assert {name: shown(roots)[name] for name in expected} == dict.fromkeys(expected, 0)


async def test_whatever_is_changed_over_http_is_seen_at_once_by_its_owner_and_by_nobody_else(
    gateway: Gateway, sqlite_site: http_gateway.Gateway
) -> None:
    """By another gateway than the one that is watched."""
    _, token, _, certificate_id = await made(gateway, certificate_number="A 1")
    _, strange, *_ = await made(gateway, "Ben")
    _, root = await gateway.user("Root", is_admin=True)
    client, stranger = await watching(gateway, token), await watching(gateway, strange)
    told = len(stranger.frames)
    site, admin = sqlite_site.client(token), sqlite_site.client(root)
    new = {"name": "Sea Star", "imo": IMOS[1]}
    ship = f"/api/ships/{(await changing(client, lambda: site.post('/api/ships', json=new))).json()['id']}"
    certificate = f"/api/certificates/{certificate_id}"
    fields = {"fields": {"note": "seen"}}
    await changing(client, lambda: site.patch(ship, json={"name": "Sea Moon"}))
    await changing(client, lambda: site.patch(ship, json={"imo": IMOS[2]}))
    await changing(client, lambda: site.patch(certificate, json=fields))
    await changing(client, lambda: admin.patch(certificate, json={"fields": {"note": "by an admin"}}))
    await changing(client, lambda: site.patch(certificate, json={"ship_id": ship.rsplit("/", 1)[1]}))
    await changing(client, lambda: site.delete(certificate))
    await changing(client, lambda: site.delete(ship))
    assert (shown(client)["certificates"], shown(client)["ships"]) == (0, 1)
    assert [each["type"] for each in stranger.frames[told:] if each["type"] != "ping"] == []


async def changing(client: Client, ask: Callable[[], Awaitable[Any]]) -> Any:
    """Asks, and waits until the client sees a mark that it has not seen."""
    before = shown(client)["changed"]
    answer = await ask()
    assert answer.status_code < 300, answer.text
    await until(lambda: shown(client)["changed"] != before, f"{answer.request.method} is seen")
    return answer


async def test_what_is_refused_changes_no_mark(gateway: Gateway, sqlite_site: http_gateway.Gateway) -> None:
    _, token, ship_id, certificate_id = await made(gateway)
    client = await watching(gateway, token)
    before = shown(client)
    site = sqlite_site.client(token)
    _, strange = await sqlite_site.user("Ben")
    path = f"/api/certificates/{certificate_id}"
    assert (await site.patch(path, json={"fields": {"valid_until": "soon"}})).status_code == 422
    assert (await site.patch(path, json={"fields": {"note": "x"}, "version": 9})).status_code == 409
    assert (await site.delete(f"/api/ships/{ship_id}")).status_code == 409
    assert (await strange.delete(path)).status_code == 404
    assert (await site.patch(f"/api/ships/{ship_id}", json={"name": "Ocean Star"})).status_code == 200
    await changing(client, lambda: site.patch(path, json={"fields": {"note": "x"}}))
    assert len(client.of("patch", "records")) == 1, "only the last one was a change"
    assert shown(client)["certificates"] == before["certificates"]


async def test_a_new_day_is_noticed_though_nobody_tells_of_it(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "READ_AGAIN_SECONDS", 0.05)
    _, token, _, certificate_id = await made(gateway, valid_until=in_days(0))
    client = await watching(gateway, token)
    assert (shown(client)["overdue"], shown(client)["within_30"]) == (0, 1)
    before = shown(client)["changed"]
    async with gateway.db.writing() as session:
        # What midnight does: the day lies behind, and nothing else about the record is another.
        await session.execute(
            update(CertificateRow).where(CertificateRow.id == certificate_id).values(due=in_days(-1))
        )
    await until(lambda: shown(client)["overdue"] == 1, "it is overdue")
    assert (shown(client)["within_30"], shown(client)["changed"]) == (0, before)


async def test_what_was_changed_while_the_link_was_cut_is_seen_after_it(
    gateway: Gateway, redis_url: str
) -> None:
    owner, token, ship_id, _ = await made(gateway)
    client = await watching(gateway, token)
    async with Redis.from_url(redis_url) as redis:
        for number in range(2, 8):
            await add_certificate(gateway.db, owner.user_id, ship_id, certificate_number=f"C {number}")
            await redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
            await until(lambda: shown(client)["certificates"] == number, "it is seen")  # noqa: B023 - called at once


async def test_a_storm_of_news_is_read_a_few_times_and_ends_with_the_truth(
    gateway: Gateway, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = 0
    read_value = record_totals.records_value

    async def counted(*given: Any) -> JsonObject:
        nonlocal reads
        reads += 1
        return await read_value(*given)

    monkeypatch.setattr(registry, "records_value", counted)
    owner, token, ship_id, _ = await made(gateway)
    clients = [await watching(gateway, token) for _ in range(5)]
    assert reads == 1, "all who watch share what was read"
    began_at = asyncio.get_running_loop().time()
    channel = keys.records_channel(owner.user_id)
    async with Redis.from_url(redis_url) as redis:
        for number in range(2, 22):
            await add_certificate(gateway.db, owner.user_id, ship_id, certificate_number=f"C {number}")
            for junk in (b"", b"{", b"\xff\x00", b'{"records":"changed"}' * 100):
                for _ in range(25):
                    await redis.publish(channel, junk)
    await until(lambda: all(shown(each)["certificates"] == 21 for each in clients), "all of them are seen")
    passed = asyncio.get_running_loop().time() - began_at
    assert reads <= 3 + passed / view.READ_GAP_SECONDS, "however many said so"


@pytest.mark.parametrize("topic", ["records?owner=1", "records:", "records?", "Records", "admin:records"])
async def test_nobody_can_ask_for_the_records_of_others(gateway: Gateway, topic: str) -> None:
    _, token = await gateway.user("Root", is_admin=True)
    client = await gateway.connect(token)
    await client.subscribe(topic)
    await until(lambda: client.reader.errors, "it is refused")
    assert client.reader.errors[0]["problem"]["code"] in ("unknown_topic", "topic_spelling")
    assert client.reader.values == {}


async def test_the_view_closes_with_its_last_reader(gateway: Gateway) -> None:
    owner, token, *_ = await made(gateway)
    client = await watching(gateway, token)
    assert keys.records_channel(owner.user_id) in gateway.live.hub.channels
    await client.send({"type": "unsubscribe", "topic": "records"})
    await until(lambda: gateway.live.views.topics == [], "nobody watches")
    assert keys.records_channel(owner.user_id) not in gateway.live.hub.channels


async def test_programs_watch_it_too(gateway: Gateway, sqlite_site: http_gateway.Gateway) -> None:
    _, token = await gateway.user("Ann")
    async with aclosing(Watcher(gateway.url, token).watch_records()) as values:
        assert (await anext(values))["ships"] == 0
        await sqlite_site.client(token).post("/api/ships", json={"name": "Ocean Star"})
        assert (await anext(values))["ships"] == 1
