"""Page images: derived files, rendered in a slot of their own when somebody looks."""

import orjson
import structlog
from redis.asyncio import Redis
from sqlalchemy import select

from service.adapters import keys
from service.adapters.blob_store import BlobMissing, BlobStore
from service.adapters.database import Database
from service.adapters.queue import image_key
from service.adapters.secrets import SecretBox
from service.adapters.tables import DocumentRow, JobRow
from workers.engines.failures import DocumentRefused
from workers.engines.source import Source
from workers.engines.toolbox import Toolbox
from workers.sandbox import ChildFailed

_log = structlog.get_logger()


class Images:
    """Renders pages into the blob store and says so on the image's channel."""

    def __init__(
        self, db: Database, redis: Redis, blobs: BlobStore, secrets: SecretBox, tools: Toolbox
    ) -> None:
        self._db = db
        self._redis = redis
        self._blobs = blobs
        self._secrets = secrets
        self._tools = tools

    async def render(self, document_id: str, page: int, width: int) -> None:
        """Makes the image if it is missing; publishes `{}` or `{"error": code}`."""
        key = image_key(document_id, page, width)
        answer: dict[str, str] = {}
        try:
            if await self._blobs.size(key) is None:
                await self._make(key, document_id, page, width)
        except DocumentRefused as refused:
            answer = {"error": refused.code}
        except (ChildFailed, BlobMissing) as failed:
            code = failed.code if isinstance(failed, ChildFailed) and failed.code else "engine_error"
            _log.warning("image_failed", document=document_id, page=page, exc_info=failed)
            answer = {"error": code}
        await self._redis.publish(keys.image_channel(key), orjson.dumps(answer))

    async def _make(self, key: str, document_id: str, page: int, width: int) -> None:
        async with self._db.reading() as session:
            document = await session.get(DocumentRow, document_id)
            sealed = await session.scalar(
                select(JobRow.secret)
                .where(JobRow.document_id == document_id, JobRow.secret.is_not(None))
                .limit(1)
            )
        if document is None:
            raise DocumentRefused("page_missing", {"page": page})
        password = Source.password_in(self._secrets.open(sealed))
        blob = f"{document.owner_id}/{document.id}"
        source = Source(document.id, blob, document.kind, document.size, document.sha256, password)
        async with source.opened(self._blobs, self._tools) as opened:
            image = await source.image(opened, page, width, self._tools)
        await self._blobs.put(key, image)
