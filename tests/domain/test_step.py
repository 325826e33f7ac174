"""How a phase is cut into steps, and when a job goes on within its first one."""

from hypothesis import given
from hypothesis import strategies as st

from service.domain.step import how_many_steps, runs_on


def test_a_phase_is_cut_for_the_slots_while_its_steps_are_worth_it() -> None:
    assert how_many_steps(0.1, 2) == 1
    assert how_many_steps(0.39, 2) == 1
    assert how_many_steps(0.4, 2) == 2
    assert how_many_steps(0.7, 4) == 3
    assert how_many_steps(1.5, 1) == 1
    assert how_many_steps(60, 2) == 30, "no step takes more than about two seconds"


@given(st.floats(0.001, 1000), st.integers(1, 16))
def test_no_slot_is_idle_while_others_read_a_last_round(seconds: float, slots: int) -> None:
    count = how_many_steps(seconds, slots)
    assert count % slots == 0 or seconds / slots < 0.2, "steps come in whole rounds"
    assert seconds / count <= 2.0 + 1e-9
    assert count == 1 or seconds / count >= 0.2 - 1e-9


def test_a_short_job_goes_on_within_its_first_step_unless_others_could_help() -> None:
    assert runs_on([390], 20, slots=2)
    assert not runs_on([350, 350], 100, slots=2), "600 pages of text are shared by two slots"
    assert runs_on([700], 100, slots=1)
    assert not runs_on([900], 100, slots=1)
    assert runs_on([20, 300], 20, slots=2), "cut by kind, but together too short to be shared"
    assert runs_on([400], 20, slots=2, light=True)
    assert not runs_on([600], 20, slots=2, light=True), "it would take half a second beside the slots"
    assert not runs_on([], 0, slots=2), "there is nothing to go on with"


@given(st.integers(1, 2000), st.integers(0, 2000), st.integers(1, 16))
def test_what_is_worth_splitting_is_never_run_on(cost: int, later: int, slots: int) -> None:
    count = how_many_steps(cost / 1000, slots)
    costs = [cost // count] * count
    assert runs_on(costs, later, slots) == (count == 1 and cost + later < 1000)
