"""Whether the process lives, and whether it can work."""

import asyncio
from collections.abc import Callable

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

from service.adapters.database import Database
from service.gateway.answers import json_answer
from service.gateway.models import HealthAnswer
from service.gateway.operation import Answer, Operation

_PATIENCE_SECONDS = 2.0


class Health:
    """`/livez` touches nothing, so it answers however busy the rest is; `/readyz` asks SQL and Redis."""

    def __init__(self, db: Database, redis: Redis, is_live_ready: Callable[[], bool]) -> None:
        self._db = db
        self._redis = redis
        self._is_live_ready = is_live_ready

    def operations(self) -> list[Operation]:
        """For the routes."""
        answer = Answer(200, HealthAnswer)
        return [
            Operation("GET", "/livez", self.lives, "The process answers.", (answer,), open_to_all=True),
            Operation(
                "GET",
                "/readyz",
                self.ready,
                "The process can work.",
                (answer, Answer(503, HealthAnswer)),
                open_to_all=True,
            ),
        ]

    async def lives(self, _request: Request) -> Response:
        """Always well."""
        return json_answer({"ok": True})

    async def ready(self, _request: Request) -> Response:
        """503 while a part is away, and which."""
        sql, redis = await asyncio.gather(self._sql_answers(), self._redis_answers())
        parts = {"sql": sql, "redis": redis, "live": self._is_live_ready()}
        ok = all(parts.values())
        return json_answer({"ok": ok, "parts": parts}, 200 if ok else 503)

    async def _sql_answers(self) -> bool:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS), self._db.reading() as session:
                await session.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError, TimeoutError):
            return False
        return True

    async def _redis_answers(self) -> bool:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._redis.ping()
        except (RedisError, OSError, TimeoutError):
            return False
        return True
