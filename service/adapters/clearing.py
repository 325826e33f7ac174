"""What follows the deletion of rows: watchers are told at once, then the blobs go."""

from service.adapters.blob_store import BlobStore
from service.adapters.echo import Echo
from service.adapters.record_news import RecordNews
from service.adapters.records.removal import Removed


async def clear(removed: Removed, blobs: BlobStore, echo: Echo, news: RecordNews) -> None:
    """Should it be cut short, the blobs are orphans, which workers collect, and Redis forgets by itself."""
    for job_id, owner_id in removed.jobs:
        await echo.forget(job_id, owner_id)
    # Records outlive the documents and jobs that they came from, but do not name them any more.
    await news.changed(owner_id for _, owner_id in removed.jobs)
    for tree in removed.blobs:
        await blobs.delete_tree(tree)
