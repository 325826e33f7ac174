"""The table `pipelines`: written by workers at their start, read by the gateway."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.clock import read_clock
from service.adapters.exclusion import alone
from service.adapters.tables import PipelineRow
from service.domain.pipeline import PipelineSpec, spec_from


async def known(session: AsyncSession) -> dict[str, PipelineSpec]:
    """All pipelines by name."""
    rows = await session.scalars(select(PipelineRow).order_by(PipelineRow.name))
    return {row.name: spec_from(row.spec) for row in rows}


async def declare(session: AsyncSession, specs: list[PipelineSpec]) -> None:
    """Writes what the workers of this version can run; what they no longer have is removed."""
    await alone(session, "pipelines")  # workers that start together would add the same rows
    now = await read_clock(session)
    rows = {row.name: row for row in await session.scalars(select(PipelineRow))}
    for spec in specs:
        row = rows.pop(spec.name, None)
        if row is None:
            session.add(PipelineRow(name=spec.name, spec=spec.json(), updated_at=now))
        elif row.spec != spec.json():
            row.spec, row.updated_at = spec.json(), now
    for row in rows.values():
        await session.delete(row)
