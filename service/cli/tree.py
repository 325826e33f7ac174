"""The process tree of a whole Headway: Redis, the workers' supervisor and the gateway, under this process.

Whichever process is killed, nothing is left behind: children die with their parent, by the kernel's hand, and what
died without this process is started again.
"""

import asyncio
import socket
from pathlib import Path
from typing import Self

from pydantic import SecretStr

from service.adapters.embedded_redis import EmbeddedRedis, EmbeddedRedisFailed
from service.adapters.kept_process import CannotRun, KeptProcess, Program
from service.adapters.stop_signals import StopSignals, first_of
from service.cli.failing import EXIT_INCOMPLETE, CommandFailed
from service.cli.probing import until_ready
from service.cli.server import Server, http_url
from service.settings import LISTEN_FD, Settings

DRAIN_SECONDS = 5.0
"""How long running steps may still take after one Ctrl-C."""
BYE_SECONDS = 1.0
"""Over how long sockets are sent away after that."""

_TRIES = 3
_SUPERVISOR_MARGIN = 1.5
_GATEWAY_MARGIN = 1.5
_START_SECONDS = 60.0


class Tree:
    """Starts the processes at `async with`, and ends them when it is left, whatever happened."""

    def __init__(
        self, settings: Settings, listening: socket.socket, stop: StopSignals, log_file: Path | None = None
    ) -> None:
        drain = settings.drain_seconds if settings.drain_seconds is not None else DRAIN_SECONDS
        bye = settings.bye_seconds if settings.bye_seconds is not None else BYE_SECONDS
        self.settings = settings.model_copy(
            update={
                "port": listening.getsockname()[1],
                "drain_seconds": drain,
                "bye_seconds": bye,
                **_local(settings),
            }
        )
        self.url = http_url(settings.host, self.settings.port)
        self._listening = listening
        self._stop = stop
        self._drain = drain
        self._bye = bye
        self._log_file = log_file
        self._redis = EmbeddedRedis(settings.data_dir) if settings.redis_url is None else None
        self._supervisor = KeptProcess(self._supervisor_program, tries=_TRIES)
        self._gateway = KeptProcess(self._gateway_program, tries=_TRIES)
        self._running: list[asyncio.Task[None]] = []
        self._redis_task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._end()

    async def ready(self) -> Server:
        """Waits until the gateway answers and a worker has started. Raises CommandFailed, also when asked to stop."""
        readiness = asyncio.create_task(until_ready(self.settings, self.url))
        await first_of(self._stop.asked, readiness, *self._running, seconds=_START_SECONDS)
        if readiness.done():
            return readiness.result()
        readiness.cancel()
        self.raise_failure()
        if self._stop.asked.is_set():
            raise KeyboardInterrupt
        raise CommandFailed(
            f"Headway was not ready after {_START_SECONDS:g} s.",
            self._where_to_look(),
            exit_code=EXIT_INCOMPLETE,
        )

    async def stopped(self) -> None:
        """Waits until someone asks to stop; raises CommandFailed when a part cannot be kept running."""
        await first_of(self._stop.asked, *self._running)
        self.raise_failure()

    def raise_failure(self) -> None:
        """Raises CommandFailed for the first part that could not be kept running."""
        for task in self._running:
            error = task.exception() if task.done() and not task.cancelled() else None
            if isinstance(error, CannotRun):
                raise CommandFailed(
                    f"{error}.".capitalize(), self._where_to_look(), exit_code=EXIT_INCOMPLETE
                )
            if isinstance(error, EmbeddedRedisFailed):
                raise CommandFailed(str(error), exit_code=EXIT_INCOMPLETE)
            if error is not None:
                raise error

    def pids(self) -> dict[str, int | None]:
        """The process ids of the direct children."""
        redis = self._redis.pid if self._redis is not None else None
        return {"redis": redis, "supervisor": self._supervisor.pid, "gateway": self._gateway.pid}

    async def _start(self) -> None:
        if self._redis is not None:
            try:
                await self._redis.start()
            except EmbeddedRedisFailed as error:
                raise CommandFailed(str(error)) from error
            self.settings = self.settings.model_copy(update={"redis_url": SecretStr(self._redis.url)})
            self._redis_task = asyncio.create_task(self._keep_redis(self._redis))
            self._running.append(self._redis_task)
        self._running += [asyncio.create_task(kept.run()) for kept in (self._gateway, self._supervisor)]

    async def _keep_redis(self, redis: EmbeddedRedis) -> None:
        """Its death loses no job: it comes back empty, and is filled again from SQL."""
        while True:
            await redis.ended()
            await redis.start()

    async def _end(self) -> None:
        """Steps finish while the gateway still shows it, then the gateway goes, then Redis."""
        await self._end_one(self._supervisor, self._drain + _SUPERVISOR_MARGIN)
        self._listening.close()
        await self._end_one(self._gateway, self._bye + _GATEWAY_MARGIN)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        if self._redis is not None:
            await self._redis.stop()

    async def _end_one(self, kept: KeptProcess, seconds: float) -> None:
        kept.terminate()
        ended = asyncio.create_task(kept.ended())
        await first_of(self._stop.at_once, ended, seconds=seconds)
        ended.cancel()
        kept.kill()
        await kept.ended()

    def _supervisor_program(self) -> Program:
        return Program(
            "the supervisor", "workers.supervisor", self.settings.environment(), output=self._log_file
        )

    def _gateway_program(self) -> Program:
        descriptor = self._listening.fileno()
        return Program(
            "the gateway",
            "service.gateway",
            {**self.settings.environment(), LISTEN_FD: str(descriptor)},
            descriptors=(descriptor,),
            output=self._log_file,
        )

    def _where_to_look(self) -> str:
        where = f"in {self._log_file}" if self._log_file is not None else "above"
        return f"Its log {where} says why; `headway doctor` checks the usual reasons."


def _local(settings: Settings) -> dict[str, object]:
    """What is not configured, as it is on this machine: told to the children, so that none has to choose."""
    chosen: dict[str, object] = {}
    if settings.database_url is None:
        chosen["database_url"] = SecretStr(f"sqlite:///{settings.data_dir / 'headway.sqlite'}")
    if settings.storage_url is None:
        chosen["storage_url"] = f"file://{settings.data_dir / 'blobs'}"
    return chosen
