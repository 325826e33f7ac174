"""What workers are told over Redis: wake up, stop a job."""

import asyncio
from collections.abc import Callable
from typing import Any

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from service.adapters import keys
from workers.outage import Outage

_log = structlog.get_logger()
_ASK_AGAIN_SECONDS = 5.0
_RECONNECT_SECONDS = 0.2


async def listen(redis: Redis, wake: Callable[[], None], stop_job: Callable[[str], None]) -> None:
    """Runs until cancelled. After each new subscription it wakes once, since a wake-up may have been missed."""
    outage = Outage("redis, for commands to workers")
    while True:
        try:
            async with redis.pubsub(ignore_subscribe_messages=True) as pubsub:
                await pubsub.subscribe(keys.WAKE_CHANNEL, keys.CONTROL_CHANNEL)
                outage.back()
                wake()
                while True:
                    message = await pubsub.get_message(timeout=_ASK_AGAIN_SECONDS)
                    if message is not None:
                        _obey(message["channel"], message["data"], wake, stop_job)
        except (RedisError, OSError) as away:
            outage.away(away)
            await asyncio.sleep(_RECONNECT_SECONDS)


def _obey(channel: object, data: Any, wake: Callable[[], None], stop_job: Callable[[str], None]) -> None:
    if channel == keys.WAKE_CHANNEL.encode():
        wake()
        return
    try:
        job_id = orjson.loads(data)["stop"]["job_id"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        _log.warning("control_not_understood")
        return
    stop_job(job_id)
