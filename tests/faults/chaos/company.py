"""A shipping company: certificates of its ships, answers to what is asked about them, corrections of its records.

What it does is kept, with what it was told of it, to be held against the company's books in the end (see books.py).
"""

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import httpx
import orjson

from service.adapters.database import Database
from service.domain.json import JsonObject
from tests.faults.chaos.calls import Calls
from tests.faults.chaos.ledger import Ledger
from tests.support.fleet import IMOS, add_ship
from tests.support.pdf_files import text_pdf

FATES = {"certificate": 5, "duplicate": 3, "mismatch": 2}
"""Certificates that nothing is asked about, that others may have the number of, that are another ship's."""
_ISSUER = "Boreal Register of Shipping"
_NUMBERS = 4
"""So many numbers are shared by all certificates that may be duplicates."""
_LOOK_SECONDS = 0.4
_AT_ONCE = 0.35
"""With this likelihood somebody answers a question that they see; else it stays, maybe over a restart."""
_CHANGE_OF_MIND = 0.3
_EDIT_SECONDS = 1.0


@dataclass(frozen=True)
class Paper:
    """A certificate: its number, its bytes, and what is chosen when it is dropped."""

    number: str
    content: bytes
    options: bytes


@dataclass
class Asked:
    """A question as it was first seen, what was answered, and which answers were accepted."""

    question: JsonObject
    given: set[str] = field(default_factory=set[str])
    accepted: list[str] = field(default_factory=list[str])


@dataclass
class Edit:
    """A correction, and whether anybody said that it was made."""

    certificate_id: str
    value: str
    is_acknowledged: bool = False


class Company:
    """Owns ships. It answers and corrects while `at_it` runs."""

    def __init__(self, calls: Calls, ledger: Ledger, dice: random.Random, ships: Sequence[str]) -> None:
        self.asked: dict[str, dict[str, Asked]] = {}
        self.edits: list[Edit] = []
        self.papers: dict[str, Paper] = {}
        self._calls = calls
        self._ledger = ledger
        self._dice = dice
        self._star, self._unlike = ships

    def paper(self, name: str, number: int, fate: str) -> Paper:
        """One with this fate, to be uploaded under this name."""
        ship, options = self._star, {"ocr": "never"}
        shown, imo = "OCEAN STAR", IMOS[0]
        match fate:
            case "duplicate":
                mark = f"SAME-{self._dice.randrange(_NUMBERS):03}"
            case "mismatch":
                mark, ship = f"CH-{number:05}", self._unlike
            case _:
                mark = f"CH-{number:05}"
                if self._dice.random() < 0.5:
                    # A ship that nobody has entered: whichever certificate of it is recorded first makes it.
                    ship, (shown, imo) = "", ("GOLDEN DAWN", IMOS[1])
        if ship:
            options["ship"] = ship
        content = _certificate(mark, shown, imo) + f"\n% {name}\n".encode()
        made = Paper(mark, content, orjson.dumps(options))
        self.papers[name] = made
        return made

    async def at_it(self) -> None:
        """Answers and corrects until cancelled."""
        await asyncio.gather(self._answering(), self._correcting())

    async def answer(self, likelihood: float = 1.0) -> None:
        """Looks at what is asked, and answers some or all of it."""
        gateway = self._dice.randrange(self._calls.gateways)
        listed = await self._calls.get("/api/jobs?state=waiting&pipeline=certificate&limit=500", gateway)
        seen = [(str(each["id"]), each["question"]) for each in listed["items"] if each.get("question")]
        for job_id, question in seen:
            self._see(job_id, question)
        chosen = [each for each in seen if self._dice.random() < likelihood]
        await asyncio.gather(*(self._answer(*each) for each in chosen))

    def _see(self, job_id: str, question: JsonObject) -> None:
        known = self.asked.setdefault(job_id, {}).setdefault(str(question["id"]), Asked(question))
        if known.question != question:
            self._ledger.note("questions", f"job {job_id[-6:]}: {known.question} became {question}")

    async def _answer(self, job_id: str, question: JsonObject) -> None:
        """One answer, or two different ones at once by two people who do not know of each other."""
        known = self.asked[job_id][str(question["id"])]
        several = 2 if self._dice.random() < _CHANGE_OF_MIND else 1
        choices = self._dice.sample(question["choices"], several)
        first = self._dice.randrange(self._calls.gateways)
        known.given |= set(choices)

        async def give(choice: str, gateway: int) -> None:
            body = {"question_id": question["id"], "answer": {"choice": choice}}
            if await self._calls.command(f"/api/jobs/{job_id}/answer", body=body, first=gateway) is not None:
                known.accepted.append(choice)
                self._ledger.counts["questions answered by people"] += 1

        await asyncio.gather(*(give(choice, first + turn) for turn, choice in enumerate(choices)))

    async def _answering(self) -> None:
        while True:
            with suppress(httpx.HTTPError):
                await self.answer(_AT_ONCE)
            await asyncio.sleep(_LOOK_SECONDS)

    async def _correcting(self) -> None:
        while True:
            await asyncio.sleep(self._dice.uniform(0, _EDIT_SECONDS))
            with suppress(httpx.HTTPError):
                listed = await self._calls.get("/api/certificates?sort=created&limit=100", 0)
                if listed["items"]:
                    found = self._dice.choice(listed["items"])
                    # Over two gateways at once now and then: both count.
                    await asyncio.gather(
                        *(self._edit(str(found["id"]), turn) for turn in range(self._dice.choice((1, 1, 2))))
                    )

    async def _edit(self, certificate_id: str, gateway: int) -> None:
        edit = Edit(certificate_id, f"Corrected office {len(self.edits)}")
        self.edits.append(edit)
        body = {"fields": {"issuing_authority": edit.value}}
        with suppress(httpx.HTTPError):
            answer = await self._calls.by(gateway).patch(f"/api/certificates/{certificate_id}", json=body)
            edit.is_acknowledged = answer.status_code == 200
            self._ledger.counts["records corrected by people"] += edit.is_acknowledged


async def found(db: Database, owner_id: str) -> tuple[str, str]:
    """The company's ships: the one that certificates name, and one whose they never are."""
    return await add_ship(db, owner_id, "Ocean Star", IMOS[0]), await add_ship(
        db, owner_id, "Nordwind", IMOS[2]
    )


def _certificate(number: str, ship: str, imo: str) -> bytes:
    return text_pdf(
        "\n\n".join(
            (
                _ISSUER.upper(),
                "SAFETY MANAGEMENT CERTIFICATE",
                f"Certificate No.: {number}",
                f"Name of ship: {ship}",
                f"IMO number: {imo}",
                "Date of issue: 3 May 2024",
                "Valid until: 2 May 2099",
            )
        )
    )
