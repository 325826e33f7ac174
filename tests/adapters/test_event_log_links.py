"""The event log and the servers behind it: what is published, what is lost with a server, and many writers at once."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from redis import Redis
from redis.client import PubSub
from redis.exceptions import ConnectionError as LinkLost
from structlog.testing import capture_logs

from service.adapters import redis_link
from service.adapters.embedded_redis import EmbeddedRedis
from service.adapters.event_log import EventLog, Outcome
from service.adapters.event_message import Published, read_message
from service.adapters.keys import ALL_CHANNEL, job_channel, job_keys, owner_channel
from service.protocol.patch import apply
from service.protocol.snapshot import Snapshot
from tests.support.event_log import JOB, OWNER, facts, row, seed
from tests.support.redis_server import connected
from tests.support.relay import Relay, to_unix_socket

pytestmark = pytest.mark.anyio


@pytest.fixture
async def log(own_redis: EmbeddedRedis) -> AsyncGenerator[EventLog]:
    """The event log on a server that the test may stop."""
    log = EventLog(own_redis.url)
    yield log
    await log.close()


@pytest.fixture
def redis(own_redis: EmbeddedRedis) -> Redis:
    """A client beside the event log's own."""
    return connected(own_redis.url)


def listening(redis: Redis, *channels: str) -> PubSub:
    listener = redis.pubsub()
    listener.subscribe(*channels)
    for _ in channels:
        confirmed: Any = listener.get_message(timeout=5)
        assert confirmed["type"] == "subscribe"
    return listener


def heard(listener: PubSub) -> tuple[str, Published]:
    message: Any = listener.get_message(timeout=5)
    assert message is not None, "nothing was published"
    return message["channel"], read_message(message["data"])


async def now(log: EventLog) -> Snapshot:
    snapshot = await log.snapshot(JOB)
    assert snapshot is not None
    return snapshot


async def test_an_append_is_published_to_the_job_its_owner_and_all(log: EventLog, redis: Redis) -> None:
    await log.seed(seed(revision=4))
    before = await now(log)
    channels = [job_channel(JOB), owner_channel(OWNER), ALL_CHANNEL]
    listener = listening(redis, *channels)
    await log.append_facts(facts(250))
    told = [heard(listener) for _ in channels]
    assert [channel for channel, _ in told] == channels
    published = told[0][1]
    assert all(each == published for _, each in told)
    assert (published.owner_id, published.revision, published.seeded, published.gone) == (
        OWNER,
        4,
        False,
        False,
    )
    assert published.at == published.patch.set["alive_at"]
    assert apply(before, published.patch) == await now(log)
    assert await log.since(JOB, before.epoch, before.seq) == [published.patch]


async def test_a_seed_says_only_that_an_epoch_has_begun(log: EventLog, redis: Redis) -> None:
    listener = listening(redis, job_channel(JOB))
    await log.seed(seed(revision=4, run=2, name="a"))
    published = heard(listener)[1]
    assert published.seeded and published.patch.set == {}
    snapshot = await now(log)
    patch = published.patch
    assert (patch.epoch, patch.first, patch.last, patch.run) == (snapshot.epoch, 1, 1, 2)


async def test_a_forgotten_job_is_gone_and_it_is_told(log: EventLog, redis: Redis) -> None:
    await log.seed(seed(pages={"1": "td"}))
    await log.append_facts(facts(1))
    listener = listening(redis, owner_channel(OWNER))
    await log.forget(JOB, OWNER)
    published = heard(listener)[1]
    assert published.gone and published.patch.job_id == JOB
    assert redis.exists(*job_keys(JOB)) == 0
    assert await log.append_facts(facts(2)) is Outcome.SEED_NEEDED


async def test_a_server_that_restarts_empty_is_seeded(log: EventLog, own_redis: EmbeddedRedis) -> None:
    await log.seed(seed())
    await own_redis.stop()
    await own_redis.start()
    assert await log.append_facts(facts(1)) is Outcome.SEED_NEEDED
    assert await log.snapshot(JOB) is None


async def test_a_server_that_restarts_with_an_older_memory_is_seeded(
    log: EventLog, own_redis: EmbeddedRedis, redis: Redis
) -> None:
    """Else seq would run over numbers that readers have already seen with other contents."""
    await log.seed(seed(revision=7))
    await log.append_facts(facts(1))
    redis.save()
    await log.append_facts(facts(2))
    before = await now(log)
    await own_redis.stop()
    await own_redis.start()
    assert redis.exists(job_keys(JOB).main), "the server came back without its data"
    assert await log.append_row(row(8)) is Outcome.SEED_NEEDED
    assert await log.append_facts(facts(3)) is Outcome.SEED_NEEDED
    assert await log.snapshot(JOB) is None
    assert await log.snapshots([JOB]) == {}
    assert await log.since(JOB, before.epoch, 1) is None
    assert await log.seed(seed(revision=7)), "another server's revision counts for nothing"
    assert (await now(log)).epoch != before.epoch


async def test_lost_connections_and_scripts_are_mended_unnoticed(log: EventLog, redis: Redis) -> None:
    await log.seed(seed())
    redis.script_flush()
    assert await log.append_facts(facts(1)) is Outcome.APPENDED
    redis.client_kill_filter(_type="normal", skipme=True)
    assert await log.append_facts(facts(2)) is Outcome.APPENDED
    assert (await now(log)).seq == 3


async def test_a_server_that_is_away_for_a_moment_is_waited_for(
    log: EventLog, own_redis: EmbeddedRedis
) -> None:
    await log.seed(seed())
    await own_redis.stop()
    waiting = asyncio.create_task(log.append_facts(facts(1)))
    await asyncio.sleep(0)
    await own_redis.start()
    assert await waiting is Outcome.SEED_NEEDED


async def test_a_server_that_stays_away_is_an_error(
    log: EventLog, own_redis: EmbeddedRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_link, "PAUSES", (0.01, 0.01))
    await own_redis.stop()
    with pytest.raises(LinkLost):
        await log.append_facts(facts(1))


async def test_an_append_that_is_cancelled_leaves_no_reply_for_the_next(log: EventLog, redis: Redis) -> None:
    await log.seed(seed(name="a"))
    redis.client_pause(200)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await log.append_facts(facts(1))
    assert (await now(log)).value["name"] == "a"


async def test_an_event_too_large_for_its_subscribers_is_noted(log: EventLog) -> None:
    await log.seed(seed())
    with capture_logs() as lines:
        await log.append_row(row(2, options={"text": "x" * 9000}))
        await log.append_row(row(3, options={"text": "x" * 9000}, state="pausing"))
    assert [line["event"] for line in lines] == ["large_event"]


async def test_many_workers_report_steps_of_one_job_at_once(log: EventLog, own_redis: EmbeddedRedis) -> None:
    """Seq has no hole, and nothing of the sum is lost."""
    await log.seed(seed(total=4000))
    start = await now(log)
    workers = [EventLog(own_redis.url) for _ in range(4)]

    async def work(number: int) -> None:
        for done in range(100, 1001, 100):
            pages = {str(10 * number + done // 100): "td"}
            outcome = await workers[number].append_facts(facts(done, step=f"step-{number}", pages=pages))
            assert outcome is Outcome.APPENDED

    await asyncio.gather(*(work(number) for number in range(4)))
    end = await now(log)
    assert end.seq == start.seq + 40
    assert (end.value["percent"], end.value["counters"]) == (99.9, {"pages_done": 40})
    followed = start
    patches = await log.since(JOB, start.epoch, start.seq)
    assert patches is not None
    for patch in patches:
        assert patch.set.get("percent", 100) >= followed.value["percent"]
        followed = apply(followed, patch)
    assert followed == end
    for worker in workers:
        await worker.close()


async def test_connections_that_were_cut_and_not_closed_are_not_waited_for(
    own_redis: EmbeddedRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many of them the pool holds: each would be silent for as long as an answer may take."""
    relay = Relay(to_unix_socket(own_redis.url.removeprefix("unix://")))
    await relay.start()
    log = EventLog(f"redis://127.0.0.1:{relay.port}")
    try:
        await log.seed(seed())
        await asyncio.gather(*(log.snapshot(JOB) for _ in range(10)))
        cut = relay.silence()
        assert cut >= 10
        monkeypatch.setattr(redis_link, "TRUSTED_SECONDS", 0.0)
        async with asyncio.timeout(redis_link.ANSWER_SECONDS):
            for _ in range(2):
                assert await log.snapshot(JOB) is not None
    finally:
        await log.close()
        await relay.close()


async def test_an_answer_that_was_cut_off_is_asked_for_again(own_redis: EmbeddedRedis) -> None:
    """A trusted connection is silent for as long as an answer may take, and not for as long as all tries may."""
    relay = Relay(to_unix_socket(own_redis.url.removeprefix("unix://")))
    await relay.start()
    log = EventLog(f"redis://127.0.0.1:{relay.port}")
    try:
        await log.seed(seed())
        relay.silence()
        async with asyncio.timeout(redis_link.GIVE_UP_SECONDS - 1):
            assert await log.append_facts(facts(250)) is Outcome.APPENDED
        assert (await now(log)).seq == 2
    finally:
        await log.close()
        await relay.close()


async def test_whoever_reads_can_be_cancelled_at_any_moment(redis_url: str) -> None:
    """A cancellation that is forgotten would leave a task that nobody can end, and keep its connection."""
    log = EventLog(redis_url)

    async def read_on() -> None:
        while True:
            await log.snapshot(JOB)

    try:
        await log.seed(seed())
        for turns in range(300):
            reading = asyncio.create_task(read_on())
            await log.snapshot(JOB)
            for _ in range(turns % 40):
                await asyncio.sleep(0)
            reading.cancel()
            _, pending = await asyncio.wait([reading], timeout=5)
            assert not pending, f"the cancellation was forgotten after {turns} turns"
    finally:
        await log.close()
