"""Options that change while a worker looks into a staged document: the estimate is that of the newest."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.domain.json import JsonObject
from service.domain.work import NextPhase, StepDone, StepPlan
from service.gateway.options import completed
from service.protocol.problems import Refused
from tests.support.house import House, open_house
from tests.support.small_worker import give, phase, small, small_worker
from tests.support.waiting import until
from workers.pipelines import all_pipelines
from workers.pipelines.declaration import Phase, PlanContext, StepContext

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(database_url, redis_url, tmp_path) as opened:
        yield opened


async def test_an_estimate_is_that_of_the_options_that_stand(house: House) -> None:
    looked, go_on = asyncio.Event(), asyncio.Event()

    async def look(_context: StepContext) -> StepDone:
        looked.set()
        await go_on.wait()
        return StepDone(page_count=1)

    def plan(context: PlanContext) -> NextPhase:
        return NextPhase((StepPlan(1000),) * context.options.parts)

    pipeline = small(phase("planning", look), Phase("reading", plan, look))
    async with small_worker(house, pipeline):
        job_id = await give(house, pipeline, start=False, options={"parts": 2})
        await house.a.queue.ask_for_estimate(job_id)
        await looked.wait()
        await house.a.commands.change_options(job_id, pipeline.spec(), {"parts": 5}, house.actor)
        go_on.set()

        async def known() -> JsonObject | None:
            return (await house.snapshot(job_id)).value.get("estimate")

        estimate = await until(known, "the estimate is told")
    assert estimate is not None and estimate["steps"] == 5
    assert (await house.job(job_id)).options == {"parts": 5}


@pytest.mark.parametrize(
    ("options", "is_taken"),
    [
        ({"min_words": 8}, True),
        ({"min_words": 9}, False),
        ({"min_words": 9, "max_words": 9}, True),
        ({"max_words": 3}, True),
        ({"max_words": 3, "min_words": 4}, False),
    ],
)
def test_the_fewest_words_fit_within_the_most_where_they_are_chosen(
    options: JsonObject, is_taken: bool
) -> None:
    spec = all_pipelines()["sentences"].spec()
    if is_taken:
        assert completed(spec, options).items() >= options.items()
    else:
        with pytest.raises(Refused):
            completed(spec, options)


def test_what_should_have_been_written_is_told_rather_than_a_pattern() -> None:
    with pytest.raises(Refused) as caught:
        completed(all_pipelines()["sentences"].spec(), {"pages": "the first"})
    told = str(caught.value.problem.params["reason"])
    assert "such as 1-3,7" in told and "\\d" not in told
