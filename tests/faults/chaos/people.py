"""People who upload, twice when they are not sure, and cancel, pause and retry, over whichever gateway answers."""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import httpx
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from service.adapters.records.idempotency import LEASE_SECONDS
from service.adapters.tables import JobRow
from service.domain.job import ENDED
from service.domain.json import JsonObject
from tests.faults.chaos import company, library
from tests.faults.chaos.calls import TRIES, TRY_AGAIN_SECONDS, Calls
from tests.faults.chaos.company import Company
from tests.faults.chaos.ledger import Ledger
from tests.faults.chaos.library import Library
from tests.faults.chaos.place import Place
from tests.faults.side_by_side import side_by_side
from tests.support.pdf_files import empty_pdf, text_pdf, words

_LOOK_SECONDS = 0.3
_PATIENCE_SECONDS = 20.0
"""Somebody interferes with a job about twice in so long."""
_OFTEN = (
    {"well": 8, "stumbles": 3, "refused": 1, "pdf": 12, "broken": 2, "empty": 1}
    | company.FATES
    | library.FATES
)
"""What is uploaded how often: three fates of the chaos' own pipeline, what the pipeline `text` gets, certificates,
books."""
_CANCELLABLE = ("chaos", "certificate", "sentences")
_FAIL = frozenset({"refused", "broken", "empty"})


@dataclass
class Document:
    """What somebody wants to be read, and the jobs that they were told of."""

    name: str
    pipeline: str
    content: bytes
    options: bytes = b"{}"
    fails: bool = False
    keyed: bool = True
    jobs: set[str] = field(default_factory=set[str])


class People:
    """Keeps so many jobs under way while `at_it`; single documents can be given at any time."""

    def __init__(
        self,
        place: Place,
        calls: Calls,
        company: Company,
        library: Library,
        ledger: Ledger,
        dice: random.Random,
        *,
        at_once: int,
    ) -> None:
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
        self._calls = calls
        self._company = company
        self._library = library

    @property
    def accepted(self) -> int:
        """Documents that were answered with 202."""
        return sum(1 for each in self.documents.values() if each.jobs)

    @asynccontextmanager
    async def at_it(self) -> AsyncGenerator[None, None]:
        """They upload and interfere until the block ends."""
        uploading = (self._upload() for _ in range(3 if self._at_once else 0))
        interfering = [self._interfere()] if self._at_once else []
        async with side_by_side(self._look(), self._company.at_it(), *uploading, *interfering):
            yield

    async def give(self, fate: str | None = None) -> Document:
        """One document, until somebody has answered for it or nobody will."""
        fate = fate or self._dice.choices(list(_OFTEN), list(_OFTEN.values()))[0]
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
            ways = [self._submit(document, self._dice.randrange(self._calls.gateways), document.name)]
        await asyncio.gather(*ways)
        self.live |= document.jobs
        return document

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
        if fate in company.FATES:
            name = f"{number:05} {fate}.pdf"
            paper = self._company.paper(name, number, fate)
            return Document(name, "certificate", paper.content, paper.options)
        if fate in library.FATES:
            name = f"{number:05} {fate}.pdf"
            book = self._library.book(name, number, fate)
            return Document(name, "sentences", book.content, book.options)
        match fate:
            case "pdf":
                content = self._dice.choice(self._pdfs)
            case "broken":
                content = b"%PDF-1.7\nnothing of it is there"
            case "empty":
                content = empty_pdf()
            case _:
                return Document(f"{number:05} {fate}.txt", "chaos", mark, fails=fails)
        return Document(f"{number:05} {fate}.pdf", "text", content + mark, b'{"ocr": "never"}', fails)

    async def _submit(self, document: Document, gateway: int, key: str | None) -> None:
        headers = {"Idempotency-Key": key} if key is not None else {}
        for attempt in range(TRIES):
            pause = TRY_AGAIN_SECONDS
            http = self._calls.by(gateway + attempt)
            with suppress(httpx.HTTPError):
                answer = await http.post(
                    f"/api/uploads?pipeline={document.pipeline}",
                    files=[
                        ("options", (None, document.options, "application/json")),
                        ("files", (document.name, document.content)),
                    ],
                    headers=headers,
                )
                if answer.status_code == 202:
                    document.jobs |= {each["job_id"] for each in answer.json()["accepted"]}
                    return
                self._ledger.counts[f"uploads answered {answer.status_code}"] += 1
                if answer.status_code == 409:
                    # Whoever was answering may have died: the key is free again after its lease.
                    pause = LEASE_SECONDS / 4
            await asyncio.sleep(pause)
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
            if each.pipeline in _CANCELLABLE and not each.fails
            for job in each.jobs & self.live
        ]
        if not found:
            return
        job_id = self._dice.choice(sorted(found))
        told = await self._counted("cancelled by people", f"/api/jobs/{job_id}/cancel")
        if told is not None and told["state"] == "cancelled":
            self.cancelled.add(job_id)

    async def _retry(self) -> None:
        """What failed, or a book that was cancelled: what is done of it stays done."""
        ended = {job for each in self.documents.values() for job in each.jobs - self.live if each.fails}
        # The same book that came twice without a key may have become another job since.
        books = [each for each in self.documents.values() if each.pipeline == "sentences" and each.keyed]
        ended |= {job for each in books for job in each.jobs & self.cancelled}
        if ended:
            job_id = self._dice.choice(sorted(ended))
            self.cancelled.discard(job_id)
            if await self._counted("retried by people", f"/api/jobs/{job_id}/retry") is not None:
                self.live.add(job_id)

    async def _pause(self, *, stop: bool) -> None:
        if not self.live:
            return
        path = f"/api/jobs/{self._dice.choice(sorted(self.live))}"
        if await self._counted("paused by people", f"{path}/pause", {"stop": stop}) is not None:
            await asyncio.sleep(self._dice.uniform(0, 1))
            await self._calls.command(f"{path}/resume")

    async def _counted(self, what: str, path: str, body: JsonObject | None = None) -> JsonObject | None:
        told = await self._calls.command(path, body=body)
        if told is not None:
            self._ledger.counts[what] += 1
        return told
