"""A gateway that loses messages between Redis and its views still shows the truth: the seqs tell."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from service.gateway.hub import Heard
from service.gateway.views.batch import BatchView
from service.gateway.views.job import JobView
from service.gateway.views.jobs import JobsView
from tests.support.live_gateway import Client, Gateway
from tests.support.waiting import until

pytestmark = pytest.mark.anyio

_MOST_SECONDS = 30.0
"""One repair follows the other here, each after a pause that grows with what the last one took."""


@pytest.mark.parametrize("seed", range(5))
async def test_lost_and_repeated_messages_are_made_good(
    gateway: Gateway, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(seed)
    with monkeypatch.context() as lossy:
        for view in (JobView, JobsView, BatchView):
            lossy.setattr(view, "heard", _unreliable(view.heard, dice))
        client, jobs, batch = await _work_seen_badly(gateway)
    for each in jobs:
        await gateway.change(each, state="completed", percent=100.0)

    for each in jobs:
        topic, truth = f"job:{each}", await gateway.log.snapshot(each)
        await until(
            lambda topic=topic, truth=truth: client.reader.job(topic) == truth,
            f"{topic} is as in the log",
            seconds=_MOST_SECONDS,
        )
    cards = await gateway.log.snapshots(jobs)
    await until(
        lambda: all(client.reader.jobs.get(("jobs", each)) == cards[each] for each in jobs),
        "the cards, too",
        seconds=_MOST_SECONDS,
    )
    await until(lambda: _percent(client, batch) == 100, "and the batch", seconds=_MOST_SECONDS)
    assert client.reader.gaps == client.reader.repeated == []


def _percent(client: Client, batch: str) -> float | None:
    return client.reader.values.get(f"batch:{batch}", {}).get("percent")


def _unreliable(hear: Callable[[Any, Heard], None], dice: random.Random) -> Callable[[Any, Heard], None]:
    def heard(view: Any, message: Heard) -> None:
        for _ in range(dice.choice([0, 1, 1, 1, 2])):
            hear(view, message)

    return heard


async def _work_seen_badly(gateway: Gateway) -> tuple[Client, list[str], str]:
    ann, token = await gateway.user("Ann")
    batch = await gateway.batch(ann)
    jobs = [await gateway.job(ann, str(each), batch=batch) for each in range(3)]
    client = await gateway.connect(token)
    for topic in (*(f"job:{each}" for each in jobs), "jobs", f"batch:{batch}"):
        await client.subscribe(topic)
    for each in jobs:
        await gateway.change(each, state="processing")
    for done in range(0, 1000, 40):
        for each in jobs:
            await gateway.work(each, ann, "s1", done, pages={str(done + 1): "td"})
    return client, jobs, batch
