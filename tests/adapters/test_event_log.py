"""The event log: what is appended, what of it is told, and what is refused."""

from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest
from redis import Redis

from service.adapters.event_arguments import facts_arguments, seed_arguments
from service.adapters.event_log import EventLog, Outcome
from service.adapters.keys import ENDED_SECONDS, LIVE_SECONDS, RESUME_SECONDS, job_keys
from service.adapters.redis_link import RedisLink, Script, open_redis
from service.domain.job import ENDED, JobState
from service.domain.json import JsonObject
from service.protocol.patch import Patch
from service.protocol.snapshot import AT_NEW_RUN, CARD_FIELDS, MAP_FIELDS, Snapshot
from tests.support.event_log import JOB, facts, row, seed
from tests.support.redis_server import connected

pytestmark = pytest.mark.anyio

KEYS = job_keys(JOB)


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


async def last_patch(log: EventLog) -> Patch:
    snapshot = await now(log)
    patches = await log.since(JOB, snapshot.epoch, snapshot.seq - 1)
    assert patches is not None
    return patches[-1]


async def test_appending_never_creates_a_log(log: EventLog, redis: Redis) -> None:
    assert await log.append_row(row(1, state="queued")) is Outcome.SEED_NEEDED
    assert await log.append_facts(facts(100)) is Outcome.SEED_NEEDED
    assert redis.dbsize() == 0
    assert await log.snapshot(JOB) is None
    assert await log.since(JOB, "epoch", 0) is None


async def test_a_seeded_log_reads_as_what_was_seeded(log: EventLog) -> None:
    value: JsonObject = {
        "state": "processing",
        "name": 'a "name" / with: ünïcode\u2028',
        "options": {"ocr": "auto", "languages": ["en"]},
        "counters": {"pages_total": 3},
        "pages": {"1": "td", "2": "of"},
        "log": {"7": {"code": "x"}, "8": {"code": "y"}},
        "artifacts": {'text/"1".txt': {"size": 1}},
        "warnings": {"page-2": {"code": "page_failed"}},
        "chunks": {"1": "d1", "2": "w2"},
    }
    assert await log.seed(seed(percent=12.34, **value))
    snapshot = await now(log)
    assert (snapshot.seq, snapshot.run) == (1, 1)
    assert snapshot.value == {
        **value,
        "percent": 12.3,
        "counters": {"pages_total": 3, "pages_done": 1, "pages_failed": 1},
    }


async def test_every_map_is_there_even_when_empty(log: EventLog) -> None:
    await log.seed(seed())
    value = (await now(log)).value
    assert {name: value[name] for name in MAP_FIELDS} == {name: {} for name in MAP_FIELDS}


async def test_only_a_higher_revision_seeds_again_and_that_begins_an_epoch(log: EventLog) -> None:
    await log.seed(seed(revision=5, percent=50))
    first = await now(log)
    assert not await log.seed(seed(revision=5, percent=60))
    assert await now(log) == first
    await log.append_facts(facts(10))
    assert await log.seed(seed(revision=6, percent=40))
    second = await now(log)
    assert second.epoch != first.epoch and second.seq == 1
    assert second.value["percent"] >= 50, "within a run percent never goes down"


async def test_a_row_tells_only_what_changed(log: EventLog) -> None:
    await log.seed(
        seed(name="a", options={"x": 1, "y": 2}, artifacts={"old": {"size": 1}}, error={"code": "e"})
    )
    assert await log.append_row(
        row(
            2,
            name="a",
            options={"y": 2, "x": 1},
            state="pausing",
            error=None,
            artifacts={"né\n": {"size": 2}},
            counters={"steps_done": 4},
        )
    )
    patch = await last_patch(log)
    assert patch.set == {
        "state": "pausing",
        "error": None,
        "artifacts": {"old": None, "né\n": {"size": 2}},
        "counters": {"steps_done": 4},
    }
    value = (await now(log)).value
    assert value["artifacts"] == {"né\n": {"size": 2}}
    assert "error" not in value


async def test_a_row_that_changes_nothing_takes_no_number(log: EventLog) -> None:
    await log.seed(seed(name="a"))
    before = await now(log)
    assert await log.append_row(row(2, name="a", state="processing")) is Outcome.UNCHANGED
    assert await now(log) == before
    assert {job: each.revision for job, each in (await log.cards([JOB, "unknown"])).items()} == {JOB: 2}


async def test_a_revision_is_taken_once_and_its_lines_with_it(log: EventLog) -> None:
    await log.seed(seed())
    assert await log.append_row(row(2, log=({"code": "a"},))) is Outcome.APPENDED
    assert await log.append_row(row(2, log=({"code": "a"},))) is Outcome.REFUSED
    assert await log.append_row(row(1, state="queued")) is Outcome.REFUSED
    assert (await now(log)).value["log"] == {"1": {"code": "a"}}


async def test_lines_join_the_log_though_another_published_their_revision(log: EventLog) -> None:
    """Late lines bring nothing else of their row, and those of an earlier run come too late."""
    await log.seed(seed())
    await log.append_row(row(4, state="completed", done=1000))
    late = row(
        3, log=({"code": "phase"}, {"code": "done"}), state="processing", detail={"code": "x"}, done=10
    )
    assert await log.append_row(late) is Outcome.APPENDED
    patch = await last_patch(log)
    assert patch.set == {"log": {"1": {"code": "phase"}, "2": {"code": "done"}}}
    assert await log.append_row(late) is Outcome.REFUSED
    value = (await now(log)).value
    assert (value["state"], value["percent"], value.get("detail")) == ("completed", 100, None)
    assert (await log.cards([JOB]))[JOB].revision == 4
    await log.append_row(row(5, run=2, state="queued"))
    assert await log.append_row(row(4, log=({"code": "old"},))) is Outcome.REFUSED


async def test_facts_carry_their_fields_pages_and_lines_and_a_sign_of_life(log: EventLog) -> None:
    await log.seed(seed(pages={"1": "tp", "2": "op"}))
    detail = {"code": "page", "params": {"page": 2}, "text": "page 2"}
    pages = {"1": "td", "2": "of", "3": "or"}
    await log.append_facts(facts(500, pages=pages, log=({"code": "x"},), detail=detail, eta_seconds=3))
    patch = await last_patch(log)
    assert patch.set.pop("alive_at") > 1_700_000_000
    assert patch.set == {
        "percent": 50,
        "detail": detail,
        "eta_seconds": 3,
        "pages": pages,
        "counters": {"pages_done": 1, "pages_failed": 1},
        "log": {"1": {"code": "x"}},
    }
    assert await log.append_facts(facts(500, pages=pages, detail=detail, eta_seconds=3)) is Outcome.APPENDED
    assert (await last_patch(log)).set.keys() == {"alive_at"}


async def test_a_page_that_is_left_out_counts_nowhere(log: EventLog) -> None:
    await log.seed(seed(pages={"1": "sd", "2": "sf", "3": "td"}))
    assert (await now(log)).value["counters"] == {"pages_done": 1}
    await log.append_facts(facts(pages={"4": "sd", "3": "sd"}))
    assert (await now(log)).value["counters"] == {"pages_done": 0}
    await log.append_facts(facts(pages={"1": "od", "5": "tf"}))
    assert (await now(log)).value["counters"] == {"pages_done": 1, "pages_failed": 1}
    await log.append_row(row(2, run=2, state="queued"))
    assert (await now(log)).value["counters"] == {"pages_done": 1, "pages_failed": 0}
    assert (await now(log)).value["pages"] == {"1": "od", "3": "sd", "4": "sd"}


async def test_page_counters_follow_the_pages_whatever_they_do(log: EventLog) -> None:
    await log.seed(seed(pages={"1": "td", "2": "tf"}))
    await log.append_facts(facts(pages={"1": "tr", "2": "td"}))
    assert (await last_patch(log)).set["counters"] == {"pages_failed": 0}
    await log.append_facts(facts(pages={"1": "td"}))
    assert (await now(log)).value["counters"] == {"pages_done": 2, "pages_failed": 0}


@pytest.mark.parametrize(
    ("late", "why"),
    [
        (facts(900, run=1, attempt=2), "an earlier run"),
        (facts(900, run=3, attempt=2), "a run not heard of"),
        (facts(900, run=2, attempt=1), "an earlier attempt"),
        (facts(900, run=2, step="ended"), "a step that has ended"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
async def test_facts_from_behind_the_fence_are_refused(log: EventLog, late: Any, why: str) -> None:
    await log.seed(seed(run=2, steps={"step": (2, 100, False)}, done=100))
    await log.append_facts(facts(100, run=2, step="ended", ended=True))
    before = await now(log)
    assert await log.append_facts(late) is Outcome.REFUSED, why
    assert await now(log) == before


async def test_a_later_attempt_takes_the_step_over(log: EventLog) -> None:
    await log.seed(seed(steps={"step": (1, 400, False)}, done=400, percent=40))
    assert await log.append_facts(facts(0, attempt=2)) is Outcome.APPENDED
    assert await log.append_facts(facts(500, attempt=1)) is Outcome.REFUSED
    assert (await now(log)).value["percent"] == 40
    await log.append_facts(facts(500, attempt=2))
    assert (await now(log)).value["percent"] == 70


@pytest.mark.parametrize("state", JobState)
async def test_facts_are_taken_while_the_job_may_work(log: EventLog, state: JobState) -> None:
    await log.seed(seed(state="queued"))
    await log.append_row(row(2, state=str(state)))
    at_work = {JobState.QUEUED, JobState.PROCESSING, JobState.PAUSING}
    expected = Outcome.APPENDED if state in at_work else Outcome.REFUSED
    assert await log.append_facts(facts(100)) is expected


async def test_the_same_call_twice_is_one_append(log: EventLog, redis_url: str) -> None:
    """The link may send a call again when it broke before the reply."""
    await log.seed(seed())
    arguments = facts_arguments(facts(100, log=({"code": "once"},)))
    redis = open_redis(redis_url)
    for _ in range(2):
        reply = await RedisLink(redis).run(Script.load("page_ranges.lua", "append.lua"), KEYS, arguments)
        assert reply[0] == b"appended"
    await redis.aclose()
    assert (await now(log)).seq == 2
    assert (await now(log)).value["log"] == {"1": {"code": "once"}}


async def test_the_log_keeps_the_newest_two_hundred_lines(log: EventLog) -> None:
    await log.seed(seed(log={str(number): number for number in range(1, 200)}))
    await log.append_facts(facts(log=(200, 201, 202)))
    assert (await last_patch(log)).set["log"] == {"1": None, "2": None, "200": 200, "201": 201, "202": 202}
    await log.append_row(row(2, log=tuple(range(300))))
    lines = (await now(log)).value["log"]
    assert list(lines) == [str(number) for number in range(203, 403)]
    assert list(lines.values()) == list(range(100, 300))


async def test_a_new_run_resets_what_the_table_says(log: EventLog) -> None:
    old: JsonObject = {
        name: f"old {name}" for name in AT_NEW_RUN.keys() - MAP_FIELDS - {"percent", "alive_at"}
    }
    pages = {"1": "td", "2": "tf", "3": "tr"}
    maps: JsonObject = {
        "counters": {"pages_total": 3, "steps_done": 1},
        "log": {"1": "line"},
        "warnings": {"page-2": {}},
        "artifacts": {"a": {}},
    }
    await log.seed(seed(**old, **maps, pages=pages, percent=80, done=800))
    await log.append_facts(facts(100))
    await log.append_row(
        row(2, run=2, total=2000, done=500, state="queued", percent=25.04, artifacts={"a": {}})
    )
    snapshot = await now(log)
    assert snapshot.run == 2
    for name, what in AT_NEW_RUN.items():
        if what == "clear" and name != "counters":
            assert not snapshot.value.get(name), name
        elif what == "keep" and name != "log":
            assert snapshot.value[name] == f"old {name}"
    assert snapshot.value["percent"] == 25
    assert snapshot.value["log"] == {"1": "line"}
    assert snapshot.value["pages"] == {"1": "td"}
    assert snapshot.value["artifacts"] == {"a": {}}
    assert snapshot.value["counters"] == {"pages_done": 1, "pages_failed": 0}
    assert (await last_patch(log)).set["percent"] == 25
    await log.append_facts(facts(750, run=2))
    assert (await now(log)).value["percent"] == 62.5


@pytest.mark.parametrize("state", JobState)
async def test_only_a_completed_job_is_at_a_hundred(log: EventLog, state: JobState) -> None:
    await log.seed(seed())
    await log.append_facts(facts(1000, ended=True))
    assert (await now(log)).value["percent"] == 99.9
    await log.append_row(row(2, state=str(state), percent=100.0, done=1000))
    assert (await now(log)).value["percent"] == (100 if state is JobState.COMPLETED else 99.9)


@pytest.mark.parametrize("state", JobState)
async def test_every_key_has_its_lifetime(log: EventLog, redis: Redis, state: JobState) -> None:
    await log.seed(seed())
    await log.append_facts(facts(1))
    await log.append_facts(facts(2, step="another", pages={"1": "td"}, log=({},)))
    for key in KEYS:
        assert redis.ttl(key) == pytest.approx(LIVE_SECONDS if key != KEYS.stream else RESUME_SECONDS, abs=5)
    await log.append_row(row(2, state=str(state)))
    for key in KEYS[:4]:
        assert redis.ttl(key) == pytest.approx(ENDED_SECONDS if state in ENDED else LIVE_SECONDS, abs=5)
    assert redis.ttl(KEYS.stream) == pytest.approx(RESUME_SECONDS, abs=5)


async def test_cards_are_snapshots_without_what_only_the_job_itself_shows(log: EventLog) -> None:
    await log.seed(seed(name="a", options={"x": 1}, pages={"1": "td"}, log={"1": {}}))
    cards = await log.snapshots([JOB, "unknown"])
    assert cards.keys() == {JOB}
    full = await now(log)
    assert cards[JOB].seq == full.seq
    assert cards[JOB].value == {name: each for name, each in full.value.items() if name in CARD_FIELDS}
    assert await log.snapshots([]) == {}


async def test_since_has_all_patches_or_none(log: EventLog, redis: Redis) -> None:
    await log.seed(seed())
    epoch = (await now(log)).epoch
    for done in range(10):
        await log.append_facts(facts(done))
    patches = await log.since(JOB, epoch, 4)
    assert patches is not None
    assert [(each.first, each.last) for each in patches] == [(seq, seq) for seq in range(5, 12)]
    assert await log.since(JOB, epoch, 11) == []
    assert await log.since(JOB, epoch, 12) is None
    assert await log.since(JOB, "another", 4) is None
    redis.xtrim(KEYS.stream, minid="6-0", approximate=False)
    assert await log.since(JOB, epoch, 4) is None
    assert await log.since(JOB, epoch, 5) is not None
    redis.delete(KEYS.stream)
    assert await log.since(JOB, epoch, 10) is None
    assert await log.since(JOB, epoch, 11) == []
    await log.append_facts(facts(10))
    assert await log.since(JOB, epoch, 10) is None
    assert len(await log.since(JOB, epoch, 11) or []) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: row(1, colour="red"),
        lambda: row(1, alive_at="now"),
        lambda: facts(state="failed"),
        lambda: facts(percent=99),
        lambda: facts_arguments(facts(pages={'1"': "td"})),
        lambda: seed_arguments(seed(pages={"1": 'd"'})),
    ],
)
def test_what_does_not_belong_there_is_a_mistake_of_the_caller(wrong: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="not "):
        wrong()


async def test_a_new_phase_forgets_the_detail_of_the_one_before(log: EventLog) -> None:
    await log.seed(seed(phase={"index": 1, "total": 3, "code": "inspecting"}))
    await log.append_facts(facts(10, detail={"code": "opening", "params": {}, "text": ""}))
    await log.append_row(row(2, phase={"index": 1, "total": 3, "code": "inspecting"}))
    assert (await now(log)).value["detail"]["code"] == "opening"
    await log.append_row(row(3, phase={"index": 2, "total": 3, "code": "reading"}))
    assert "detail" not in (await now(log)).value
