"""What a worker measured is told to the others, and what they learned is taken over, every few seconds."""

import asyncio

import structlog

from service.adapters.database import Database
from service.adapters.records.learned_costs import known_costs, learn_costs
from service.domain.costs import Costs

_log = structlog.get_logger()
EVERY_SECONDS = 3.0


class Learning:
    """Keeps one worker's costs in step with the database's."""

    def __init__(self, db: Database, costs: Costs) -> None:
        self._db = db
        self._costs = costs

    async def run(self) -> None:
        """Shares until cancelled; what fails is done the next time."""
        while True:
            try:
                await self.share()
            except Exception:  # noqa: BLE001 -- estimates can wait
                _log.exception("costs_not_shared")
            await asyncio.sleep(EVERY_SECONDS)

    async def share(self) -> None:
        """Writes if anything was measured, and reads what all know."""
        told = self._costs.unshared
        if told:
            async with self._db.writing() as session:
                await learn_costs(session, told)
        async with self._db.reading() as session:
            known = await known_costs(session)
        self._costs.share(known, len(told))
