"""What follows the deletion of rows: watchers are told at once, then the blobs go."""

from service.adapters.blob_store import BlobStore
from service.adapters.echo import Echo
from service.adapters.records.removal import Removed


async def clear(removed: Removed, blobs: BlobStore, echo: Echo) -> None:
    """Should it be cut short, the blobs are orphans, which workers collect, and Redis forgets by itself."""
    for job_id, owner_id in removed.jobs:
        await echo.forget(job_id, owner_id)
    for tree in removed.blobs:
        await blobs.delete_tree(tree)
