"""What a step reads from the blob store and writes there: read again when it cannot be read, and no room told apart."""

import asyncio
import errno

import structlog

from service.adapters.blob_store import BlobMissing
from service.adapters.tables import DocumentRow
from service.domain.message import Message
from service.domain.work import StepDone
from workers.pipelines.declaration import Phase, StepContext

_log = structlog.get_logger()
AGAIN_AFTER_SECONDS = (0.5, 1.0, 2.0)
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class StorageFull(Exception):
    """There is no room for what the step writes: its work is not at fault, and is to be done when there is."""


async def run_phase(phase: Phase, context: StepContext, document: DocumentRow | None = None) -> StepDone:
    """Runs the phase. Where a blob is gone or damaged it runs again after a moment, then raises BlobMissing.

    A document that is given is first compared with what was uploaded. Raises StorageFull.
    """
    for seconds in (*AGAIN_AFTER_SECONDS, None):
        try:
            if document is not None:
                await context.blobs.verify(context.document.blob, document.size, document.sha256)
            return await phase.run(context)
        except BlobMissing as missing:
            if seconds is None:
                raise
            _log.warning("storage_unreadable", reason=str(missing), again_after=seconds)
            context.report.detail(Message("detail", "storage"))
            await asyncio.sleep(seconds)
        except OSError as error:
            if error.errno in _NO_ROOM:
                raise StorageFull(str(error)) from error
            raise
    raise AssertionError("the last try returns or raises")
