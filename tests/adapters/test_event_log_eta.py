"""The time left: said once there is a pace, at the pace of this stretch of work, and never while nobody works."""

from collections.abc import AsyncGenerator

import pytest
from redis import Redis

from service.adapters.event_log import EventLog
from service.adapters.keys import job_keys
from tests.support.event_log import JOB, facts, row, seed
from tests.support.redis_server import connected

pytestmark = pytest.mark.anyio
MAIN = job_keys(JOB).main


@pytest.fixture
async def log(redis_url: str) -> AsyncGenerator[EventLog]:
    """The event log with one job at work."""
    log = EventLog(redis_url)
    await log.seed(seed(total=10_000))
    yield log
    await log.close()


@pytest.fixture
def redis(redis_url: str) -> Redis:
    """A client beside the event log's own."""
    return connected(redis_url)


def let_pass(redis: Redis, seconds: float) -> None:
    """As if the pace had been measured for so much longer."""
    began = float(str(redis.hget(MAIN, "_pace_at")))
    redis.hset(MAIN, "_pace_at", f"{began - seconds:.3f}")


async def eta(log: EventLog) -> float | None:
    snapshot = await log.snapshot(JOB)
    assert snapshot is not None
    return snapshot.value.get("eta_seconds")


async def test_nothing_is_said_before_there_is_a_pace(log: EventLog) -> None:
    await log.append_facts(facts(100))
    await log.append_facts(facts(200))
    assert await eta(log) is None


async def test_the_rest_is_expected_at_the_pace_so_far(log: EventLog, redis: Redis) -> None:
    await log.append_facts(facts(0))
    let_pass(redis, 10)
    await log.append_facts(facts(1000))
    assert await eta(log) == pytest.approx(90, abs=2)


async def test_lost_work_begins_a_new_measure(log: EventLog, redis: Redis) -> None:
    await log.append_facts(facts(800))
    let_pass(redis, 10)
    await log.append_facts(facts(100, attempt=2))
    let_pass(redis, 10)
    await log.append_facts(facts(600, attempt=2))
    assert await eta(log) == pytest.approx((10_000 - 600) / 50, rel=0.1)


async def test_a_pause_is_no_part_of_the_pace(log: EventLog, redis: Redis) -> None:
    await log.append_facts(facts(0))
    let_pass(redis, 10)
    await log.append_facts(facts(1000))
    await log.append_row(row(2, total=10_000, state="paused", eta_seconds=None))
    assert await eta(log) is None
    assert redis.hget(MAIN, "_pace_at") is None
    await log.append_row(row(3, total=10_000, state="processing"))
    await log.append_facts(facts(0, step="next"))
    assert await eta(log) is None
