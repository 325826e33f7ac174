"""The connection itself: frames in their order, every broken one with its close code, and nothing left behind."""

import asyncio
import itertools

import orjson
import pytest

from service.gateway import wire
from service.gateway.live import Pulse
from service.gateway.session import Bounds
from service.protocol.close_codes import CloseCode
from tests.support.bare_socket import BINARY, CLOSE, FINAL, PING, PONG, TEXT, BareSocket, bare_socket, frame
from tests.support.live_gateway import Client, Gateway, running_gateway
from tests.support.waiting import until

pytestmark = pytest.mark.anyio

PART = 0x0
PONG_FRAME = frame(TEXT, b'{"type":"pong"}')


class Stand:
    """A gateway with a healthy reader of a job, and the connection of somebody else."""

    def __init__(self, gateway: Gateway, token: str, job: str, healthy: Client) -> None:
        self.gateway = gateway
        self.token = token
        self.topic = f"job:{job}"
        self._job = job
        self._healthy = healthy
        self._states = itertools.cycle(("processing", "queued"))

    async def connect(self) -> BareSocket:
        """One more socket, which has been greeted."""
        one = await bare_socket(self.gateway.url, self.token)
        opcode, payload = await one.next() or (None, b"{}")
        assert opcode == TEXT and orjson.loads(payload)["type"] == "hello"
        return one

    def subscribe(self) -> bytes:
        """The request for the job's topic."""
        return orjson.dumps({"type": "subscribe", "id": 1, "topic": self.topic})

    async def goes_on(self) -> None:
        """Something happens to the job, and its reader sees it."""
        state = next(self._states)
        await self.gateway.change(self._job, state=state)
        await self._healthy.shows(self.topic, state=state)

    async def is_well(self) -> None:
        """The healthy reader is served, and is the only one who is."""
        await until(lambda: self.gateway.live.sockets == 1, "the other one is gone")
        await self.gateway.change(self._job, state="processing")
        await self._healthy.shows(self.topic, state="processing")
        assert self.gateway.live.views.topics == [self.topic]
        assert self._healthy.closed is None


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most clients here do not answer a close frame."""
    monkeypatch.setattr(wire, "CLOSE_SECONDS", 0.3)


@pytest.fixture
async def stand(gateway: Gateway) -> Stand:
    ann, token = await gateway.user("Ann")
    job = await gateway.job(ann)
    healthy = await gateway.connect(token)
    await healthy.subscribe(f"job:{job}")
    await healthy.shows(f"job:{job}", state="queued")
    return Stand(gateway, token, job, healthy)


HOSTILE: dict[str, tuple[bytes, int]] = {
    "not masked": (b"\x81\x0f" + b'{"type":"pong"}', 1002),
    "as if deflated": (frame(TEXT, b"x", first=FINAL | 0x40), 1002),
    "unknown data opcode": (frame(0x3, b"x"), 1002),
    "unknown control opcode": (frame(0xB, b"x"), 1002),
    "a piece of nothing": (frame(PART, b"x"), 1002),
    "a message in a message": (frame(TEXT, b"{", first=0) + frame(TEXT, b"{}"), 1002),
    "a split ping": (frame(PING, b"x", first=0), 1002),
    "a long ping": (frame(PING, b"x" * 126), 1002),
    "a petabyte is announced": (b"\x81\xff" + (1 << 50).to_bytes(8, "big"), 1009),
    "70 kB in one frame": (frame(TEXT, b"x" * 70_000), 1009),
    "120 kB in two frames": (frame(TEXT, b"x" * 60_000, first=0) + frame(PART, b"x" * 60_000), 1009),
    "not UTF-8": (frame(TEXT, b'{"type":"\xff"}'), 1007),
    "half a surrogate pair": (frame(TEXT, b"\xed\xa0\x80"), 1007),
    "half a close code": (frame(CLOSE, b"x"), 1002),
    "a close code that is not sent": (frame(CLOSE, (1005).to_bytes(2, "big")), 1002),
    "a close reason not UTF-8": (frame(CLOSE, (1000).to_bytes(2, "big") + b"\xff"), 1007),
    "binary": (frame(BINARY, b'{"type":"pong"}'), 4000),
    "empty": (frame(TEXT, b""), 4000),
    "not JSON": (frame(TEXT, b"{"), 4000),
    "not a number": (frame(TEXT, b'{"type":NaN}'), 4000),
    "too deep a list": (frame(TEXT, b"[" * 4000), 4000),
    "too deep an object": (frame(TEXT, b'{"a":' * 800), 4000),
    "no object": (frame(TEXT, b'["subscribe"]'), 4000),
    "too long": (frame(TEXT, b'{"type":"pong","x":"%b"}' % (b"x" * 5000)), 4000),
    "half a surrogate pair, escaped": (frame(TEXT, b'{"type":"\\ud800"}'), 4000),
}


async def test_whatever_is_sent_has_its_close_code_and_hurts_nobody_else(stand: Stand) -> None:
    codes: dict[str, int | None] = {}
    for name, (data, _) in HOSTILE.items():
        one = await stand.connect()
        one.send(data)
        codes[name] = await one.close_code()
        one.abort()
    assert codes == {name: code for name, (_, code) in HOSTILE.items()}
    await stand.is_well()


WRONG_TYPES = [
    b'{"type":"subscribe","id":1,"topic":{"a":1}}',
    b'{"type":"subscribe","id":"1","topic":7}',
    b'{"type":"subscribe","id":1e30,"topic":"jobs"}',
    b'{"type":"subscribe","id":1.5,"topic":"jobs"}',
    b'{"type":"subscribe","id":1,"topic":"jobs","since":["e",1]}',
    b'{"type":["subscribe"],"id":1}',
    b'{"type":null}',
    b'{"id":1}',
]


async def test_what_has_the_wrong_types_is_answered(stand: Stand) -> None:
    one = await stand.connect()
    for text in WRONG_TYPES:
        one.send(frame(TEXT, text))
        _, payload = await one.next() or (None, b"{}")
        answer = orjson.loads(payload)
        assert (answer["type"], answer["problem"]["code"]) == ("error", "bad_frame"), text
    one.abort()
    await stand.is_well()


async def test_a_request_in_pieces_byte_by_byte_with_pings_between_is_understood(stand: Stand) -> None:
    one = await stand.connect()
    request = stand.subscribe()
    pieces = frame(TEXT, request[:5], first=0) + frame(PING, b"now") + frame(PART, b"", first=0)
    for byte in pieces + frame(PART, request[5:]):
        one.send(bytes((byte,)))
        await one.writer.drain()
    assert await one.next() == (PONG, b"now")
    _, payload = await one.next() or (None, b"{}")
    assert orjson.loads(payload)["type"] == "snapshot"
    one.send(frame(CLOSE, (1000).to_bytes(2, "big") + b"done"))
    assert await one.rest() == [(CLOSE, (1000).to_bytes(2, "big"))]
    await stand.is_well()


async def test_a_close_without_a_code_is_answered_without_one(stand: Stand) -> None:
    one = await stand.connect()
    one.send(frame(CLOSE) + frame(TEXT, stand.subscribe()))
    assert await one.rest() == [(CLOSE, b"")]
    await stand.is_well()


@pytest.mark.parametrize(
    "data", [frame(PING, b"p"), frame(PONG, b"p"), frame(PART, b"", first=0), PONG_FRAME], ids=str
)
async def test_a_flood_of_small_frames_ends_its_own_socket(
    sqlite_url: str, redis_url: str, data: bytes
) -> None:
    pulse = Pulse(bounds=Bounds(frames=200, frames_a_second=1))
    async with running_gateway(sqlite_url, redis_url, pulse) as gateway:
        _, token = await gateway.user("Mallory")
        one = await bare_socket(gateway.url, token)
        one.send(frame(TEXT, b"{", first=0) if data[0] == PART else b"")
        one.send(data * 5000)
        assert await one.close_code() == CloseCode.TOO_MANY
        await until(lambda: gateway.live.sockets == 0, "it is gone")


async def test_pongs_do_not_pile_up_for_who_does_not_read_them(sqlite_url: str, redis_url: str) -> None:
    pulse = Pulse(bounds=Bounds(frames=10**6))
    async with running_gateway(sqlite_url, redis_url, pulse) as gateway:
        _, token = await gateway.user("Mallory")
        one = await bare_socket(gateway.url, token, receive_buffer=4096)
        (socket,) = gateway.live.connected.values()
        for _ in range(200):
            one.send(frame(PING, b"x" * 125) * 500)
            await one.writer.drain()
        assert socket.unsent < 64 * 1024
        one.abort()


async def test_who_vanishes_leaves_nothing(stand: Stand) -> None:
    for _ in range(20):
        one = await stand.connect()
        one.send(frame(TEXT, stand.subscribe()))
        one.abort()
    await stand.is_well()


async def test_newcomers_hear_nothing_of_those_whose_descriptors_they_get(stand: Stand) -> None:
    """Events go on all the time, and every connection that ends, however it does, is followed by another at once."""
    for number in range(12):
        leaving = await stand.connect()
        leaving.send(frame(TEXT, stand.subscribe()))
        for _ in range(3):
            assert (await leaving.next() or (None, b""))[0] == TEXT
            await stand.goes_on()
        match number % 3:
            case 0:
                leaving.abort()
            case 1:
                leaving.writer.close()
            case _:
                leaving.send(frame(CLOSE))
        newcomer = await stand.connect()
        await stand.goes_on()
        newcomer.send(frame(CLOSE))
        assert await newcomer.rest() == [(CLOSE, b"")]
        leaving.abort()
    await stand.is_well()


async def test_who_does_not_answer_a_close_frame_is_cut_off(stand: Stand) -> None:
    one = await stand.connect()
    one.send(frame(BINARY))
    opcode, payload = await one.next() or (None, b"")
    assert (opcode, payload[:2]) == (CLOSE, (4000).to_bytes(2, "big"))
    one.send(frame(TEXT, stand.subscribe()) + PONG_FRAME + frame(PING, b"after the end"))
    assert await one.next() is None
    await stand.is_well()


async def test_many_who_come_and_go_at_once_are_all_served_and_forgotten(stand: Stand) -> None:
    async def visit() -> None:
        one = await stand.connect()
        one.send(frame(TEXT, stand.subscribe()))
        _, payload = await one.next() or (None, b"{}")
        assert orjson.loads(payload)["type"] == "snapshot"
        one.send(frame(CLOSE))
        assert await one.rest() == [(CLOSE, b"")]

    await asyncio.gather(*(visit() for _ in range(60)))
    await stand.is_well()
