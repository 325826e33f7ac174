"""People who upload, twice when they are not sure, and cancel, pause and retry, over whichever gateway answers."""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import httpx
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from service.adapters.tables import JobRow
from service.domain.job import ENDED
from service.domain.json import JsonObject
from tests.faults.chaos.ledger import Ledger
from tests.faults.chaos.place import Place
from tests.faults.side_by_side import side_by_side
from tests.support.pdf_files import empty_pdf, text_pdf, words

_TRIES = 12
_TRY_AGAIN_SECONDS = 0.25
_REQUEST_SECONDS = 8.0
_LOOK_SECONDS = 0.3
_PATIENCE_SECONDS = 20.0
"""Somebody interferes with a job about twice in so long."""
_FATES = {"well": 8, "stumbles": 3, "refused": 1, "pdf": 12, "broken": 2, "empty": 1}
"""What is uploaded how often: three fates of the chaos' own pipeline, then what the pipeline `text` gets."""
_FAIL = frozenset({"refused", "broken", "empty"})


@dataclass
class Document:
    """What somebody wants to be read, and the jobs that they were told of."""

    name: str
    pipeline: str
    content: bytes
    fails: bool = False
    keyed: bool = True
    jobs: set[str] = field(default_factory=set[str])


class People:
    """Keeps so many jobs under way while `at_it`; single documents can be given at any time."""

    def __init__(self, place: Place, ledger: Ledger, dice: random.Random, *, at_once: int) -> None:
        self.documents: dict[str, Document] = {}
        self.cancelled: set[str] = set()
        self.live: set[str] = set()
        self._place = place
        self._ledger = ledger
        self._dice = dice
        self._at_once = at_once
        self._pdfs = [
            text_pdf(*(words(40, seed=seed + page) for page in range(1 + seed % 3))) for seed in range(8)
        ]
        self._https = [
            httpx.AsyncClient(
                base_url=each.url,
                headers={"Authorization": f"Bearer {place.token}"},
                timeout=_REQUEST_SECONDS,
                # A gateway that was killed must not be met over a link that is dead.
                limits=httpx.Limits(max_keepalive_connections=0),
            )
            for each in place.site.gateways
        ]

    async def close(self) -> None:
        """Ends all links."""
        for each in self._https:
            await each.aclose()

    @property
    def accepted(self) -> int:
        """Documents that were answered with 202."""
        return sum(1 for each in self.documents.values() if each.jobs)

    @asynccontextmanager
    async def at_it(self) -> AsyncGenerator[None, None]:
        """They upload and interfere until the block ends."""
        uploading = (self._upload() for _ in range(3 if self._at_once else 0))
        async with side_by_side(self._look(), *uploading, *([self._interfere()] if self._at_once else [])):
            yield

    async def give(self, fate: str | None = None) -> Document:
        """One document, until somebody has answered for it or nobody will."""
        fate = fate or self._dice.choices(list(_FATES), list(_FATES.values()))[0]
        document = self._document(fate)
        self.documents[document.name] = document
        way = self._dice.random()
        if way < 0.15 and fate not in _FAIL:
            self._ledger.counts["submitted twice, as the same content"] += 1
            document.keyed = False
            ways = [self._submit(document, number, None) for number in range(2)]
        elif way < 0.3:
            self._ledger.counts["submitted twice, with the same key"] += 1
            ways = [self._submit(document, number, document.name) for number in range(2)]
        else:
            ways = [self._submit(document, self._dice.randrange(len(self._https)), document.name)]
        await asyncio.gather(*ways)
        self.live |= document.jobs
        return document

    async def command(
        self, path: str, *, body: JsonObject | None = None, admin: bool = False
    ) -> JsonObject | None:
        """Posts it until a gateway has answered; None where the answer is a problem, or none came."""
        headers = {"Authorization": f"Bearer {self._place.admin_token}"} if admin else {}
        for attempt in range(_TRIES):
            http = self._https[attempt % len(self._https)]
            with suppress(httpx.HTTPError):
                answer = await http.post(path, json=body or {}, headers=headers)
                if answer.status_code < 500:
                    return answer.json() if answer.status_code == 202 else None
            await asyncio.sleep(_TRY_AGAIN_SECONDS)
        return None

    async def get(self, path: str, gateway: int) -> JsonObject:
        """What a gateway answers; raises where that is a problem."""
        return (await self._https[gateway].get(path)).raise_for_status().json()

    async def look(self) -> None:
        """Learns which jobs have ended."""
        live = list(self.live)
        async with self._place.house.a.db.reading() as session:
            for start in range(0, len(live), 500):
                some = live[start : start + 500]
                rows = await session.scalars(
                    select(JobRow.id).where(JobRow.id.in_(some), JobRow.state.in_(list(ENDED)))
                )
                self.live -= set(rows)

    def _document(self, fate: str) -> Document:
        number = len(self.documents)
        mark = f"\n% {number} {self._dice.getrandbits(32)}\n".encode()
        fails = fate in _FAIL
        match fate:
            case "pdf":
                content = self._dice.choice(self._pdfs)
            case "broken":
                content = b"%PDF-1.7\nnothing of it is there"
            case "empty":
                content = empty_pdf()
            case _:
                return Document(f"{number:05} {fate}.txt", "chaos", mark, fails)
        return Document(f"{number:05} {fate}.pdf", "text", content + mark, fails)

    async def _submit(self, document: Document, gateway: int, key: str | None) -> None:
        headers = {"Idempotency-Key": key} if key is not None else {}
        options = b'{"ocr": "never"}' if document.pipeline == "text" else b"{}"
        for attempt in range(_TRIES):
            http = self._https[(gateway + attempt) % len(self._https)]
            with suppress(httpx.HTTPError):
                answer = await http.post(
                    f"/api/uploads?pipeline={document.pipeline}",
                    files=[
                        ("options", (None, options, "application/json")),
                        ("files", (document.name, document.content)),
                    ],
                    headers=headers,
                )
                if answer.status_code == 202:
                    document.jobs |= {each["job_id"] for each in answer.json()["accepted"]}
                    return
                self._ledger.counts[f"uploads answered {answer.status_code}"] += 1
            await asyncio.sleep(_TRY_AGAIN_SECONDS)
        self._ledger.counts["uploads given up without an answer"] += 1

    async def _upload(self) -> None:
        while True:
            if len(self.live) < self._at_once:
                await self.give()
            else:
                await asyncio.sleep(0.05)

    async def _look(self) -> None:
        while True:
            with suppress(SQLAlchemyError, OSError):
                await self.look()
            await asyncio.sleep(_LOOK_SECONDS)

    async def _interfere(self) -> None:
        while True:
            await asyncio.sleep(self._dice.uniform(0, _PATIENCE_SECONDS / self._at_once))
            match self._dice.choices(("cancel", "pause", "stop", "retry"), (2, 2, 1, 2))[0]:
                case "cancel":
                    await self._cancel()
                case "retry":
                    await self._retry()
                case how:
                    await self._pause(stop=how == "stop")

    async def _cancel(self) -> None:
        found = [
            job
            for each in self.documents.values()
            if each.pipeline == "chaos" and not each.fails
            for job in each.jobs & self.live
        ]
        if not found:
            return
        job_id = self._dice.choice(sorted(found))
        told = await self._counted("cancelled by people", f"/api/jobs/{job_id}/cancel")
        if told is not None and told["state"] == "cancelled":
            self.cancelled.add(job_id)

    async def _retry(self) -> None:
        ended = [job for each in self.documents.values() for job in each.jobs - self.live if each.fails]
        if ended:
            job_id = self._dice.choice(sorted(ended))
            if await self._counted("retried by people", f"/api/jobs/{job_id}/retry") is not None:
                self.live.add(job_id)

    async def _pause(self, *, stop: bool) -> None:
        if not self.live:
            return
        path = f"/api/jobs/{self._dice.choice(sorted(self.live))}"
        if await self._counted("paused by people", f"{path}/pause", {"stop": stop}) is not None:
            await asyncio.sleep(self._dice.uniform(0, 1))
            await self.command(f"{path}/resume")

    async def _counted(self, what: str, path: str, body: JsonObject | None = None) -> JsonObject | None:
        told = await self.command(path, body=body)
        if told is not None:
            self._ledger.counts[what] += 1
        return told
