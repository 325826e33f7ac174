"""What workers are told over Redis: wake up, stop a job, stop some attempts."""

import asyncio
from collections.abc import Callable
from typing import Any

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from service.adapters import keys
from workers.outage import Outage
from workers.running import RunningSteps

_log = structlog.get_logger()
_ASK_AGAIN_SECONDS = 5.0
_RECONNECT_SECONDS = 0.2


async def listen(redis: Redis, wake: Callable[[], None], running: RunningSteps) -> None:
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
                        _obey(message["channel"], message["data"], wake, running)
        except (RedisError, OSError) as away:
            outage.away(away)
            await asyncio.sleep(_RECONNECT_SECONDS)


def _obey(channel: object, data: Any, wake: Callable[[], None], running: RunningSteps) -> None:
    if channel == keys.WAKE_CHANNEL.encode():
        wake()
        return
    try:
        stop = orjson.loads(data)["stop"]
        if "steps" in stop:
            running.stop_attempts(dict(stop["steps"]))
        else:
            running.stop_job(stop["job_id"])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        _log.warning("control_not_understood")
