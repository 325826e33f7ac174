"""A worker process: `python -m workers.main`, kept running by the supervisor. The workers' composition root."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import structlog
import uvloop

from service.adapters.logs import set_up_logs
from service.adapters.opened import Adapters, open_adapters
from service.adapters.queue import IMAGE_QUEUE, STEP_QUEUE, arq_redis
from service.adapters.records import leases, pipelines
from service.adapters.records.retention import Keep
from service.domain.ids import new_id
from service.settings import WORKER_ID, Settings, load_settings
from workers.advance import Advance
from workers.collector import Collector
from workers.engines.archive.choice import ArchiveEngines
from workers.engines.flow.limits import FlowLimits
from workers.engines.language.choice import LanguageEngines
from workers.engines.ocr.choice import OcrEngines
from workers.engines.reading_limits import ReadingLimits
from workers.engines.sheets.choice import SheetsEngines
from workers.engines.toolbox import Toolbox
from workers.estimates import Estimates
from workers.heartbeat import Heartbeat
from workers.images import Images
from workers.learning import Learning
from workers.light_lane import LightLane
from workers.listening import listen
from workers.overtime import Overtime
from workers.pipelines import all_pipelines
from workers.recording import Recording, RecordingParts
from workers.retention import Retention
from workers.runner import Runner, RunnerParts
from workers.running import RunningSteps
from workers.sandbox import Sandbox
from workers.slow import SlowAfter
from workers.sweep import Sweep
from workers.tasks import ESTIMATES, IMAGES, RUNNER, estimate, render_page, run_step
from workers.wake import WakeWorker
from workers.work import Work

_log = structlog.get_logger()
_HAND_BACK_SECONDS = 0.5


@asynccontextmanager
async def toolbox(settings: Settings) -> AsyncGenerator[Toolbox, None]:
    """The children and engines of one worker."""
    sandbox = Sandbox(
        preload=["workers.engines.pdf.child", "workers.engines.flow.child", "workers.engines.tables.child"]
    )
    ocr = OcrEngines.from_settings(settings)
    language = LanguageEngines.from_settings(settings)
    archive = ArchiveEngines.from_settings(settings)
    sheets = SheetsEngines.from_settings(settings)
    limits = ReadingLimits(
        page_seconds=settings.page_seconds,
        step_seconds=settings.step_seconds,
        memory_bytes=settings.child_memory_bytes,
        cpu_seconds=settings.child_cpu_seconds,
        output_bytes=settings.step_output_bytes,
        max_pages=settings.max_pages,
        page_megapixels=settings.page_megapixels,
        ocr_dpi=settings.ocr_dpi,
        flow=FlowLimits(
            unpacked_bytes=settings.unpacked_bytes,
            archive_entries=settings.archive_entries,
            ratio=settings.unpacked_ratio,
            text_bytes=settings.text_bytes,
            cells=settings.table_cells,
            depth=settings.markup_depth,
        ),
    )
    try:
        yield Toolbox(sandbox, ocr, limits, language=language, archive=archive, sheets=sheets)
    finally:
        await ocr.close()
        await language.close()
        await archive.close()
        await sheets.close()
        await sandbox.close()


def keep_by(settings: Settings) -> Keep:
    """For how long things are kept."""
    return Keep(
        documents=settings.keep_documents_days,
        jobs=settings.keep_jobs_days,
        artifacts=settings.keep_artifacts_days,
        snapshots=settings.keep_snapshots_days,
    )


class WorkerProcess:
    """One worker: slots for steps, and one reserved for page images."""

    def __init__(self, settings: Settings, adapters: Adapters, tools: Toolbox) -> None:
        self._settings = settings
        self._adapters = adapters
        self._tools = tools
        self.running = RunningSteps()
        known = all_pipelines()
        self._specs = [each.spec() for each in known.values()]
        advance = Advance(known, tools, adapters.echo.live)
        self._worker = leases.WorkerFacts(
            id=os.environ.get(WORKER_ID) or new_id(),
            host=socket.gethostname(),
            pid=os.getpid(),
            slots=settings.slots,
            engines={},
        )
        self._heartbeat = Heartbeat(
            self._worker,
            adapters.db,
            adapters.redis,
            adapters.log,
            self.running,
            lease_seconds=settings.lease_seconds,
            every_seconds=settings.heartbeat_seconds,
        )
        self._learning = Learning(adapters.db, tools.costs)
        self._sweep = Sweep(adapters.db, adapters.echo, adapters.dispatcher, advance)
        recording = Recording(
            RecordingParts(
                worker_id=self._worker.id,
                db=adapters.db,
                echo=adapters.echo,
                dispatcher=adapters.dispatcher,
                commands=adapters.commands,
                advance=advance,
                news=adapters.news,
            )
        )
        self._runner = runner = Runner(
            RunnerParts(
                worker_id=self._worker.id,
                lease_seconds=settings.lease_seconds,
                db=adapters.db,
                log=adapters.log,
                echo=adapters.echo,
                dispatcher=adapters.dispatcher,
                secrets=adapters.secrets,
                work=Work(adapters.db, adapters.blobs, tools, advance),
                recording=recording,
                running=self.running,
                slow_after=SlowAfter(settings.slow_page_seconds, settings.slow_step_seconds),
            )
        )
        self._collector = Collector(
            adapters.db,
            adapters.blobs,
            Retention(adapters.db, adapters.blobs, adapters.echo, adapters.news, keep_by(settings)),
        )
        self._overtime = Overtime(
            adapters.db, adapters.echo, adapters.commands, self.running, settings.job_seconds
        )
        estimates = Estimates(adapters.db, adapters.blobs, adapters.echo, tools, advance)
        images = Images(adapters.db, adapters.redis, adapters.blobs, adapters.secrets, tools)
        self._steps = WakeWorker(
            [run_step],
            redis_pool=arq_redis(adapters.redis, STEP_QUEUE),
            queue_name=STEP_QUEUE,
            max_jobs=settings.slots,
            ctx={RUNNER: runner},
        )
        self._light = [LightLane(runner, self.running, settings.slots) for _ in range(settings.light_slots)]
        self._images = WakeWorker(
            [render_page, estimate],
            redis_pool=arq_redis(adapters.redis, IMAGE_QUEUE),
            queue_name=IMAGE_QUEUE,
            max_jobs=1,
            ctx={IMAGES: images, ESTIMATES: estimates},
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Works until told to stop; then finishes what runs within the drain, and hands back the rest."""
        async with self._adapters.db.writing() as session:
            await pipelines.declare(session, self._specs)
        tools = self._tools
        states = {
            **await tools.ocr.states(),
            **await tools.language.states(),
            **await tools.archive.states(),
            **await tools.sheets.states(),
        }
        await self._heartbeat.announce(
            {
                name: None if state == "ok" else reason
                for name, (state, reason) in states.items()
                if state != "absent"
            }
        )
        await self._adapters.dispatcher.dispatch()
        _log.info("worker_open", worker=self._worker.id, slots=self._worker.slots)
        async with asyncio.TaskGroup() as group:
            services = [
                group.create_task(listen(self._adapters.redis, self._wake, self.running)),
                group.create_task(self._heartbeat.run()),
                group.create_task(self._heartbeat.tell()),
                group.create_task(self._learning.run()),
                group.create_task(self._sweep.run()),
                group.create_task(self._collector.run()),
                group.create_task(self._tools.sandbox.start()),
                group.create_task(self._overtime.run()),
            ]
            work = [group.create_task(self._steps.main()), group.create_task(self._images.main())]
            work += [group.create_task(each.run()) for each in self._light]
            await stop.wait()
            await self._drain(work)
            for each in services:
                each.cancel()
        await self._leave()

    async def _drain(self, work: list[asyncio.Task[None]]) -> None:
        self._runner.leave()
        self._steps.leave()
        self._images.leave()
        for each in self._light:
            each.leave()
        drain = self._settings.drain_seconds or 0.0
        await asyncio.wait(work, timeout=max(0.0, drain - _HAND_BACK_SECONDS))
        self.running.leave()
        await asyncio.wait(work, timeout=_HAND_BACK_SECONDS * 2)
        for each in work:
            each.cancel()

    async def _leave(self) -> None:
        async with self._adapters.db.writing() as session:
            changed = await leases.release(session, self._worker.id, live=self._adapters.echo.live)
        for job in changed:
            await self._adapters.echo.publish(job.id, *leases.interrupted_lines(job))
        await self._learning.share()

    def _wake(self) -> None:
        self._steps.wake()
        self._images.wake()
        for each in self._light:
            each.wake()


async def _work(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with open_adapters(settings) as adapters, toolbox(settings) as tools:
        await adapters.db.migrate()
        await WorkerProcess(settings, adapters, tools).run(stop)


def main() -> None:
    """Runs until SIGTERM."""
    settings = load_settings()
    set_up_logs(settings)
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(_work(settings))


if __name__ == "__main__":
    main()
