"""`python -m workers.supervisor`: keeps the worker processes of this machine running.

A worker that died is started again, and its leases are released at once. SIGTERM or SIGINT drains: workers may finish
their steps for `drain_seconds`, then they are killed; a second signal kills at once.
"""

import asyncio
import sys

import structlog

from service.adapters.kept_process import EXIT_USELESS, CannotRun, KeptProcess, Program
from service.adapters.logs import set_up_logs
from service.adapters.stop_signals import StopSignals, first_of
from service.domain.ids import new_id
from service.settings import WORKER_ID, Settings, SettingsProblem, load_settings, variable
from workers.releasing import Releasing

_log = structlog.get_logger()

DRAIN_SECONDS = 15.0
"""How long steps may still take after a stop, when no setting says."""

# A worker needs a moment beyond its drain to put its steps back and close.
_MARGIN_SECONDS = 1.0
_OTHERS_AFTER_SECONDS = 1.0


class Supervisor:
    """N kept worker processes, each start under a new worker id."""

    def __init__(self, settings: Settings, releasing: Releasing) -> None:
        drain = settings.drain_seconds if settings.drain_seconds is not None else DRAIN_SECONDS
        self._environment = {**settings.environment(), variable("drain_seconds"): str(drain)}
        self._grace = drain + _MARGIN_SECONDS
        self._releasing = releasing
        self._workers = [KeptProcess(self._program, died=self._release) for _ in range(settings.workers)]

    async def run(self, stop: StopSignals) -> None:
        """Until stopped; every worker has ended when it returns. Raises CannotRun."""
        ended = asyncio.gather(*(self._keep(number) for number in range(len(self._workers))))
        await first_of(stop.asked, ended)
        for worker in self._workers:
            worker.terminate()
        await first_of(stop.at_once, ended, seconds=self._grace)
        for worker in self._workers:
            worker.kill()
        await ended

    async def _keep(self, number: int) -> None:
        """The first worker at once, so that it is ready soon; its machine's cores are busy with that."""
        if number:
            await asyncio.sleep(_OTHERS_AFTER_SECONDS)
        await self._workers[number].run()

    def _program(self) -> Program:
        return Program("worker", "workers.main", {**self._environment, WORKER_ID: new_id()})

    async def _release(self, program: Program) -> None:
        await self._releasing.release(program.environment[WORKER_ID])


async def _supervise(settings: Settings) -> None:
    stop = StopSignals()
    stop.listen()
    async with Releasing(settings) as releasing:
        await Supervisor(settings, releasing).run(stop)


def main() -> int:
    """The exit code: 0 after a stop, 2 when the settings are wrong, EXIT_USELESS when no worker can start."""
    try:
        settings = load_settings()
    except SettingsProblem as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    set_up_logs(settings)
    try:
        asyncio.run(_supervise(settings))
    except CannotRun as error:
        _log.error("cannot_run", reason=str(error))
        return EXIT_USELESS
    return 0


if __name__ == "__main__":
    sys.exit(main())
