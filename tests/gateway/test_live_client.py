"""service/client.py against a real gateway: what a user's `async for` sees."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from service.client import Client, Refused, SignInNeeded, Snapshot, Unreachable
from service.domain.ids import new_id
from service.protocol.frames import SUBPROTOCOL
from tests.support.live_gateway import Gateway, running_gateway, serving
from tests.support.waiting import until

pytestmark = pytest.mark.anyio


class Watched:
    """What a watch yielded so far; `ended` once its loop is over."""

    def __init__(self, shown: AsyncIterator[Any]) -> None:
        self.seen: list[Any] = []
        self.task = asyncio.create_task(self._follow(shown))

    async def _follow(self, shown: AsyncIterator[Any]) -> None:
        async for each in shown:
            self.seen.append(each)

    async def ended(self) -> list[Any]:
        await asyncio.wait_for(self.task, 15)
        return self.seen


async def test_a_watch_shows_every_state_and_ends_with_the_job(gateway: Gateway) -> None:
    ann, token = await gateway.user("Ann")
    job = await gateway.job(ann)
    watched = Watched(Client(gateway.url, token).watch(job))
    await until(lambda: watched.seen, "the first snapshot")
    await gateway.change(job, state="processing")
    for done in (200, 400):
        await gateway.work(job, ann, "s1", done)
    await gateway.change(job, state="completed", percent=100.0)
    seen: list[Snapshot] = await watched.ended()
    assert (seen[0].state, seen[-1].state, seen[-1].percent) == ("queued", "completed", 100)
    assert [each.percent for each in seen] == sorted(each.percent for each in seen)
    assert [each.seq for each in seen] == sorted({each.seq for each in seen})
    assert seen[-1].value == (await gateway.echo.snapshot(job) or seen[0]).value

    again = await Watched(Client(gateway.url, token).watch(job)).ended()
    assert [each.state for each in again] == ["completed"]


async def test_a_watch_goes_on_after_its_link_is_cut_and_after_a_drain(
    sqlite_url: str, redis_url: str
) -> None:
    async with running_gateway(sqlite_url, redis_url) as gateway:
        ann, token = await gateway.user("Ann")
        job = await gateway.job(ann)
        watched = Watched(Client(gateway.url, token).watch(job))
        await until(lambda: watched.seen, "the first snapshot")
        for socket in gateway.live.connected.values():
            socket.abort()
        await gateway.change(job, state="processing")
        await until(lambda: watched.seen[-1].state == "processing", "it came back")
        await gateway.live.drain(0.0)
        gateway.live.is_draining = False
        await gateway.change(job, state="failed")
        seen = await watched.ended()
    assert [each.state for each in seen] == ["queued", "processing", "failed"]


async def test_a_batch_ends_with_its_last_job_and_a_list_goes_on(gateway: Gateway) -> None:
    ann, token = await gateway.user("Ann")
    batch = await gateway.batch(ann)
    jobs = [await gateway.job(ann, str(each), batch=batch) for each in range(3)]
    client = Client(gateway.url, token)
    watched = Watched(client.watch_batch(batch))
    async with aclosing(client.watch_topic("jobs?state=failed")) as lists:
        first = await anext(lists)
        assert (first.jobs, first.counts["queued"]) == ((), 3)
        for each in jobs:
            await gateway.change(each, state="failed")
        async for shown in lists:
            if len(shown.jobs) == 3:
                assert [each.job_id for each in shown.jobs] == sorted(jobs, reverse=True)
                break
    assert (await watched.ended())[-1]["counts"]["failed"] == 3


async def test_what_cannot_be_is_raised(gateway: Gateway) -> None:
    _, token = await gateway.user("Ann")
    with pytest.raises(SignInNeeded):
        await anext(Client(gateway.url, "wrong").watch(new_id()))
    with pytest.raises(Refused) as refusal:
        await anext(Client(gateway.url, token).watch(new_id()))
    assert (refusal.value.code, refusal.value.status) == ("not_found", 404)
    with pytest.raises(Refused):
        await anext(Client(gateway.url, token).watch_workers())
    with pytest.raises(Unreachable):
        await anext(Client("http://127.0.0.1:9", token, give_up_seconds=0).watch(new_id()))


async def test_a_silent_server_is_left_after_two_beats_and_a_gap_asks_for_all(gateway: Gateway) -> None:
    """Against a server made for it: it sends a patch that does not follow, then falls silent."""
    asked: list[dict[str, Any]] = []

    async def odd(websocket: WebSocket) -> None:
        await websocket.accept(SUBPROTOCOL)
        await websocket.send_json({"type": "hello", "heartbeat_seconds": 0.1, "new_field": 1})
        await websocket.send_json({"type": "from_the_future", "topic": "?"})
        asked.append(await websocket.receive_json())
        place = {"topic": asked[0]["topic"], "job_id": "j", "epoch": "e", "run": 1}
        whole = {"type": "snapshot", **place, "reason": "first", "value": {"state": "queued"}}
        if len(asked) == 1:
            await websocket.send_json({**whole, "seq": 4})
            await websocket.send_json({"type": "patch", **place, "seq": [3, 4], "set": {"percent": 90}})
            await websocket.send_json({"type": "patch", **place, "seq": [7, 7], "set": {"percent": 50}})
            asked.append(await websocket.receive_json())
            await websocket.send_json({**whole, "seq": 7, "value": {"state": "queued", "percent": 50}})
            await websocket.receive()
        else:
            await websocket.send_json(
                {"type": "patch", **place, "seq": [8, 9], "set": {"state": "completed"}}
            )
            await websocket.receive()

    async with serving(Starlette(routes=[WebSocketRoute("/ws", odd)])) as url:
        seen = await Watched(Client(url, "token").watch(new_id())).ended()
    assert [(each.seq, each.percent, each.state) for each in seen] == [
        (4, 0, "queued"),
        (7, 50, "queued"),
        (9, 50, "completed"),
    ]
    assert [each.get("since") for each in asked] == [None, None, "e:7"]
