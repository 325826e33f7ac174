"""The end of a chaos: everything works again, and what SQL says is held together with all that was seen."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import suppress

import httpx
from sqlalchemy import func, select

from service.adapters.tables import JobRow, RunRow, StepRow
from service.domain.job import ENDED, JobState
from service.domain.step import StepState
from tests.faults.chaos import audit, books, fences, sentences
from tests.faults.chaos.asking import until_so
from tests.faults.chaos.audit import Seen
from tests.faults.chaos.ledger import Ledger
from tests.faults.chaos.listener import Listener
from tests.faults.chaos.pipeline import ASKED_AGAIN, EFFECT, STEPS
from tests.faults.chaos.strikes import Scene

_CAME_TO_NOTHING = frozenset({JobState.FAILED, JobState.CANCELLED})
_CLOCK_SECONDS = 0.005


async def settle(scene: Scene, patience: float) -> None:
    """Everything is started and goes on; returns when every job has ended, or nobody believes in it any more."""
    scene.place.thaw()
    await scene.place.all_at_work()
    db = scene.place.house.a.db

    async def all_ended() -> bool:
        async with db.reading() as session:
            rows = await session.execute(select(JobRow.state, func.count()).group_by(JobRow.state))
            states = {row[0]: row[1] for row in rows}
        if {JobState.PAUSED, JobState.PAUSING} & states.keys():
            await scene.calls.command("/api/jobs/all/resume")
        if JobState.WAITING in states:
            with suppress(httpx.HTTPError):
                await scene.company.answer()
        return states.keys() <= ENDED

    began = scene.now
    try:
        await until_so(all_ended, "every job has ended", seconds=patience)
    except AssertionError:
        async with db.reading() as session:
            for job in await session.scalars(select(JobRow).where(JobRow.state.not_in(list(ENDED)))):
                scene.ledger.note("lost", f"job {job.id[-6:]} {job.name} is {job.state} after {patience:g} s")
    scene.ledger.settled_after = scene.now - began


async def judge(scene: Scene, listener: Listener) -> None:
    """Notes all that is wrong with what is in SQL, and with what led to it."""
    async with scene.place.house.a.db.reading() as session:
        jobs = {each.id: each for each in await session.scalars(select(JobRow))}
        runs = {(each.job_id, each.number): each for each in await session.scalars(select(RunRow))}
        steps = {each.id: each for each in await session.scalars(select(StepRow))}
    seen = await audit.read(scene.place.house.a.db)
    for job in jobs.values():
        scene.ledger.endings[job.state] += 1
    scene.ledger.counts |= {
        "accepted": scene.people.accepted,
        "jobs": len(jobs),
        "runs": len(runs),
        "steps done": sum(each.state == StepState.DONE for each in steps.values()),
        "claims": sum(each.what == audit.CLAIM for each in seen),
    }
    _documents(scene, jobs)
    _endings(scene.ledger, jobs, runs, seen, listener)
    _steps(scene, jobs, steps, seen)
    _fences(scene)
    _remote(scene, jobs, steps)
    of_company = await books.read(scene.place.house.a.db, scene.company, scene.ledger, seen)
    of_company.judge(scene.place.where.archive)
    await sentences.judge(scene)


def _documents(scene: Scene, jobs: dict[str, JobRow]) -> None:
    by_name: defaultdict[str, list[JobRow]] = defaultdict(list)
    for job in jobs.values():
        by_name[job.name].append(job)
    for document in scene.people.documents.values():
        for job_id in document.jobs - jobs.keys():
            scene.ledger.note("lost", f"{document.name}: job {job_id[-6:]} was accepted and is not there")
        became = by_name[document.name]
        wanted = [job for job in became if job.state not in _CAME_TO_NOTHING]
        if len(wanted) > 1 or (document.keyed and len(became) > 1):
            scene.ledger.note("double", f"{document.name}: {[(job.id[-6:], job.state) for job in became]}")
    for job_id in scene.people.cancelled:
        if jobs[job_id].state != JobState.CANCELLED:
            scene.ledger.note("not stopped", f"job {job_id[-6:]} is {jobs[job_id].state}")


def _endings(
    ledger: Ledger,
    jobs: dict[str, JobRow],
    runs: dict[tuple[str, int], RunRow],
    seen: Iterable[Seen],
    listener: Listener,
) -> None:
    endings = Counter(each.whose for each in seen if each.what == audit.ENDING)
    for (job_id, number), run in runs.items():
        times, job = endings[f"{job_id}#{number}"], jobs[job_id]
        if job.state in ENDED and times != 1:
            ledger.note("endings", f"job {job_id[-6:]} run {number} ended {times} times in SQL")
        if number == job.run and job.state in ENDED and run.ending != job.state:
            ledger.note("endings", f"job {job_id[-6:]} is {job.state}, its run {run.ending}")
        told = listener.endings.get((job_id, number), run.ending)
        if told != run.ending:
            ledger.note(
                "endings", f"job {job_id[-6:]} run {number}: {told} was published, {run.ending} in SQL"
            )
    for each in _but_of_new_runs(seen):
        if each.what == audit.BACK_TO_LIFE:
            ledger.note("endings", f"job {each.whose[-8:]} was {each.now} after its ending")
        elif each.what == audit.JOB_PERCENT:
            ledger.note("percent back", f"job {each.whose[-8:]} went down to {each.now} in SQL")
        elif each.what == audit.MISCOUNTED:
            ledger.note("checkpoints", f"job {each.whose[-8:]} has {each.now} steps to go")


def _but_of_new_runs(seen: Iterable[Seen]) -> Iterable[Seen]:
    """A retry writes a job's row in two parts of one transaction, the run before the rest: that is no way back."""
    begun: set[tuple[str, str]] = set()
    for each in seen:
        new = not each.whose.endswith("#1") and (each.what, each.whose) not in begun
        begun.add((each.what, each.whose))
        if not new:
            yield each


def _steps(scene: Scene, jobs: dict[str, JobRow], steps: dict[str, StepRow], seen: Iterable[Seen]) -> None:
    ledger = scene.ledger
    checkpoints = Counter(each.whose for each in seen if each.what == audit.CHECKPOINT)
    for step_id, times in checkpoints.items():
        if times > 1:
            ledger.note("checkpoints", f"step {step_id[-6:]} has {times}")
    for step in steps.values():
        if step.state == StepState.DONE and not checkpoints[step.id]:
            ledger.note("checkpoints", f"step {step.id[-6:]} is done and has none")
        if jobs[step.job_id].state in ENDED and step.state in (StepState.QUEUED, StepState.RUNNING):
            ledger.note("not stopped", f"step {step.id[-6:]} of an ended job is {step.state}")
        _, of, attempt = (step.output_blob or "//").split("/")
        if of == step.id and attempt.partition("-")[0] != str(step.attempt):
            ledger.note(
                "old attempts", f"step {step.id[-6:]} is at {step.attempt} and has the result of {attempt}"
            )
    for each in seen:
        _seen(scene, each)


def _seen(scene: Scene, each: Seen) -> None:
    match each.what:
        case audit.ATTEMPT:
            scene.ledger.note("attempts back", f"step {each.whose[-6:]} went back to {each.now}")
        case audit.UNDONE:
            scene.ledger.note("checkpoints", f"step {each.whose[-6:]} was done, then {each.now}")
        case audit.CLAIM:
            at = float(each.now)
            if any(began + _CLOCK_SECONDS < at < ended for began, ended in scene.paused):
                scene.ledger.note("claimed while paused", f"step {each.whose[-6:]} at {at:.3f}")
        case _:
            pass


def _fences(scene: Scene) -> None:
    accepted: defaultdict[str, list[tuple[float, float, int]]] = defaultdict(list)
    for line in scene.place.evidence.read():
        if line["what"] == fences.TOLD:
            accepted[line["of"]].append((line["began"], line["at"], line["attempt_told"]))
        elif line["what"] in (fences.REFUSED_SQL, fences.REFUSED_LUA):
            scene.ledger.counts[f"old attempts {line['what']}"] += 1
    for step_id, told in accepted.items():
        newest = max(told, key=lambda each: each[2])
        first = min(at for _, at, attempt in told if attempt == newest[2])
        for began, _, attempt in told:
            if attempt < newest[2] and began > first:
                scene.ledger.note(
                    "old attempts",
                    f"step {step_id[-6:]}: facts of {attempt} were accepted after those of {newest[2]}",
                )


def _remote(scene: Scene, jobs: dict[str, JobRow], steps: dict[str, StepRow]) -> None:
    lines = scene.place.evidence.read()
    effects = Counter(str(each["key"]) for each in lines if each["what"] == EFFECT)
    # Whoever is killed between the effect and its line has had it all the same.
    for path in scene.place.evidence.remote.iterdir():
        effects[path.name] = max(1, effects[path.name])
    scene.ledger.counts["remote effects"] = len(effects)
    scene.ledger.counts["remote effects asked for again"] = sum(each["what"] == ASKED_AGAIN for each in lines)
    of_job = Counter(key.partition(":")[0] for key in effects)
    wrong = [f"{key} had {times}" for key, times in effects.items() if times != 1]
    wrong += [f"job {job_id[-6:]} had {times}" for job_id, times in of_job.items() if times > STEPS]
    for step in steps.values():
        key = f"{step.job_id}:{step.id}"
        is_remote = jobs[step.job_id].pipeline == "chaos" and step.phase == 1
        if is_remote and step.state == StepState.DONE and not effects[key]:
            wrong.append(f"{key} had none")
    for each in wrong:
        scene.ledger.note("remote effects", each)
