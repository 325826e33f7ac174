"""Idempotency-Key: a request that is sent again is answered as it was, and done once."""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from service.adapters.database import Database
from service.adapters.records import idempotency
from service.adapters.records.idempotency import SILENT_SECONDS, FirstAnswer
from service.gateway.multipart import BrokenBody, Digest, Parts
from service.protocol.problems import MEDIA_TYPE, refused

HEADER = "idempotency-key"

_LONGEST_KEY = 200
_REPEATED_HEADER = "Idempotency-Replayed"
_RETRY_SECONDS = 1

First = Callable[[Digest | None], Awaitable[tuple[Response, bool]]]
"""Does the request; whether its answer is worth repeating: all of the body was read, and the server was well."""


class _Fingerprint:
    """What makes two requests the same: query, names and contents. Each look at it can be a sign of life."""

    def __init__(self, request: Request, alive: Callable[[], None] | None = None) -> None:
        self._hash = hashlib.blake2b(digest_size=32)
        self._hash.update(repr(sorted(request.query_params.multi_items())).encode())
        self._alive = alive

    def update(self, data: bytes, /) -> None:
        self._hash.update(data)
        if self._alive is not None:
            self._alive()

    def hex(self) -> str:
        return self._hash.hexdigest()


class Repeating:
    """Answers requests that carry a key; one that arrives while the first is under way here waits for its answer."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._under_way: dict[tuple[str, str], asyncio.Event] = {}

    async def answer(self, request: Request, owner_id: str, first: First) -> Response:
        """The first answer. Raises Refused: 422 for another request's key, 409 when the first has no answer yet."""
        key = request.headers.get(HEADER)
        if key is None:
            return (await first(None))[0]
        if not key.isascii() or not key.isprintable() or not 0 < len(key) <= _LONGEST_KEY:
            raise refused(
                400, "bad_request", reason=f"an Idempotency-Key has 1 to {_LONGEST_KEY} ASCII characters"
            )
        found = await idempotency.claim(self._db, owner_id, key)
        if found is None:
            return await self._as_first(request, owner_id, key, first)
        return await self._again(request, owner_id, key)

    async def _as_first(self, request: Request, owner_id: str, key: str, first: First) -> Response:
        ended = self._under_way.setdefault((owner_id, key), asyncio.Event())
        signs = _SignsOfLife(self._db, owner_id, key)
        fingerprint = _Fingerprint(request, signs.give)
        kept = False
        try:
            answer, worth_repeating = await first(fingerprint)
            if worth_repeating:
                what = FirstAnswer(fingerprint.hex(), answer.status_code, bytes(answer.body))
                await idempotency.keep(self._db, owner_id, key, what)
                kept = True
            return answer
        finally:
            await signs.end()
            if not kept:
                await asyncio.shield(idempotency.release(self._db, owner_id, key))
            ended.set()
            self._under_way.pop((owner_id, key), None)

    async def _again(self, request: Request, owner_id: str, key: str) -> Response:
        fingerprint = _Fingerprint(request)
        try:
            async for _ in Parts(request.stream(), request.headers.get("content-type"), fingerprint):
                pass
        except BrokenBody as broken:
            raise refused(400, "bad_request", reason=str(broken)) from None
        if ended := self._under_way.get((owner_id, key)):
            await ended.wait()
        found = await idempotency.find(self._db, owner_id, key)
        if found is None or found.answer is None:
            raise refused(409, "idempotency_unfinished", seconds=_RETRY_SECONDS)
        if found.fingerprint != fingerprint.hex():
            raise refused(422, "idempotency_mismatch")
        media_type = "application/json" if (found.status or 0) < 400 else MEDIA_TYPE
        return Response(
            found.answer,
            found.status or 200,
            media_type=media_type,
            headers={"Cache-Control": "no-store", _REPEATED_HEADER: "true"},
        )


class _SignsOfLife:
    """Says in SQL, while bytes come in, that the first request is not dead."""

    def __init__(self, db: Database, owner_id: str, key: str) -> None:
        self._db = db
        self._owner_id, self._key = owner_id, key
        self._last = time.monotonic()
        self._task: asyncio.Task[None] | None = None

    def give(self) -> None:
        now = time.monotonic()
        if now - self._last > SILENT_SECONDS / 4 and (self._task is None or self._task.done()):
            self._last = now
            self._task = asyncio.create_task(idempotency.stay(self._db, self._owner_id, self._key))

    async def end(self) -> None:
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)
