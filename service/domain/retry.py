"""What a person's retry runs: the steps that have no output, and new steps for pages that failed."""

from dataclasses import dataclass

from service.domain.json import JsonObject
from service.domain.step import StepState


@dataclass(frozen=True)
class PastStep:
    """A step as the run that ended left it. `pages` maps a page number to its two letters."""

    id: str
    phase: int
    number: int
    state: StepState
    cost: int
    input: JsonObject
    pages: dict[str, str]

    @property
    def failed_pages(self) -> list[int]:
        """The numbers of the pages that failed, ascending."""
        return sorted(int(number) for number, code in self.pages.items() if code.endswith("f"))


@dataclass(frozen=True)
class AgainStep:
    """A new step for the failed pages of a done one."""

    phase: int
    number: int
    cost: int
    input: JsonObject


@dataclass(frozen=True)
class RetryPlan:
    """`phase`: where the new run begins; `again`: done steps stay, these run; `drop`: what later phases had made."""

    phase: int
    requeue: tuple[str, ...]
    drop: tuple[str, ...]
    again: tuple[AgainStep, ...]


def plan_retry(steps: list[PastStep], undone_from: int | None = None) -> RetryPlan:
    """The retry of a job by its steps.

    It begins at the first phase with a step that is not done or has failed pages; steps of later phases are dropped,
    since they were made from what is about to change. Where all are done, there is nothing left but the ending.
    What was done from the phase `undone_from` on counts for nothing.
    """
    done = {
        each.id
        for each in steps
        if each.state is StepState.DONE and (undone_from is None or each.phase < undone_from)
    }
    unfinished = [each for each in steps if each.id not in done]
    with_failed_pages = [each for each in steps if each.id in done and each.failed_pages]
    touched = unfinished + with_failed_pages
    if not touched:
        return RetryPlan(phase=max(each.phase for each in steps), requeue=(), drop=(), again=())
    phase = min(each.phase for each in touched)
    next_number = 1 + max(each.number for each in steps if each.phase == phase)
    again = [
        AgainStep(
            phase=phase,
            number=next_number + offset,
            cost=max(1, each.cost * len(each.failed_pages) // max(1, len(each.pages))),
            input={**each.input, "pages": each.failed_pages},
        )
        for offset, each in enumerate(step for step in with_failed_pages if step.phase == phase)
    ]
    return RetryPlan(
        phase=phase,
        requeue=tuple(each.id for each in unfinished if each.phase == phase),
        drop=tuple(each.id for each in steps if each.phase > phase),
        again=tuple(again),
    )
