"""Telling whoever watches an owner's ships and certificates that something of them changed."""

import asyncio
from collections.abc import Iterable

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from service.adapters import keys

_log = structlog.get_logger()
_PATIENCE_SECONDS = 1.0
_MESSAGE = orjson.dumps({"records": "changed"})


class RecordNews:
    """Says only that something changed: whoever hears it reads again. Told after the commit, by whoever committed."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def changed(self, owner_ids: Iterable[str]) -> None:
        """Never fails and never takes long: those who missed it see it when they look again."""
        for owner_id in sorted(set(owner_ids)):
            try:
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    await self._redis.publish(keys.records_channel(owner_id), _MESSAGE)
            except (RedisError, OSError) as lost:
                _log.warning("records_untold", owner_id=owner_id, reason=str(lost) or type(lost).__name__)
                return
