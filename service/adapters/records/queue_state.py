"""Whether the whole queue is paused, in the row that all processes share."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Float, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.clock import read_clock
from service.adapters.exclusion import alone, together
from service.adapters.tables import QueueStateRow
from service.domain.json import JsonObject

_NAME = "queue"
_CLAIMING = "claiming"


@dataclass(frozen=True)
class QueuePause:
    """Who paused the queue, and when: seconds since 1970."""

    by: str
    at: float

    def json(self) -> JsonObject:
        """As it is stored and shown."""
        return {"by": self.by, "at": self.at}


def queue_open() -> ColumnElement[bool]:
    """The condition under which steps may be picked and claimed at all."""
    at = QueueStateRow.value["at"].as_float().cast(Float)
    return ~select(QueueStateRow.name).where(QueueStateRow.name == _NAME, at.is_not(None)).exists()


async def pause_of(session: AsyncSession) -> QueuePause | None:
    """The pause that holds now."""
    value = await session.scalar(select(QueueStateRow.value).where(QueueStateRow.name == _NAME))
    return QueuePause(str(value["by"]), float(value["at"])) if value else None


async def pause(session: AsyncSession, by: str) -> bool:
    """Pauses the queue; False where it is paused already: then that pause stays as it is."""
    insert = (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert
    await session.execute(insert(QueueStateRow).values(name=_NAME, value={}).on_conflict_do_nothing())
    row = await session.scalar(select(QueueStateRow).where(QueueStateRow.name == _NAME).with_for_update())
    assert row is not None, "it was put there just now"
    if row.value:
        return False
    row.value = QueuePause(by, await read_clock(session)).json()
    return True


async def resume(session: AsyncSession) -> bool:
    """Lets the queue go on; False where it was not paused."""
    row = await session.scalar(select(QueueStateRow).where(QueueStateRow.name == _NAME).with_for_update())
    if row is None or not row.value:
        return False
    await session.execute(
        update(QueueStateRow)
        .where(QueueStateRow.name == _NAME)
        .values(value={})
        .execution_options(synchronize_session=False)
    )
    return True


async def claiming(session: AsyncSession) -> None:
    """Says that this transaction claims, before it looks whether it may."""
    await together(session, _CLAIMING)


async def claims_ended(session: AsyncSession) -> None:
    """Waits until the claims that were under way have been committed; those that follow see what was before this."""
    await alone(session, _CLAIMING)
