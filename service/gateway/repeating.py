"""Idempotency-Key: a request that is sent again is answered as it was, and done once."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

from service.adapters.database import Database
from service.adapters.records import idempotency
from service.adapters.records.idempotency import LEASE_SECONDS, FirstAnswer, FirstRequest
from service.gateway.multipart import BrokenBody, Digest, Parts
from service.protocol.problems import MEDIA_TYPE, refused

_log = structlog.get_logger()

HEADER = "idempotency-key"

_LONGEST_KEY = 200
_REPEATED_HEADER = "Idempotency-Replayed"
_RETRY_SECONDS = 1

First = Callable[[Digest | None], Awaitable[tuple[Response, bool]]]
"""Does the request; whether its answer is worth repeating: all of the body was read, and the server was well."""
Digesting = Callable[[Request, Digest], Awaitable[object]]
"""Reads a body as `First` does, for what it is only. May raise Refused."""


async def digest_parts(request: Request, digest: Digest) -> None:
    """Of a body in parts, as uploads are."""
    try:
        async for _ in Parts(request.stream(), request.headers.get("content-type"), digest):
            pass
    except BrokenBody as broken:
        raise refused(400, "bad_request", reason=str(broken)) from None


class _Fingerprint:
    """What makes two requests the same: where they go, query, names and contents."""

    def __init__(self, request: Request) -> None:
        self._hash = hashlib.blake2b(digest_size=32)
        self._hash.update(repr((request.url.path, sorted(request.query_params.multi_items()))).encode())

    def update(self, data: bytes, /) -> None:
        self._hash.update(data)

    def hex(self) -> str:
        return self._hash.hexdigest()


class Repeating:
    """Answers requests that carry a key; one that arrives while the first is under way here waits for its answer."""

    def __init__(self, db: Database, digesting: Digesting = digest_parts) -> None:
        self._db = db
        self._digesting = digesting
        self._under_way: dict[tuple[str, str], asyncio.Event] = {}
        self._renewing = _Renewing(db)

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
        if isinstance(found, FirstRequest):
            return await self._as_first(request, found, first)
        return await self._again(request, owner_id, key)

    async def _as_first(self, request: Request, mine: FirstRequest, first: First) -> Response:
        place = (mine.owner_id, mine.key)
        ended = self._under_way.setdefault(place, asyncio.Event())
        fingerprint = _Fingerprint(request)
        kept = False
        try:
            async with self._renewing.of(mine):
                answer, worth_repeating = await first(fingerprint)
                if worth_repeating:
                    what = FirstAnswer(fingerprint.hex(), answer.status_code, bytes(answer.body))
                    await idempotency.keep(self._db, mine, what)
                    kept = True
            return answer
        finally:
            if not kept:
                await asyncio.shield(idempotency.release(self._db, mine))
            ended.set()
            self._under_way.pop(place, None)

    async def _again(self, request: Request, owner_id: str, key: str) -> Response:
        fingerprint = _Fingerprint(request)
        await self._digesting(request, fingerprint)
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


class _Renewing:
    """Says in SQL, for all first requests of this process at once, that they are not dead."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._live: set[FirstRequest] = set()
        self._none = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def of(self, first: FirstRequest) -> AsyncGenerator[None, None]:
        """Renews this claim while the block runs."""
        self._live.add(first)
        self._none.clear()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            self._live.discard(first)
            if not self._live:
                self._none.set()

    async def _run(self) -> None:
        while self._live:
            with suppress(TimeoutError):
                async with asyncio.timeout(LEASE_SECONDS / 4):
                    await self._none.wait()
            try:
                if live := tuple(self._live):
                    await idempotency.renew(self._db, live)
            except (SQLAlchemyError, OSError) as error:
                _log.warning("keys_not_renewed", reason=str(error))
