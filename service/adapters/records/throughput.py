"""How much was done in the last minutes, from SQL."""

from typing import Any

from sqlalchemy import Integer, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from service.adapters.tables import RunRow, StepRow
from service.domain.json import JsonObject
from service.domain.step import StepState

MINUTES = 5


class pages_done(FunctionElement[int]):  # noqa: N801 - it reads as the SQL function that it is
    """How many pages of a step's `pages` were read."""

    type = Integer()
    inherit_cache = True


def _counting(query: str):
    def counted(element: pages_done, compiler: Any, **more: Any) -> str:
        return query % compiler.process(element.clauses, **more)

    return counted


compiles(pages_done, "sqlite")(
    _counting("(SELECT count(*) FROM json_each(%s) AS page WHERE page.value IN ('td', 'od'))")
)
compiles(pages_done, "postgresql")(
    _counting("(SELECT count(*) FROM json_each_text(%s) AS page WHERE page.value IN ('td', 'od'))")
)


async def throughput(session: AsyncSession, now: float) -> JsonObject:
    """Steps done, pages read and runs ended a minute, over the last `minutes`. Two statements."""
    since = now - 60 * MINUTES
    done = select(func.count(), func.sum(pages_done(StepRow.pages))).where(
        StepRow.ended_at > since, StepRow.state == StepState.DONE
    )
    steps, pages = (await session.execute(done)).one()
    ended = await session.scalar(select(func.count()).select_from(RunRow).where(RunRow.ended_at > since))
    return {
        "minutes": MINUTES,
        "steps_a_minute": _a_minute(steps),
        "pages_a_minute": _a_minute(pages),
        "jobs_a_minute": _a_minute(ended),
    }


def _a_minute(number: int | None) -> float:
    return round(int(number or 0) / MINUTES, 1)
