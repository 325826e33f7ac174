"""Pipeline `sentences`: a novel becomes a table of short sentences, chunk by chunk, by rules and by a model."""

import csv
import io
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import orjson
import pytest
from pydantic import SecretStr

from service.adapters.records.intake import Order, accept_again
from service.adapters.tables import DocumentRow, JobRow
from service.adapters.turns import claim_next
from service.domain import breaker
from service.domain.json import JsonObject
from service.domain.sentences import how_many
from service.domain.work import StepDone
from tests.corpora.sentences import written
from tests.support.certificate_jobs import steps
from tests.support.gemini_simulator import (
    Asked,
    Behaviour,
    GeminiSimulator,
    block,
    refuse,
    say,
    say_by,
    stall,
)
from tests.support.house import House, open_house
from tests.support.novel_files import flowing, novel_pdf
from tests.support.novels import Novel, novel
from tests.support.small_book import SmallBook
from tests.support.small_worker import Gate, give, small_worker
from tests.support.waiting import until
from workers.engines.persistence import Persistence
from workers.pipelines import all_pipelines
from workers.pipelines.declaration import StepContext

pytestmark = pytest.mark.anyio

SPEC = all_pipelines()["sentences"].spec()
ONE_TRY = Persistence(call_seconds=5.0, tries=1)
_NO_DASH = re.compile(r"^— ")
_ASKED = re.compile(r"^(\d+)\|(.*)$", re.MULTILINE)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits are tenths of seconds, and one try is enough."""
    monkeypatch.setattr(breaker, "FIRST_WAIT_SECONDS", 0.3)
    monkeypatch.setattr(breaker, "LONGEST_WAIT_SECONDS", 0.6)
    monkeypatch.setattr(Persistence, "within", lambda _seconds: ONE_TRY)


@pytest.fixture
async def house(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(database_url, redis_url, tmp_path / "data", drain_seconds=0.6) as opened:
        yield opened


@pytest.fixture
async def simulator() -> AsyncIterator[GeminiSimulator]:
    async with GeminiSimulator() as simulator:
        yield simulator


def gemini(simulator: GeminiSimulator) -> dict[str, Any]:
    return {"gemini_api_key": SecretStr("some-key"), "gemini_endpoint": simulator.url}


async def drop(house: House, book: Novel, **options: Any) -> str:
    accepted = await house.accept("novel.pdf", "pdf", novel_pdf(book), spec=SPEC, options=options)
    return accepted.job_id


async def again(house: House, job: JobRow) -> str:
    """A new job over the same document."""
    async with house.a.db.writing() as session:
        document = await session.get(DocumentRow, job.document_id)
        assert document is not None
        made = await accept_again(session, document, SPEC, Order(job.owner_id, None, job.options))
    await house.a.echo.publish(made.job_id)
    await house.a.dispatcher.dispatch()
    return made.job_id


async def table(house: House, job_id: str) -> list[JsonObject]:
    return orjson.loads(await house.artifact(job_id, "sentences.json"))["sentences"]


def sources(rows: list[JsonObject]) -> list[str]:
    return list({row["sentence"]: row["source"] for row in rows}.values())


def asked_for(asked: Asked) -> dict[int, str]:
    return {int(number): text for number, text in _ASKED.findall(asked.text)}


def in_capitals(asked: Asked) -> JsonObject:
    """A model that answers with the words themselves, in capitals and in pieces of five."""
    asked_texts = asked_for(asked).items()
    return {"sentences": [{"number": at, "short": pieces_of_five(text)} for at, text in asked_texts]}


def pieces_of_five(text: str) -> list[str]:
    words = [word for word in text.upper().split() if how_many(word)]
    return [" ".join(words[at : at + 5]) for at in range(0, len(words), 5)]


async def test_a_novel_becomes_a_table_in_chunks_that_lose_and_repeat_nothing(house: House) -> None:
    book = novel(20, seed=5)
    async with house.worker():
        job_id = await drop(house, book, chunk_pages=8)
        job = await house.state(job_id, "completed")
    rows = await table(house, job_id)
    assert sources(rows) == book.sentences
    assert all(row["words"] <= 8 for row in rows)
    said = " ".join(row["text"] for row in rows).split()
    meant = " ".join(_NO_DASH.sub("", sentence) for sentence in book.sentences).split()
    assert said == meant
    assert (job.outcome, job.warnings, job.result) == ("success", {}, {"sentences": len(rows)})
    made = await steps(house, job_id)
    assert [step.input["pages"][0] for step in made if step.phase == 2] == [1, 7, 13, 19]
    assert job.phases == ["planning", "reading", "rewriting", "merging", "finishing"]


async def test_the_files_hold_the_same_table(house: House) -> None:
    async with house.worker():
        job_id = await drop(
            house, novel(3, seed=6, heads=False), csv_separator="semicolon", preserve_formatting=True
        )
        await house.state(job_id, "completed")
    rows = await table(house, job_id)
    content = (await house.artifact(job_id, "sentences.csv")).decode()
    assert content.startswith("\ufeff")
    heads, *cells = csv.reader(io.StringIO(content[1:]), delimiter=";")
    wanted = [
        [str(row["number"]), row["text"], str(row["words"]), str(row["page"]), row["source"]] for row in rows
    ]
    assert (heads, cells) == (["Number", "Text", "Words", "Page", "Sentence"], wanted)
    book = openpyxl.load_workbook(io.BytesIO(await house.artifact(job_id, "sentences.xlsx")))
    sheet = book["Sentences"]
    assert [[str(cell.value) for cell in row] for row in sheet.iter_rows(min_row=2)] == wanted
    assert {cell.data_type for name in "ACD" for cell in sheet[name][1:]} == {"n"}, "to sort by, and to sum"
    assert {cell.data_type for name in "BE" for cell in sheet[name][1:]} == {"s"}
    text = (await house.artifact(job_id, "sentences.txt")).decode()
    assert [line for line in text.splitlines() if line] == [row["text"] for row in rows]
    assert text.count("\n\n") == sum(row["opens"] for row in rows) - 1
    assert any(row["text"].startswith("— ") for row in rows), "the formatting is kept"


async def test_dialogue_can_be_left_out_and_words_limited(house: House) -> None:
    book = novel(3, seed=8, heads=False)
    async with house.worker():
        job_id = await drop(house, book, ignore_dialogue=True, max_words=5)
        await house.state(job_id, "completed")
    rows = await table(house, job_id)
    assert rows and not any(row["spoken"] for row in rows) and max(row["words"] for row in rows) <= 5
    assert set(sources(rows)) < set(book.sentences)


async def test_a_model_is_asked_once_for_each_sentence(house: House, simulator: GeminiSimulator) -> None:
    book = novel(20, seed=9)
    simulator.default = say_by(in_capitals)
    async with house.worker(**gemini(simulator)):
        job_id = await drop(house, book, chunk_pages=8)
        await house.state(job_id, "completed")
    rows = await table(house, job_id)
    assert sources(rows) == book.sentences
    asked = [text for each in simulator.requests for text in asked_for(each).values()]
    long = [text for text in book.sentences if how_many(text) > 8]
    assert set(long) <= set(asked) and len(asked) <= len(long) + 3, "a chunk may begin within a sentence"
    assert [row["text"] for row in rows if row["source"] in long] == [
        piece for text in long for piece in pieces_of_five(text)
    ]


async def test_as_many_chunks_are_worked_on_side_by_side_as_were_wanted(
    house: House, simulator: GeminiSimulator
) -> None:
    simulator.default = stall
    async with house.worker(**gemini(simulator), slots=4):
        job_id = await drop(house, novel(20, seed=9), chunk_pages=8, at_once=2)

        async def asking() -> bool:
            running = [step for step in await steps(house, job_id) if step.state == "running"]
            return len(running) == 2 and simulator.under_way > 1

        await until(asking, "two chunks are asked for")
        waiting = [step.id for step in await steps(house, job_id) if step.state == "queued"]
        assert len(waiting) == 2
        assert await claim_next(house.a.db, waiting[0], "another", 60.0) is None
        await house.a.commands.cancel(job_id, house.actor)


async def test_a_chunk_that_fails_costs_no_other_and_is_retried_alone(
    house: House, simulator: GeminiSimulator
) -> None:
    book = novel(20, seed=10)
    bad = next(
        text
        for text in book.sentences[len(book.sentences) // 2 :]
        if len(text.split()) > 8 and "—" not in text
    )

    def troubled(asked: Asked) -> Any:
        return {"sentences": "none"} if bad in asked_for(asked).values() else in_capitals(asked)

    simulator.default = say_by(troubled)
    async with house.worker(**gemini(simulator)):
        job_id = await drop(house, book, chunk_pages=8, tries=1)
        job = await house.state(job_id, "completed")
        [(name, warning)] = job.warnings.items()
        assert name.startswith("chunk-") and warning["code"] == "chunk_failed"
        assert job.outcome == "warnings" and bad not in sources(await table(house, job_id))
        asked = len(simulator.requests)
        simulator.default = say_by(in_capitals)
        await house.a.commands.retry(job_id, house.actor)

        async def done() -> bool:
            row = await house.job(job_id)
            return row.run == 2 and row.state == "completed"

        await until(done, "the second run is completed")
    assert (await house.job(job_id)).warnings == {}
    assert sources(await table(house, job_id)) == book.sentences
    new = simulator.requests[asked:]
    assert new and all(bad in asked_for(each).values() for each in new), (
        "what was answered is not asked again"
    )


async def test_a_chunk_that_takes_too_long_costs_no_other(
    house: House, simulator: GeminiSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = Persistence(call_seconds=60.0, tries=1)
    monkeypatch.setattr(Persistence, "within", lambda _seconds: patient)
    book = novel(12, seed=17)
    long = [text for text in book.sentences if how_many(text) > 8]

    async def slow(simulator: GeminiSimulator, asked: Asked) -> Any:
        answers = stall if long[-1] in asked_for(asked).values() else say_by(in_capitals)
        return await answers(simulator, asked)

    simulator.default = slow
    async with house.worker(**gemini(simulator), step_seconds=10.0):
        job_id = await drop(house, book, chunk_pages=8, tries=1)
        job = await house.state(job_id, "completed")
    [(name, warning)] = job.warnings.items()
    assert (name, warning["params"]["reason"]) == ("chunk-2", "step_timed_out")
    assert (await house.snapshot(job_id)).value["chunks"] == {"1": "d1", "2": "f1"}


async def test_another_model_is_asked_anew(house: House, simulator: GeminiSimulator) -> None:
    simulator.default = say_by(in_capitals)
    asked = list[int]()
    async with house.worker(**gemini(simulator), gemini_model="one-model"):
        job_id = await drop(house, novel(2, seed=18, heads=False))
        await house.state(job_id, "completed")
    asked.append(len(simulator.requests))
    for model in ("one-model", "another-model"):
        async with house.worker(**gemini(simulator), gemini_model=model):
            job_id = await again(house, await house.job(job_id))
            await house.state(job_id, "completed")
        asked.append(len(simulator.requests))
    assert asked[0] == asked[1] < asked[2], "only what the same model answered is kept"


async def test_what_was_answered_before_a_worker_left_is_not_asked_again(
    house: House, simulator: GeminiSimulator
) -> None:
    book = novel(12, seed=13)
    simulator.next(say_by(in_capitals), say_by(in_capitals))
    simulator.default = stall
    async with house.worker(**gemini(simulator)):
        job_id = await drop(house, book)
        await until(
            lambda: simulator.under_way and len(simulator.requests) > 3,
            "later answers are waited for",
        )
    answered = [text for each in simulator.requests[:2] for text in asked_for(each).values()]
    before = len(simulator.requests)
    simulator.default = say_by(in_capitals)
    async with house.worker(**gemini(simulator)):
        await house.state(job_id, "completed")
    again = {text for each in simulator.requests[before:] for text in asked_for(each).values()}
    assert again and again.isdisjoint(answered)
    assert sources(await table(house, job_id)) == book.sentences


async def test_an_engine_that_only_an_operator_can_mend_fails_the_job_and_says_so(
    house: House, simulator: GeminiSimulator
) -> None:
    simulator.default = refuse(403, "PERMISSION_DENIED")
    async with house.worker(**gemini(simulator)):
        job_id = await drop(house, novel(2, seed=14))
        job = await house.state(job_id, "failed")
    assert job.error is not None and job.error["code"] == "language_denied"


@pytest.mark.parametrize("trouble", [refuse(429, "RESOURCE_EXHAUSTED"), refuse(503)])
async def test_a_model_that_is_away_is_waited_for(
    house: House, simulator: GeminiSimulator, trouble: Behaviour
) -> None:
    simulator.default = say_by(in_capitals)
    simulator.next(trouble, trouble)
    async with house.worker(**gemini(simulator)):
        job_id = await drop(house, novel(2, seed=11, heads=False))
        job = await house.state(job_id, "completed")
    assert job.outcome == "success"


async def test_what_a_model_will_not_have_is_split_and_named(
    house: House, simulator: GeminiSimulator
) -> None:
    simulator.default = block()
    book = novel(2, seed=12, heads=False)
    async with house.worker(**gemini(simulator)):
        job_id = await drop(house, book)
        job = await house.state(job_id, "completed")
    assert [each["code"] for each in job.warnings.values()] == ["sentences_refused"]
    rows = await table(house, job_id)
    assert sources(rows) == book.sentences and all(row["words"] <= 8 for row in rows)


async def test_what_came_out_is_said_also_after_a_stop_in_the_last_phase(house: House) -> None:
    book, gate = SmallBook([["Il attendait le soir.", "Rien ne vint."]]), Gate()
    book.let()
    whole = book.pipeline()
    *others, last = whole.phases

    async def late(context: StepContext) -> StepDone:
        await gate(context)
        return await last.run(context)

    pipeline = replace(whole, phases=(*others, replace(last, run=late)))
    async with small_worker(house, pipeline):
        job_id = await give(house, pipeline)
        await until(lambda: gate.arrived == 1, "the files are about to be written")
        await house.a.commands.cancel(job_id, house.actor)
        await house.state(job_id, "cancelled")
        gate.open()
        await house.a.commands.retry(job_id, house.actor)
        job = await house.state(job_id, "completed")
    assert job.result == {"sentences": len(book.pieces)}


async def test_a_staged_book_says_what_it_will_take(house: House, simulator: GeminiSimulator) -> None:
    simulator.default = say({"sentences": []})
    async with house.worker(**gemini(simulator)):
        book = novel(20, seed=5)
        accepted = await house.accept(
            "a.pdf", "pdf", novel_pdf(book), spec=SPEC, options={"chunk_pages": 8}, start=False
        )
        await house.a.queue.ask_for_estimate(accepted.job_id)

        async def known() -> JsonObject | None:
            return (await house.job(accepted.job_id)).estimate

        estimate = await until(known, "the estimate is known")
    assert estimate is not None and (estimate["pages"], estimate["chunks"]) == (len(book.pages), 4)
    assert estimate["tokens"] > 0 and estimate["seconds"] > 0 and simulator.requests == []


@pytest.mark.parametrize("kind", ["txt", "epub", "docx"])
async def test_books_without_pages_become_the_sentences_that_they_are_written_in(
    house: House, kind: str
) -> None:
    paragraphs = [each for each in written("known") if each.kind in ("narration", "dialogue", "pauses")]
    content = flowing(kind, [" ".join(each.sentences) for each in paragraphs])
    async with house.worker():
        accepted = await house.accept(f"a.{kind}", kind, content, spec=SPEC, options={"min_words": 1})
        await house.state(accepted.job_id, "completed")
    rows = await table(house, accepted.job_id)
    meant = [sentence for each in paragraphs for sentence in each.sentences]
    assert sources(rows) == meant
