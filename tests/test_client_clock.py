"""When the client gives a link up and when it comes back, to the tenth of a second, on a clock that the test holds."""

import asyncio
import json
from collections.abc import Callable
from typing import Any, Self

import pytest
from websockets.exceptions import ConnectionClosedError, ConnectionClosedOK
from websockets.frames import Close

import service.client
from service.client import Client, Refused, SignInNeeded, Snapshot, Unreachable
from tests.support.jumping_clock import run

HELLO = {"type": "hello", "protocol": 1, "heartbeat_seconds": 10}
PING = {"type": "ping", "at": 0}
Event = tuple[float, dict[str, Any] | int]
"""Seconds after the one before it: a frame, or the code that the link is closed with."""


def snapshot(state: str, seq: int) -> dict[str, Any]:
    where = {"topic": "job:j", "job_id": "j", "epoch": "e", "run": 1, "reason": "first"}
    return {"type": "snapshot", **where, "seq": seq, "value": {"state": state}}


END: list[Event] = [(0, HELLO), (0, snapshot("completed", 99))]


class Link:
    """A connection on which a script happens, and then nothing."""

    def __init__(self, script: list[Event]) -> None:
        self.script = list(script)
        self.sent: list[dict[str, Any]] = []
        self.is_closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return

    async def recv(self) -> str:
        if self.is_closed:
            raise ConnectionClosedOK(Close(1000, ""), Close(1000, ""), rcvd_then_sent=False)
        if not self.script:
            await asyncio.get_running_loop().create_future()
        after, what = self.script.pop(0)
        await asyncio.sleep(after)
        if isinstance(what, int):
            raise ConnectionClosedError(Close(what, "") if what != 1006 else None, None)
        return json.dumps(what)

    async def send(self, text: str) -> None:
        self.sent.append(json.loads(text))

    async def close(self) -> None:
        self.is_closed = True


class Server:
    """Each connection gets the next script; None is a server that is not there. `at` is when they came."""

    def __init__(self, *scripts: list[Event] | None) -> None:
        self.scripts = list(scripts)
        self.at: list[float] = []
        self.links: list[Link] = []

    def connect(self, _url: str, **_options: Any) -> Link:
        self.at.append(round(asyncio.get_running_loop().time(), 1))
        script = self.scripts.pop(0)
        if script is None:
            raise ConnectionRefusedError
        self.links.append(Link(script))
        return self.links[-1]


Serve = Callable[..., Server]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Serve:
    """Makes servers; chance always takes the longest wait, once it was asked for all from 0."""

    def longest(shortest: float, longest: float) -> float:
        assert shortest == 0
        return longest

    def make(*scripts: list[Event] | None) -> Server:
        server = Server(*scripts)
        monkeypatch.setattr(service.client, "connect", server.connect)
        monkeypatch.setattr(service.client.random, "uniform", longest)
        return server

    return make


async def watched(pause: float = 0.0, **options: Any) -> list[Snapshot]:
    seen: list[Snapshot] = []
    async for each in Client("http://x", "t", **options).watch("j"):
        seen.append(each)
        await asyncio.sleep(pause)
    return seen


def test_two_beats_of_silence_are_a_dead_link_and_any_frame_is_a_sign_of_life(serve: Serve) -> None:
    server = serve([(0, HELLO), (10, PING), (19, snapshot("queued", 1))], END)
    run(watched())
    assert server.at == [0, 10 + 19 + 20 + 0.5]
    assert server.links[0].sent[1:] == [{"type": "pong"}]


def test_a_greeting_that_does_not_come_is_waited_for_no_longer(serve: Serve) -> None:
    server = serve([], END)
    run(watched())
    assert server.at == [0, 20.5]


def test_each_failed_try_waits_up_to_twice_as_long_to_a_limit(serve: Serve) -> None:
    server = serve(*[None] * 8, END)
    run(watched())
    waits = [round(after - before, 1) for before, after in zip(server.at, server.at[1:], strict=False)]
    assert waits == [0.5, 1, 2, 4, 8, 16, 20, 20]


def test_only_a_link_that_lasted_a_beat_makes_the_next_wait_short_again(serve: Serve) -> None:
    greeted: list[Event] = [(0, HELLO), (0, 1006)]
    lasted: list[Event] = [(0, HELLO), (10, PING), (0, 1006)]
    server = serve(greeted, greeted, greeted, lasted, END)
    run(watched())
    assert server.at == [0, 0.5, 1.5, 3.5, 14.0]


def test_it_comes_back_when_bye_said_and_at_once_where_the_code_says_so_but_not_twice(serve: Serve) -> None:
    away: list[Event] = [(0, HELLO), (0, 4200)]
    server = serve([(0, HELLO), (0, {"type": "bye", "after_ms": 7300})], away, END)
    run(watched())
    assert server.at == [0, 7.3, 8.3]
    server = serve(away, away, END)
    run(watched())
    assert server.at == [0, 0, 1]


def test_what_was_seen_is_where_the_next_link_goes_on(serve: Serve) -> None:
    server = serve([(0, HELLO), (0, snapshot("queued", 7)), (0, 1006)], END)
    assert [each.seq for each in run(watched())] == [7, 99]
    assert [link.sent[0].get("since") for link in server.links] == [None, "e:7"]


def test_what_does_not_follow_is_asked_for_anew_once_however_much_of_it_is_on_its_way(serve: Serve) -> None:
    where = {"type": "patch", "topic": "job:j", "job_id": "j", "epoch": "e", "run": 1}
    far: list[Event] = [(0, {**where, "seq": [seq, seq], "set": {"percent": seq}}) for seq in range(9, 40)]
    server = serve(
        [(0, HELLO), (0, snapshot("queued", 1)), *far, (1, snapshot("queued", 50)), (1, END[1][1])]
    )
    assert [each.seq for each in run(watched(pause=0.5))] == [1, 50, 99]
    assert [each["type"] for each in server.links[0].sent] == ["subscribe"] * 2


def test_a_loop_that_takes_its_time_keeps_its_link_and_sees_the_newest(serve: Serve) -> None:
    states: list[Event] = [(0, snapshot("processing", seq)) for seq in range(2, 30)]
    pings: list[Event] = [(10, PING)] * 9
    server = serve([(0, HELLO), (0, snapshot("queued", 1)), (1, PING), *states, *pings, *END[1:]])
    seen = run(watched(pause=60))
    assert [(each.seq, each.state) for each in seen] == [(1, "queued"), (29, "processing"), (99, "completed")]
    assert (len(server.at), server.links[0].sent.count({"type": "pong"})) == (1, 10)


def test_it_gives_up_after_as_long_as_it_was_told(serve: Serve) -> None:
    server = serve([(0, HELLO), (10, PING), (0, 1006)], *[None] * 9)
    with pytest.raises(Unreachable, match="for 5 s"):
        run(watched(give_up_seconds=5))
    assert server.at == [0, 10.5, 11.5, 13.5, 17.5]


@pytest.mark.parametrize(
    ("code", "raised"), [(4001, SignInNeeded), (4000, Refused), (4099, Refused), (4008, Refused)]
)
def test_it_does_not_come_back_where_it_is_told_not_to(
    serve: Serve, code: int, raised: type[Exception]
) -> None:
    server = serve([(0, HELLO), (0, code)])
    with pytest.raises(raised):
        run(watched())
    assert server.at == [0]
