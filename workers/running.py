"""What this worker runs right now, and stopping it."""

import asyncio
import time
from dataclasses import dataclass, field
from enum import Enum

from service.domain.json import JsonObject


class Stop(Enum):
    """Why a running step is stopped: its job ended or was paused at once, its lease was lost, or this worker goes."""

    ENDED = "ended"
    LEAVING = "leaving"


@dataclass
class RunningStep:
    """A claimed step and the task that runs it.

    `settled`: it has come to its end, which is only being written down and told. Nothing stops that any more: the
    database says whether it still counts, and what it says then must reach those who wait for it.
    `limited`: its job has a time limit of its own.
    """

    step_id: str
    attempt: int
    job_id: str
    name: str
    pipeline: str
    phase: str
    task: asyncio.Task[object]
    cost: int
    engine: str | None
    limited: bool
    since: float = field(default_factory=time.time)
    stop: Stop | None = None
    settled: bool = False

    def end(self, why: Stop) -> None:
        """Cancels the task, which kills its child at once; one that is settled is left alone."""
        if self.stop is None and not self.settled:
            self.stop = why
            self.task.cancel()

    def json(self) -> JsonObject:
        """For the admin's list of workers."""
        return {
            "job_id": self.job_id,
            "name": self.name,
            "pipeline": self.pipeline,
            "phase": self.phase,
            "since": self.since,
        }


class RunningSteps:
    """By step id. `changed` is set whenever the list is another."""

    def __init__(self) -> None:
        self._steps: dict[str, RunningStep] = {}
        self.changed = asyncio.Event()

    def add(self, step: RunningStep) -> None:
        """Enters a step that was just claimed."""
        self._steps[step.step_id] = step
        self.changed.set()

    def remove(self, step_id: str) -> None:
        """The step is no longer this worker's."""
        self._steps.pop(step_id, None)
        self.changed.set()

    def all(self) -> list[RunningStep]:
        """A copy, in the order of claiming."""
        return list(self._steps.values())

    def job_ids(self) -> list[str]:
        """The jobs that this worker works on."""
        return list({each.job_id for each in self._steps.values()})

    def limited_job_ids(self) -> list[str]:
        """Those of them that have a time limit of their own."""
        return list({each.job_id for each in self._steps.values() if each.limited})

    def attempts(self) -> dict[str, int]:
        """The attempts that run here, by step id."""
        return {each.step_id: each.attempt for each in self._steps.values()}

    def stop_job(self, job_id: str) -> None:
        """Kills what runs of the job; a step that says so itself, as its job fails, is let finish saying it."""
        current = asyncio.current_task()
        for each in self.all():
            if each.job_id == job_id and each.task is not current:
                each.end(Stop.ENDED)

    def stop_attempts(self, attempts: dict[str, int]) -> None:
        """Kills these attempts, by step id; a later one of the same step is not meant."""
        for each in self.all():
            if attempts.get(each.step_id) == each.attempt:
                each.end(Stop.ENDED)

    def keep_only(self, owned: dict[str, int], *, claimed_before: float) -> None:
        """Kills what the database says is no longer this worker's; steps claimed since the question are spared."""
        for each in self.all():
            if each.since < claimed_before and owned.get(each.step_id) != each.attempt:
                each.end(Stop.ENDED)

    def leave(self) -> None:
        """Kills everything, to be handed back."""
        for each in self.all():
            each.end(Stop.LEAVING)
