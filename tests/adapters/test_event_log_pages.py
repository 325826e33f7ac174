"""Pages in the event log: told as ranges, kept one by one, and small however long the document is."""

from collections.abc import AsyncGenerator
from functools import reduce
from typing import Any

import orjson
import pytest
from redis import Redis

from service.adapters.event_arguments import facts_arguments
from service.adapters.event_log import EVENT_BYTES, EventLog
from service.adapters.keys import job_keys
from service.domain.json import JsonObject
from service.protocol.patch import apply
from service.protocol.snapshot import Snapshot
from tests.support.event_log import JOB, facts, row, seed
from tests.support.redis_server import connected

pytestmark = pytest.mark.anyio

PAGES = 2500
STEP = 100
DETAIL = {"code": "page", "params": {"page": 2412, "total": PAGES}, "text": "page 2412 of 2500"}


@pytest.fixture
async def log(redis_url: str) -> AsyncGenerator[EventLog]:
    """The event log on an empty Redis."""
    log = EventLog(redis_url)
    yield log
    await log.close()


@pytest.fixture
def redis(redis_url: str) -> Redis:
    """A client beside the event log's own."""
    return connected(redis_url)


async def now(log: EventLog) -> Snapshot:
    snapshot = await log.snapshot(JOB)
    assert snapshot is not None
    return snapshot


def published(redis: Redis) -> list[bytes]:
    """The messages of the job, as they went out."""
    entries: Any = redis.xrange(job_keys(JOB).stream)
    return [pair["p"].encode() for _, pair in entries]


def told(redis: Redis) -> list[JsonObject]:
    """What the messages say of pages."""
    return [orjson.loads(message)["set"].get("pages") for message in published(redis)]


def document(state: str) -> dict[str, str]:
    """A long one: text, a chapter that was scanned, a scanned plate here and there."""
    scanned = {*range(700, 900), *range(50, PAGES, 100)}
    return {str(page): ("o" if page in scanned else "t") + state for page in range(1, PAGES + 1)}


async def test_neighbours_of_one_state_are_told_as_a_range(log: EventLog, redis: Redis) -> None:
    await log.seed(seed(pages={"4": "td"}))
    await log.append_facts(facts(pages={"10": "td", "9": "td", "11": "tr", "2": "td", "100": "td"}))
    await log.append_facts(facts(pages={str(page): "td" for page in range(1, 13)}))
    assert told(redis) == [
        {"2": "td", "9-10": "td", "11": "tr", "100": "td"},
        {"1": "td", "3": "td", "5-8": "td", "11-12": "td"},
    ], "only what changed, and no range that goes over what did not"
    assert (await now(log)).value["pages"] == {str(page): "td" for page in (*range(1, 13), 100)}


async def test_a_new_run_forgets_ranges_of_pages_and_says_each_page_once(log: EventLog, redis: Redis) -> None:
    pages = {str(page): "td" if page % 40 == 0 else "tf" for page in range(1, 121)}
    await log.seed(seed(pages=pages, state="failed"))
    before = await now(log)
    await log.append_row(row(2, run=2, state="queued", percent=0.0, pages={"7": "or", "40": "od"}))
    assert told(redis) == [{"1-6": None, "7": "or", "8-39": None, "40": "od", "41-79": None, "81-119": None}]
    patches = await log.since(JOB, before.epoch, before.seq)
    assert patches is not None
    after = reduce(apply, patches, before)
    assert after.value["pages"] == (await now(log)).value["pages"]
    assert after.value["pages"] == {"7": "or", "40": "od", "80": "td", "120": "td"}


async def test_no_event_of_a_long_document_is_too_large_for_its_subscribers(
    log: EventLog, redis: Redis
) -> None:
    """Several workers report it, Redis is away for a while, it ends, and is run again: whatever is told stays small."""
    planned, done = document("p"), document("d")
    await log.seed(seed(total=25_000, page_count=PAGES))
    start = await now(log)
    await log.append_facts(facts(step="inspecting", pages=planned, detail=DETAIL))
    for first in range(1, PAGES // 2, 25):
        step = str((first - 1) // STEP)
        some = {str(page): done[str(page)] for page in range(first, first + 25)}
        some[str(first + 25)] = planned[str(first + 25)][0] + "r"
        await log.append_facts(facts(first % 1000, step=step, pages=some, detail=DETAIL))
    postponed = {number: code for number, code in done.items() if int(number) > PAGES // 2}
    await log.append_facts(facts(1000, step="late", pages=postponed, detail=DETAIL))
    failed = {str(page): "tf" for page in range(1, PAGES, 100)}
    await log.append_row(row(2, state="completed", percent=100.0, pages={**done, **failed}))
    await log.append_row(row(3, run=2, state="queued", percent=0.0))
    messages = published(redis)
    assert len(messages) == 54
    assert max(map(len, messages)) < EVENT_BYTES / 2, max(messages, key=len)
    patches = await log.since(JOB, start.epoch, start.seq)
    assert patches is not None
    assert reduce(apply, patches, start).value == (await now(log)).value
    kept = {number: code for number, code in done.items() if number not in failed}
    assert (await now(log)).value["pages"] == kept


def test_a_report_of_many_pages_is_few_arguments() -> None:
    """What travels to Redis is as small as what is published."""
    pages = document("d")
    assert len(facts_arguments(facts(pages=pages))) < 150
    assert sum(len(str(each)) for each in facts_arguments(facts(pages=pages))) < 2000


@pytest.mark.parametrize("number", ["0", "100001", "01-2", "1-2"])
def test_a_page_that_no_reader_would_believe_is_a_mistake_of_the_caller(number: str) -> None:
    with pytest.raises(ValueError, match="not a page"):
        facts_arguments(facts(pages={number: "td"}))
