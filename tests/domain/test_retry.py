"""What a person's retry runs: only what has no output, and new steps for pages that failed."""

from service.domain.json import JsonObject
from service.domain.retry import PastStep, plan_retry
from service.domain.step import StepState

DONE, FAILED, CANCELLED = StepState.DONE, StepState.FAILED, StepState.CANCELLED


def past(
    name: str,
    phase: int,
    number: int = 0,
    state: StepState = DONE,
    *,
    cost: int = 1000,
    pages: dict[str, str] | None = None,
    given: JsonObject | None = None,
) -> PastStep:
    return PastStep(name, phase, number, state, cost, given or {}, pages or {})


def test_a_failed_step_runs_again_and_done_ones_stay() -> None:
    plan = plan_retry([past("a", 0), past("b", 1), past("c", 1, 1, FAILED), past("d", 1, 2, CANCELLED)])
    assert (plan.phase, plan.requeue, plan.drop, plan.again) == (1, ("c", "d"), (), ())


def test_failed_pages_get_a_step_of_their_own_and_later_phases_are_made_anew() -> None:
    pages = {"1": "td", "2": "tf", "10": "tf", "3": "td"}
    reading = past("b", 1, 4, pages=pages, given={"route": "text", "pages": [1, 2, 3, 10]})
    plan = plan_retry([past("a", 0), reading, past("c", 2)])
    assert (plan.phase, plan.requeue, plan.drop) == (1, (), ("c",))
    (again,) = plan.again
    assert (again.phase, again.number, again.cost) == (1, 5, 500)
    assert again.input == {"route": "text", "pages": [2, 10]}


def test_failed_pages_and_failed_steps_of_a_phase_run_together() -> None:
    broken = past("b", 1, 0, pages={"1": "tf"})
    plan = plan_retry([past("a", 0), broken, past("c", 1, 1, FAILED), past("d", 2)])
    assert (plan.requeue, plan.drop, len(plan.again)) == (("c",), ("d",), 1)
    assert plan.again[0].number == 2


def test_it_begins_at_the_earliest_phase_that_needs_it() -> None:
    plan = plan_retry([past("a", 0), past("b", 1, pages={"1": "of"}), past("c", 2, state=FAILED)])
    assert (plan.phase, plan.requeue, plan.drop) == (1, (), ("c",))


def test_a_job_that_failed_in_its_first_step_begins_there() -> None:
    plan = plan_retry([past("a", 0, state=FAILED)])
    assert (plan.phase, plan.requeue, plan.drop, plan.again) == (0, ("a",), (), ())


def test_where_all_is_done_nothing_runs_again_and_nothing_is_dropped() -> None:
    plan = plan_retry([past("a", 0), past("b", 1), past("c", 2)])
    assert (plan.phase, plan.requeue, plan.drop, plan.again) == (2, (), (), ())


def test_a_new_step_costs_something_however_little() -> None:
    many = {str(number): "td" for number in range(2, 500)} | {"1": "tf"}
    plan = plan_retry([past("a", 0, cost=1, pages=many)])
    assert plan.again[0].cost == 1


def test_what_was_done_from_a_phase_on_that_is_gone_is_done_again() -> None:
    """The step of that phase runs again, and what later phases had made goes."""
    steps = [past("a", 0), past("b", 1), past("c", 2), past("d", 2, 1, FAILED), past("e", 2, 2, CANCELLED)]
    plan = plan_retry(steps, undone_from=1)
    assert (plan.phase, plan.requeue, plan.again) == (1, ("b",), ())
    assert plan.drop == ("c", "d", "e")


def test_a_job_that_begins_anew_keeps_nothing() -> None:
    plan = plan_retry([past("a", 0), past("b", 1, pages={"1": "of"})], undone_from=0)
    assert (plan.phase, plan.requeue, plan.drop, plan.again) == (0, ("a",), ("b",), ())
