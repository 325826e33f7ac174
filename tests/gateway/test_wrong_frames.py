"""What docs/protocol.md says of frames that are wrong is what comes back for them, over a real socket."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from websockets.exceptions import ConnectionClosed

from service.domain.ids import new_id
from service.gateway.live import Pulse
from service.gateway.session import Bounds
from tests.support.guide import table
from tests.support.live_gateway import Client, Gateway, running_gateway
from tests.support.waiting import until

pytestmark = pytest.mark.anyio
FEW = Bounds(subscriptions=3)
PROMISED = {sent: answer for sent, answer in table("What is sent | Answer")}  # noqa: C416 - of pairs, which the type is
MASK = bytes(4)


@dataclass(frozen=True)
class Raw:
    """Bytes for the wire, past what any client would send."""

    content: bytes


def subscribe(topic: str, **more: Any) -> dict[str, Any]:
    return {"type": "subscribe", "id": 1, "topic": topic, **more}


def sends(job: str, others: str, epoch: str) -> dict[str, list[Any]]:
    """What is sent for each row. `job` is the client's, at seq 1 of this epoch; `others` is somebody else's."""
    wrong = {"type": "shout"}
    return {
        "no JSON, such as `hello`": ["hello"],
        "JSON that is no object, such as `[]`": ["[]"],
        "a binary frame": [orjson.dumps(subscribe("jobs"))],
        "a frame of more than 4096 characters": [{"type": "pong", "x": "x" * 4096}],
        "a frame of more than 65536 bytes": ["x" * 65537],
        "a frame that is not masked": [Raw(b"\x81\x02{}")],
        "a frame with reserved bits or an unknown opcode": [Raw(b"\xc1\x82" + MASK + b"{}")],
        "a text that is not UTF-8": [Raw(b"\x81\x82" + MASK + b"\xff\xfe")],
        "an object without a `type`, or with an unknown one": [{"id": 1}, wrong],
        "a `subscribe` without an `id`, or with one below 0": [
            {"type": "subscribe", "topic": "jobs"},
            subscribe("jobs", id=-1),
        ],
        "a `since` that is not `<epoch>:<seq>`": [subscribe(f"job:{job}", since="yesterday")],
        "the eleventh such frame": [wrong] * (FEW.mistakes + 1),
        "fields that are not known": [{"type": "pong", "mood": "good"}],
        "an unknown topic or filter, such as `jobs?color=red`": [
            subscribe("jobs?color=red"),
            subscribe("weather"),
        ],
        "a topic in another spelling, such as `jobs?limit=50`": [subscribe("jobs?limit=50")],
        "the topic of somebody else's job, or of none": [
            subscribe(f"job:{others}"),
            subscribe(f"job:{new_id()}"),
        ],
        "`admin:workers` or `admin:jobs`, by no admin": [subscribe("admin:workers"), subscribe("admin:jobs")],
        "a subscription more than one may have": [
            subscribe(f"jobs?limit={limit}") for limit in range(1, FEW.subscriptions + 2)
        ],
        "a `since` of an epoch that never was": [subscribe(f"job:{job}", since="never.was:5")],
        "a `since` that is ahead of the job": [subscribe(f"job:{job}", since=f"{epoch}:999")],
        "an `unsubscribe` from what one does not have": [{"type": "unsubscribe", "topic": f"job:{job}"}],
        "a `pong` that nobody asked for": [{"type": "pong"}],
        "more frames at once than one may send": [{"type": "pong"}] * (FEW.frames + 1),
    }


@pytest.fixture
async def gateway(sqlite_url: str, redis_url: str) -> AsyncIterator[Gateway]:
    """A gateway where few subscriptions are too many."""
    async with running_gateway(sqlite_url, redis_url, Pulse(bounds=FEW)) as one:
        yield one


async def answers(client: Client, sent: list[Any]) -> set[str]:
    """What the client hears of it, in the words of the guide; what belongs to topics is left out."""
    before = len(client.frames)
    try:
        for each in sent:
            if isinstance(each, Raw):
                client.link.transport.write(each.content)
            else:
                await client.send(each)
        await client.send({"type": "subscribe", "id": 999, "topic": f"job:{new_id()}"})
    except ConnectionClosed:
        pass

    def is_over() -> bool:
        return client.closed is not None or any(each.get("id") == 999 for each in client.of("error"))

    await until(is_over, "it is answered or closed")
    if client.closed is not None:
        return {f"close {client.closed}"}
    frames = [each for each in client.frames[before:] if each.get("id") != 999]
    told = {f"error `{each['problem']['code']}`" for each in frames if each["type"] == "error"}
    return told | {f"snapshot `{each['reason']}`" for each in frames if "reason" in each}


@pytest.mark.parametrize("row", PROMISED)
async def test_a_wrong_frame_has_the_answer_that_the_guide_promises(gateway: Gateway, row: str) -> None:
    ann, token = await gateway.user("Ann")
    bob, _ = await gateway.user("Bob")
    job, others = await gateway.job(ann), await gateway.job(bob)
    snapshot = await gateway.echo.snapshot(job)
    assert snapshot is not None
    innocent, client = await gateway.connect(token), await gateway.connect(token)
    await innocent.subscribe(f"job:{job}")
    sent = sends(job, others, snapshot.epoch)[row]
    promised = PROMISED[row].partition(",")[0]
    assert await answers(client, sent) == (set() if promised == "nothing" else {promised})
    await gateway.change(job, state="processing")
    await innocent.shows(f"job:{job}", state="processing")


def test_each_of_them_is_tried() -> None:
    assert list(sends("", "", "")) == list(PROMISED)
