"""Books after a chaos: the table of each is the one of a run that nothing disturbed, and no kept answer was paid for
again."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import httpx
from sqlalchemy import select

from service.adapters.tables import JobRow, StepRow
from service.domain.job import JobState
from service.domain.json import JsonObject
from service.domain.step import StepState
from tests.faults.chaos.library import Line
from tests.faults.chaos.paying import KEPT, WANTED
from tests.faults.chaos.strikes import Scene

_REWRITING = 2


async def judge(scene: Scene) -> None:
    """Notes all that is wrong with them."""
    async with scene.place.house.a.db.reading() as session:
        jobs = list(await session.scalars(select(JobRow).where(JobRow.pipeline == "sentences")))
        ids = select(JobRow.id).where(JobRow.pipeline == "sentences")
        steps = list(await session.scalars(select(StepRow).where(StepRow.job_id.in_(ids))))
    done = [job for job in jobs if job.state == JobState.COMPLETED]
    for number, job in enumerate(done):
        await _table(scene, number, job)
    _chunks(scene, done, steps)
    _paid(scene)
    scene.ledger.counts["books"] = len(jobs)
    scene.ledger.counts["books read"] = len(done)
    scene.ledger.counts["books read that people had cancelled"] = sum(job.run > 1 for job in done)


async def _table(scene: Scene, number: int, job: JobRow) -> None:
    """Over the operation that reads it, and as the file that was made of it."""
    wanted = scene.library.books[job.name].lines
    for path in ("sentences.json", "artifacts/sentences.json"):
        try:
            told = await scene.calls.get(f"/api/jobs/{job.id}/{path}", number)
        except httpx.HTTPStatusError as refused:
            _wrong(scene, job, f"{path}: {refused}")
            continue
        if found := _unlike(told["sentences"], wanted):
            _wrong(scene, job, f"{path}: {found}")
        scene.ledger.counts["short sentences held against the books'"] += len(wanted)


def _unlike(rows: Sequence[JsonObject], wanted: Sequence[Line]) -> str | None:
    """The first row that is not as it should be, and how many are there twice, or not at all."""
    found = [Line(row["sentence"], row["source"], row["text"]) for row in rows]
    if len({row["id"] for row in rows}) != len(rows):
        return "rows with the same id"
    if [row["number"] for row in rows] != list(range(1, len(rows) + 1)):
        return "numbers with holes"
    if found == list(wanted):
        return None
    words, known = Counter(each.text for each in found), Counter(each.text for each in wanted)
    pairs = zip(found, wanted, strict=False)
    first = next((pair for pair in pairs if pair[0] != pair[1]), "the end")
    return f"{(words - known).total()} too many, {(known - words).total()} lost, first {first}"


def _chunks(scene: Scene, done: Sequence[JobRow], steps: Sequence[StepRow]) -> None:
    """Each was rewritten, and recorded as done once."""
    of_job: defaultdict[str, list[StepRow]] = defaultdict(list)
    for step in steps:
        if step.phase == _REWRITING:
            of_job[step.job_id].append(step)
    for job in done:
        made = [_chunk(step) for step in of_job[job.id] if step.state == StepState.DONE]
        chunks: int = of_job[job.id][0].input["chunks"]
        if sorted(made) != list(range(1, chunks + 1)) or job.outcome != "success":
            _wrong(scene, job, f"is {job.outcome}, and of {chunks} chunks {made} were rewritten")
        scene.ledger.counts["chunks of books"] += chunks
    scene.ledger.counts["chunks begun again"] = sum(
        step.attempt > 1 for each in of_job.values() for step in each
    )


def _chunk(step: StepRow) -> int:
    """Its number; 0 where it says none."""
    return int((step.output or {}).get("chunk", 0))


def _paid(scene: Scene) -> None:
    """Whoever began to want an answer after it was kept must not have paid for it. Who had begun before may have: they
    were killed before they could keep it, or stood still until another had."""
    kept: dict[str, float] = {}
    wanted: defaultdict[str, list[float]] = defaultdict(list)
    for line in scene.place.evidence.read():
        if line["what"] == KEPT:
            kept.setdefault(line["portion"], line["at"])
        elif line["what"] == WANTED:
            wanted[line["portion"]].append(line["at"])
    counts, paid = scene.ledger.counts, scene.library.paid
    for portion, times in paid.items():
        until = kept.get(portion)
        may = sum(until is None or at < until for at in wanted[portion])
        if times > may:
            scene.ledger.note("paid", f"{portion[:8]} was paid for {times} times, and {may} may have")
    counts |= _paid_counts(paid, wanted)


def _paid_counts(paid: Counter[str], wanted: Mapping[str, Sequence[float]]) -> dict[str, int]:
    times = paid.total()
    return {
        "answers of the model": times,
        "answers paid for again, since nobody had kept them": times - len(paid),
        "answers wanted and not paid for": sum(map(len, wanted.values())) - times,
    }


def _wrong(scene: Scene, job: JobRow, example: str) -> None:
    scene.ledger.note("sentences", f"job {job.id[-6:]} {job.name}: {example}")
