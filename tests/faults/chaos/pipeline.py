"""The pipeline of the chaos: three phases in several steps, an engine "elsewhere" that fails on request, no children.

The document's first word is its fate: `well`, `stumbles` (the engine fails it twice) or `refused`.
"""

import asyncio
import os
import random

from service.domain.message import Message
from service.domain.work import NewArtifact, StepDone
from tests.faults.chaos.evidence import Evidence
from tests.support.small_worker import phase, small
from workers.engines.failures import DocumentRefused, EngineFailed
from workers.pipelines.declaration import Pipeline, StepContext

ENGINE_AWAY = "engine away"
"""While this is ordered the engine answers nobody."""
EFFECT, ASKED_AGAIN = "remote effect", "remote asked again"
STEPS, PAGES = 3, 4
_PAGE_SECONDS = 0.03
_STUMBLES = 2


class Remote:
    """The engine: what it does for a key it does once, and is asked for again as often as somebody is not sure."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence

    def work(self, key: str) -> None:
        """Has its effect the first time. Raises EngineFailed while it is away."""
        if self._evidence.holds(ENGINE_AWAY):
            raise EngineFailed("engine_error", kind="transient", retry_after=0.3)
        try:
            os.close(os.open(self._evidence.remote / key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            self._evidence.note(ASKED_AGAIN, key=key)
        else:
            self._evidence.note(EFFECT, key=key)


def chaotic(evidence: Evidence) -> Pipeline:
    """Each step of the second phase asks the engine under the key `job:step`, and leaves its own checkpoint."""
    remote = Remote(evidence)

    async def read(context: StepContext) -> StepDone:
        fate = context.document.name.partition(" ")[2].removesuffix(".txt")
        first = int(context.input["number"]) * PAGES + 1
        pages: dict[str, str] = {}
        for page in range(first, first + PAGES):
            context.report.began(context.cost / PAGES)
            context.report.detail(Message("detail", "page", {"page": page, "total": STEPS * PAGES}))
            await asyncio.sleep(random.uniform(0, 2 * _PAGE_SECONDS))
            pages[str(page)] = "td"
            context.report.pages({str(page): "td"})
            context.report.worked(context.cost / PAGES)
        if fate == "refused" and first == 1:
            raise DocumentRefused("broken_document")
        if fate == "stumbles" and first == 1 and context.failures < _STUMBLES:
            raise EngineFailed("engine_error", kind="transient", retry_after=0.1)
        remote.work(f"{context.job_id}:{context.step_id}")
        await context.blobs.put(context.output_key, f"{context.input}".encode())
        return StepDone(output={"pages": PAGES}, output_blob=context.output_key, pages=pages)

    async def assemble(context: StepContext) -> StepDone:
        size = await context.blobs.put(context.output_key, context.document.name.encode())
        made = NewArtifact("result.txt", context.output_key, size, "text/plain; charset=utf-8")
        return StepDone(output_blob=context.output_key, artifacts=(made,))

    return small(
        phase("inspecting"),
        phase("reading", read, steps=STEPS),
        phase("assembling", assemble),
        name="chaos",
    )
