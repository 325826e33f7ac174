"""What units of work take on this installation, in the rows `cost:<unit>` that all workers share."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.tables import QueueStateRow
from service.domain.costs import Estimate, Spent, estimate_from, learned

_PREFIX = "cost:"


def _name(unit: str) -> str:
    return f"{_PREFIX}{unit}"


async def known_costs(session: AsyncSession) -> dict[str, Estimate]:
    """All estimates by unit."""
    rows = await session.execute(
        select(QueueStateRow.name, QueueStateRow.value).where(QueueStateRow.name.startswith(_PREFIX))
    )
    return {name.removeprefix(_PREFIX): estimate_from(value) for name, value in rows if value}


async def learn_costs(session: AsyncSession, spent: Iterable[Spent]) -> None:
    """Takes measurements into the estimates, on top of what others have learned meanwhile."""
    measured = sorted(spent, key=lambda each: each.unit.name)
    names = [_name(unit) for unit in sorted({each.unit.name for each in measured})]
    insert = (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert
    new = [{"name": name, "value": {}} for name in names]
    await session.execute(insert(QueueStateRow).values(new).on_conflict_do_nothing())
    # In the same order everywhere, so that two that do this at once don't lock each other out.
    rows = await session.scalars(
        select(QueueStateRow)
        .where(QueueStateRow.name.in_(names))
        .order_by(QueueStateRow.name)
        .with_for_update()
    )
    there = {row.name: row for row in rows}
    before = {
        name.removeprefix(_PREFIX): estimate_from(row.value) for name, row in there.items() if row.value
    }
    for unit, estimate in learned(before, measured).items():
        there[_name(unit)].value = estimate.json()
