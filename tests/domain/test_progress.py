"""A run's percentage: it follows the expected cost, never goes back, and leaves 100 to the ending."""

from hypothesis import given
from hypothesis import strategies as st

from service.domain.progress import Progress, time_side_by_side, weights

costs = st.integers(0, 100_000)


def test_percent_is_the_share_of_the_cost_that_is_done() -> None:
    begun = Progress(total=2000)
    assert begun.percent == 0
    assert begun.worked(500).percent == 25
    assert begun.worked(1).percent == 0
    assert begun.worked(666).percent == 33.3


def test_a_hundred_is_for_endings() -> None:
    assert Progress(total=1000).worked(1000).percent == 99.9
    assert Progress(total=1000).worked(5000).percent == 99.9


def test_when_the_plan_grows_the_rest_is_measured_anew_from_where_the_bar_stands() -> None:
    grown = Progress(total=1000).worked(500).rescaled(total=10_500, done=500)
    assert grown.percent == 50
    assert grown.worked(5500).percent == 75
    assert grown.worked(10_500).percent == 99.9


def test_a_plan_that_is_known_at_last_puts_the_bar_where_it_says() -> None:
    opened = Progress(total=3000).worked(30).rescaled(total=10_000, done=500)
    assert opened.percent == 5
    assert opened.worked(5000).percent == 50
    assert opened.worked(7500).percent == 75


def test_lost_work_is_done_again_without_the_bar_going_back() -> None:
    lost = Progress(total=1000).worked(600).worked(200)
    assert lost.percent == 60
    assert lost.worked(600).percent == 80
    assert lost.worked(1000).percent == 99.9


def test_a_plan_of_nothing_is_no_division_by_zero() -> None:
    assert Progress(total=0).worked(10).percent == 0
    assert Progress(total=1000).worked(1000).rescaled(total=500, done=800).worked(900).percent == 99.9


@given(costs, st.lists(st.tuples(costs, st.none() | costs)))
def test_percent_never_goes_down_whatever_arrives(
    total: int, happenings: list[tuple[int, int | None]]
) -> None:
    progress = Progress(total)
    for done, new_total in happenings:
        before = progress.percent
        grown = new_total is not None
        progress = progress.rescaled(total=new_total, done=done) if grown else progress.worked(done)
        assert before <= progress.percent <= 99.9
        assert progress.percent == progress.highest, "what was shown is what is remembered"


def test_steps_that_share_slots_weigh_what_they_make_the_job_take_longer() -> None:
    assert weights([1000, 1000], 2) == [500, 500]
    assert weights([1000, 1000], 1) == [1000, 1000]
    assert weights([1000], 4) == [1000], "one step runs on one slot, however many there are"
    assert weights([300] * 3, 2) == [200] * 3, "the third runs alone"
    assert weights([100, 900], 2) == [90, 810], "the longest is waited for"
    assert weights([], 2) == [] and weights([0, 0], 2) == [0, 0]


@given(st.lists(st.integers(1, 100_000), min_size=1, max_size=50), st.integers(1, 8))
def test_the_steps_of_a_phase_weigh_as_much_as_it_takes(costs: list[int], slots: int) -> None:
    together = sum(weights(costs, slots))
    takes = time_side_by_side(costs, slots)
    assert max([*costs, sum(costs) / slots]) <= takes + 1e-6 <= sum(costs) + 1e-3
    assert abs(together - takes) <= len(costs)


def test_percent_follows_the_time_through_a_phase_on_all_slots_and_one_on_a_single_slot() -> None:
    reading, assembling = weights([2000] * 4, 2), weights([1000], 2)
    progress = Progress(total=sum(reading) + sum(assembling))
    # After 2 of 5 seconds two of the steps are done, after 4 all; one second is left for putting together.
    assert progress.worked(sum(reading[:2])).percent == 40
    assert progress.worked(sum(reading)).percent == 80
