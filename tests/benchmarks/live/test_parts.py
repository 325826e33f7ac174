"""What the live benchmarks count by: frames cut out of a stream, marks, gaps, and what the kernel tells."""

import contextlib
import random
import socket
import time

import orjson
import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from service.protocol.frames import SUBPROTOCOL
from tests.benchmarks.live.audience import HOST, Group, come
from tests.benchmarks.live.dialects import Headway, Heard, SocketIO, events_in, offered_at
from tests.benchmarks.live.events import OfferedJob
from tests.benchmarks.live.following import Follower
from tests.benchmarks.live.patches import on_the_wire
from tests.benchmarks.live.raw_socket import TEXT, Incoming
from tests.benchmarks.live.stalling import connections
from tests.support.waiting import until

pytestmark = pytest.mark.anyio

_SIZES = (0, 125, 126, 70_000)


def test_frames_are_cut_out_wherever_the_stream_is_cut() -> None:
    """All lengths that there are, in pieces of any size; and a message in parts is refused, not miscounted."""
    payloads = [bytes(size) for size in _SIZES]
    stream = b"".join(_served(payload) for payload in payloads)
    for piece in (1, 7, 65_536, len(stream)):
        incoming = Incoming()
        pieces = (stream[at : at + piece] for at in range(0, len(stream), piece))
        assert [frame for each in pieces for frame in incoming.take(each)] == [
            (TEXT, each) for each in payloads
        ]
    with pytest.raises(ValueError, match="parts"):
        Incoming().take(b"\x01\x01a")
    assert [on_the_wire(size) for size in _SIZES] == [len(_served(each)) for each in payloads]


@pytest.mark.parametrize("deflate", [False, True])
async def test_subscribers_are_shown_their_topics_and_count_what_is_delivered(deflate: bool) -> None:
    """Against a real WebSocket server: handshake, subscriptions, snapshots, heartbeats, a delivery's time."""
    said: list[str] = []
    links: list[ServerConnection] = []

    async def converse(link: ServerConnection) -> None:
        links.append(link)
        await link.send('{"type":"hello"}')
        async for text in link:
            said.append(str(text))
            told = orjson.loads(text)
            if told["type"] == "subscribe":
                await link.send(orjson.dumps({"type": "snapshot", "topic": told["topic"]}).decode())

    compression = "deflate" if deflate else None
    async with serve(
        converse, HOST, 0, compression=compression, subprotocols=[Subprotocol(SUBPROTOCOL)]
    ) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        group = Group(2)
        await come(group, 3, port, lambda: Headway(["job:a", "job:b"], "token"), deflate=deflate)
        assert group.complete == 3
        assert all(bool(link.protocol.extensions) is deflate for link in links)
        group.begin()
        patch = orjson.dumps(OfferedJob("a", "owner").frame()).decode()
        for link in links:
            await link.send('{"type":"ping"}')
            await link.send(patch)
            await (await link.ping())
        await until(lambda: group.deliveries == 3, "all have the event")
        await until(lambda: said.count('{"type":"pong"}') == 3, "all have answered the heartbeat")
        assert group.bytes == 3 * len(patch)
        assert all(0 < each < 10e9 for each in group.nanoseconds)
        for member in group.members:
            member.leave()
        await until(lambda: group.closed == 3, "all have left")
        assert group.complete == 3


def test_an_event_is_marked_with_the_moment_of_its_offer() -> None:
    """Both ways of offering it tell the same page, and are marked by the clock that all processes share."""
    before = time.monotonic_ns()
    frame = orjson.dumps(OfferedJob("a", "owner").frame())
    facts = OfferedJob("a", "owner").facts()
    marks = [offered_at(frame), offered_at(orjson.dumps(facts.fields))]
    assert all(mark and before <= mark <= time.monotonic_ns() for mark in marks)
    assert orjson.loads(frame)["set"]["pages"] == facts.pages == {"1": "td"}
    assert offered_at(b'{"type":"patch"}') is None


def test_events_that_were_merged_all_count() -> None:
    """Without it a gateway that merges would be waited for in vain."""
    assert events_in(orjson.dumps(OfferedJob("a", "owner").frame())) == 1
    assert events_in(b'{"type":"patch","seq":[8,10],"set":{}}') == 3
    assert events_in(b'{"type":"patch"}') == 1


def test_socketio_is_spoken_as_far_as_it_is_needed() -> None:
    """Connect after the opening, subscribe once connected, pong for ping."""
    dialect = SocketIO(["job:a"])
    assert dialect.hear(b'0{"sid":"x"}') == (Heard.OTHER, (b"40",))
    assert dialect.hear(b'40{"sid":"y"}') == (Heard.OTHER, [b'42["subscribe",{"topic":"job:a"}]'])
    assert dialect.hear(b"2") == (Heard.OTHER, (b"3",))
    assert dialect.hear(b'42["snapshot",{}]')[0] is Heard.SNAPSHOT
    assert dialect.hear(b'42["patch",{}]')[0] is Heard.DELIVERY
    with pytest.raises(ValueError, match="44"):
        dialect.hear(b'44{"message":"no"}')


def test_followers_resume_and_see_what_is_missing() -> None:
    """A patch that follows, one that is known already, one that does not follow, one of another epoch."""
    follower = Follower("job:a", "token")
    assert "since" not in _heard(follower, type="hello")[0]
    _heard(follower, type="snapshot", epoch="e", seq=4)
    _heard(follower, type="patch", epoch="e", seq=[5, 6])
    assert _heard(follower, type="hello")[0]["since"] == "e:6"
    _heard(follower, type="patch", epoch="e", seq=[6, 6])
    assert (follower.seq, follower.gaps, follower.snapshots) == (6, 0, 1)
    _heard(follower, type="patch", epoch="e", seq=[8, 8])
    assert (follower.seq, follower.gaps) == (8, 1)
    _heard(follower, type="patch", epoch="f", seq=[9, 9])
    assert follower.gaps == 2
    _heard(follower, type="snapshot", epoch="f", seq=12, reason="new_epoch")
    assert (follower.seq, follower.anew) == (12, ["new_epoch"])


def test_followers_come_back_when_they_are_told_to_else_with_full_jitter() -> None:
    """The jitter grows with each try in vain, and begins anew once somebody answers."""
    random.seed(1)
    follower = Follower("job:a", "token")
    _heard(follower, type="bye", after_ms=750)
    assert follower.pause() == 0.75
    most = [max(_pauses(tries)) for tries in (1, 3, 9)]
    assert 0.4 < most[0] <= 0.5
    assert 1.6 < most[1] <= 2.0
    assert 16 < most[2] <= 20
    for _ in range(9):
        follower.pause()
    _heard(follower, type="hello")
    assert follower.pause() <= 0.5


async def test_the_kernel_tells_what_waits_and_who_let_go() -> None:
    """Bytes that nobody reads, and a connection that its other side has ended."""
    with socket.create_server((HOST, 0)) as listening:
        near = socket.create_connection(listening.getsockname())
        far, _ = listening.accept()
    with near:
        port = near.getsockname()[1]
        far.sendall(bytes(1000))
        await until(lambda: connections().unread.get(port) == 1000, "the bytes have come")
        assert port in connections().open
        far.setblocking(False)

        def has_more_than_fits() -> bool:
            with contextlib.suppress(BlockingIOError):
                while True:
                    far.send(bytes(1 << 20))
            return connections().unsent[port] > 0

        await until(has_more_than_fits, "it can't send all")
        far.close()
        await until(lambda: port not in connections().open, "it is ended")


def _served(payload: bytes) -> bytes:
    """As a server sends it: no mask."""
    size = len(payload)
    if size < 126:
        return bytes((0x81, size)) + payload
    if size < 1 << 16:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload


def _heard(follower: Follower, **told: object) -> list[dict[str, object]]:
    """What it answers to a frame."""
    return [orjson.loads(each) for each in follower.hear(orjson.dumps(told))[1]]


def _pauses(tries: int) -> list[float]:
    """The last of so many pauses, often."""
    lasts: list[float] = []
    for _ in range(200):
        follower = Follower("job:a", "token")
        lasts.append([follower.pause() for _ in range(tries)][-1])
    return lasts
