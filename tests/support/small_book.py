"""A book whose sentences a test names: it goes through the real phases after Rewriting, each chunk when it is let."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import orjson

from service.adapters.records import accounts
from service.domain.json import JsonObject
from service.domain.pipeline import FirstStep
from service.domain.work import NextPhase, StepDone, StepPlan
from tests.support.house import House, open_house
from tests.support.http_gateway import Gateway, gateway, settings_for
from tests.support.small_worker import LONG_MS, phase, small_worker
from tests.support.waiting import until
from workers.engines.failures import EngineFailed
from workers.engines.prose.seams import Row
from workers.pipelines.declaration import Phase, Pipeline, PlanContext, StepContext
from workers.pipelines.sentences.finishing import finish
from workers.pipelines.sentences.merging import merge
from workers.pipelines.sentences.options import SentencesOptions
from workers.pipelines.sentences.rewriting import chunk_failed

_WORDS = 5


@dataclass
class SmallBook:
    """Its chunks, each a page of sentences; `bad` chunks fail. Chunks wait until they are let."""

    chunks: Sequence[Sequence[str]]
    bad: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        self._gates = {number: asyncio.Event() for number in range(1, len(self.chunks) + 1)}

    def let(self, *numbers: int) -> None:
        """These chunks may end, all where none is named."""
        for number in numbers or self._gates:
            self._gates[number].set()

    def hold(self, *numbers: int) -> None:
        """These chunks wait again when they are tried again."""
        for number in numbers:
            self._gates[number].clear()

    def pipeline(self) -> Pipeline:
        """A pipeline of this book, whatever document it is given."""
        phases = (
            phase("planning"),
            Phase("rewriting", self._plan, self._rewrite),
            Phase("merging", _one_step, merge),
            Phase("finishing", _one_step, finish),
        )
        first = FirstStep(LONG_MS, LONG_MS * len(phases), 0)
        return Pipeline("sentences", SentencesOptions, ("txt",), first, phases)

    @property
    def pieces(self) -> list[str]:
        """What becomes of the sentences."""
        return [piece for chunk in self.chunks for sentence in chunk for piece in pieces_of(sentence)]

    def _plan(self, _context: PlanContext) -> NextPhase:
        inputs: list[JsonObject] = [
            {"chunk": number, "chunks": len(self.chunks), "pages": [number]} for number in self._gates
        ]
        return NextPhase(tuple(StepPlan(LONG_MS, each) for each in inputs))

    async def _rewrite(self, context: StepContext) -> StepDone:
        number: int = context.input["chunk"]
        await self._gates[number].wait()
        if number in self.bad:
            return chunk_failed(context, EngineFailed("language_refused", kind="usage"))
        rows = list(_rows(number, self.chunks[number - 1]))
        content = b"".join(orjson.dumps(row.json()) + b"\n" for row in rows)
        await context.blobs.put(context.output_key, content)
        return StepDone(
            output={"chunk": number, "rows": sum(len(row.pieces) for row in rows)},
            output_blob=context.output_key,
            pages={str(number): "td"},
        )


def pieces_of(sentence: str) -> list[str]:
    """Five words each."""
    words = sentence.split()
    return [" ".join(words[at : at + _WORDS]) for at in range(0, len(words), _WORDS)]


def _rows(page: int, sentences: Sequence[str]):
    offset = 0
    for sentence in sentences:
        end = offset + len(sentence)
        opens = offset == 0
        pieces = tuple(pieces_of(sentence))
        yield Row(sentence, (page, offset), (page, end), opens=opens, is_spoken=False, pieces=pieces)
        offset = end + 1


def _one_step(_context: PlanContext) -> NextPhase:
    return NextPhase((StepPlan(LONG_MS),))


@dataclass
class Desk:
    """A house with a worker of the book, and a gateway over the same data with a client of the house's user."""

    house: House
    site: Gateway
    client: httpx.AsyncClient
    book: SmallBook

    async def give(self) -> str:
        """The book as a new job."""
        pipeline = self.book.pipeline()
        options = SentencesOptions().model_dump(mode="json")
        accepted = await self.house.accept(
            "novel.txt", "txt", b"words", spec=pipeline.spec(), force=True, options=options
        )
        return accepted.job_id

    async def done(self) -> str:
        """The book, finished."""
        self.book.let()
        job_id = await self.give()
        await self.house.state(job_id, "completed")
        return job_id

    async def chunks(self, job_id: str, wanted: str) -> None:
        """Waits until the chunks are told to be so far, by their letters."""

        async def so_far() -> bool:
            codes: dict[str, str] = (await self.house.snapshot(job_id)).value["chunks"]
            return "".join(codes[number][0] for number in sorted(codes, key=int)) == wanted

        await until(so_far, f"the chunks are {wanted}")

    async def rows(self, job_id: str, **query: str | int) -> JsonObject:
        """What the gateway tells of the table."""
        answer = await self.client.get(f"/api/jobs/{job_id}/sentences", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()


@asynccontextmanager
async def desk(
    database_url: str, redis_url: str, folder: Path, book: SmallBook, *, slots: int = 2
) -> AsyncGenerator[Desk, None]:
    """All of it, until the block ends."""
    settings = settings_for(database_url, redis_url, folder)
    async with open_house(database_url, redis_url, settings.data_dir) as house:
        pipeline = book.pipeline()
        async with (
            small_worker(house, pipeline, slots=slots),
            gateway(settings, pipeline.spec()) as site,
        ):
            async with house.a.db.writing() as session:
                token = await accounts.make_token(session, house.actor.user_id)
            yield Desk(house, site, site.client(token), book)
