"""Phase Archiving: the document and its summary are put side by side into their ship's folder."""

import hashlib

from service.domain.document import MEDIA_TYPES, Kind
from service.domain.json import JsonObject
from service.domain.message import Message
from service.domain.work import StepDone
from workers.engines.archive.port import Archived, ArchiveEngine, NewFile, Progress, side_by_side
from workers.pipelines.certificate import costs
from workers.pipelines.certificate.decision import Decision
from workers.pipelines.declaration import StepContext
from workers.pipelines.text import source_of
from workers.watch import Watch

_TEXT = "text/plain; charset=utf-8"


async def archive(context: StepContext) -> StepDone:
    """Places both files once, however often that is tried.

    A job's document is placed once. Its summary has a key of its own: where more pages could be read by a new run, it
    says something else, and has its place too.
    """
    context.report.began(context.cost)
    watch, engine = Watch(), context.tools.archive.choose()
    context.report.detail(Message("detail", "archiving", {"engine": engine.shown_name}))
    made: JsonObject = next(past.output["summary"] for past in context.before if "summary" in past.output)
    text = await context.blobs.read(made["blob"])
    placing = _Placing(context, engine, context.document.size + len(text))
    digest = hashlib.sha256(text).hexdigest()[:16]
    async with source_of(context).opened(context.blobs, context.tools) as document:
        media_type = MEDIA_TYPES[Kind(context.document.kind)]
        await side_by_side(
            placing.place("document", NewFile(context.document.name, media_type, document.path)),
            placing.place(f"summary-{digest}", NewFile(made["name"], _TEXT, text)),
        )
    archived = [placing.placed[name] for name in ("document", f"summary-{digest}")]
    whole, piece = costs.archiving(engine.name)
    spent = context.tools.costs.measured(
        whole, piece, costs.pieces(context.document.size), watch.milliseconds
    )
    return StepDone(output={"archived": archived}, spent=(spent,))


class _Placing:
    """Two files on their way, and how far both are together."""

    def __init__(self, context: StepContext, engine: ArchiveEngine, size: int) -> None:
        self.placed: dict[str, JsonObject] = {}
        self._context = context
        self._engine = engine
        self._folder = [Decision.given(context.before).ship.folder]
        self._size = max(1, size)

    async def place(self, name: str, file: NewFile) -> None:
        """Under the job's key of this name."""
        key = f"{self._context.job_id}:{name}"
        archived = await self._engine.place(key, self._folder, [file], self._told())
        self.placed[name] = _told(archived)

    def _told(self) -> Progress:
        before = 0

        def tell(done: int, _total: int) -> None:
            nonlocal before
            self._context.report.worked(self._context.cost * (done - before) / self._size)
            before = done

        return tell


def _told(archived: Archived) -> JsonObject:
    (file,) = archived.files
    return {"engine": archived.engine, "name": file.name, "url": file.url, "id": file.id}
