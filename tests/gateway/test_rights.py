"""Who a socket belongs to is looked at again: when topics are asked for, and every so often."""

import pytest
from sqlalchemy import update
from starlette.requests import HTTPConnection

from service.adapters.records import accounts
from service.adapters.tables import UserRow
from service.domain.account import Actor
from service.gateway import rights
from service.gateway.auth import Auth
from service.gateway.live import Pulse
from tests.support.live_gateway import Gateway, running_gateway
from tests.support.waiting import until

pytestmark = pytest.mark.anyio


async def make_admin(gateway: Gateway, user: Actor, *, is_admin: bool) -> None:
    async with gateway.db.writing() as session:
        await session.execute(
            update(UserRow).where(UserRow.id == user.user_id).values(role="admin" if is_admin else "user")
        )


async def test_who_is_no_admin_any_more_is_sent_back_to_ask_again_and_refused(
    sqlite_url: str, redis_url: str
) -> None:
    async with running_gateway(sqlite_url, redis_url, Pulse(rights_seconds=0.3)) as gateway:
        root, token = await gateway.user("Root", is_admin=True)
        _, other = await gateway.user("Ann")
        client, bystander = await gateway.connect(token), await gateway.connect(other)
        await client.subscribe("admin:jobs")
        await until(lambda: "admin:jobs" in client.reader.lists, "an admin sees everybody's jobs")
        await make_admin(gateway, root, is_admin=False)
        assert await until(lambda: client.closed, "it is sent away") == 4200
        again = await gateway.connect(token)
        await again.subscribe("admin:jobs")
        assert (await until(lambda: again.of("error"), "it is refused"))[0]["problem"][
            "code"
        ] == "not_allowed"
        assert bystander.closed is None


async def test_a_topic_is_let_in_by_rights_of_a_moment_ago(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long before all sockets are looked at again."""
    root, token = await gateway.user("Root", is_admin=True)
    client, gone = await gateway.connect(token), await gateway.connect(token)
    monkeypatch.setattr(rights.Login.now, "__defaults__", (0.0,))
    await make_admin(gateway, root, is_admin=False)
    await client.subscribe("admin:workers")
    assert await until(lambda: client.closed, "it is to ask again") == 4200
    assert client.of("snapshot") == []
    assert await until(lambda: gone.closed, "so are all sockets of these credentials") == 4200

    late = await gateway.connect(token)
    async with gateway.db.writing() as session:
        await accounts.forget(session, token)
    await late.subscribe("jobs")
    assert await until(lambda: late.closed, "its token is nobody's") == 4001
    assert late.of("snapshot") == []


async def test_many_sockets_of_the_same_credentials_are_looked_at_once(
    sqlite_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_gateway(sqlite_url, redis_url, Pulse(rights_seconds=0.5)) as gateway:
        _, token = await gateway.user("Ann")
        clients = [await gateway.connect(token) for _ in range(40)]
        looks = 0
        who = Auth.who

        async def counted(auth: Auth, connection: HTTPConnection) -> Actor | None:
            nonlocal looks
            looks += 1
            return await who(auth, connection)

        monkeypatch.setattr(Auth, "who", counted)
        await until(lambda: looks >= 3, "they are looked at again and again")
        assert looks < len(clients)
        assert all(each.closed is None for each in clients)


async def test_a_database_that_is_away_changes_nobodys_rights(
    sqlite_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_gateway(sqlite_url, redis_url, Pulse(rights_seconds=0.2)) as gateway:
        ann, token = await gateway.user("Ann")
        job = await gateway.job(ann)
        client = await gateway.connect(token)
        tries = 0

        async def away(auth: Auth, connection: HTTPConnection) -> Actor | None:
            nonlocal tries
            tries += 1
            raise ConnectionError

        monkeypatch.setattr(Auth, "who", away)
        monkeypatch.setattr(rights.Login.now, "__defaults__", (0.0,))
        await until(lambda: tries > 2, "it is tried")
        await client.subscribe(f"job:{job}")
        await client.shows(f"job:{job}", state="queued")
        assert client.closed is None
