"""What units of work take: learned from measurements, and not led astray by one of them."""

from hypothesis import given
from hypothesis import strategies as st

from service.domain.costs import MEMORY, Costs, Estimate, Spent, Unit, estimate_from, learned

PAGE = Unit("page", 10.0)
milliseconds = st.floats(0.01, 1_000_000)
counts = st.integers(1, 10_000)


def measured_often(estimate: Estimate, count: int, one: float, times: int) -> Estimate:
    for _ in range(times):
        estimate = estimate.after(count, count * one)
    return estimate


@given(guess=milliseconds, one=st.floats(0.01, 1000), count=counts)
def test_however_wrong_the_guess_the_estimate_comes_to_what_is_measured(
    guess: float, one: float, count: int
) -> None:
    estimate = measured_often(Estimate(guess), count, one, 400)
    assert abs(estimate.milliseconds - one) <= 0.05 * one


def test_a_few_pages_are_enough_to_leave_a_guess_that_was_off_by_half() -> None:
    assert 9 < measured_often(Estimate(20.0), 1, 10.0, 10).milliseconds < 11
    assert 9 < measured_often(Estimate(20.0), 300, 10.0, 4).milliseconds < 13


def test_what_was_measured_first_takes_the_place_of_a_guess_and_more_of_it_is_balanced() -> None:
    once = Estimate(0.15).after(20_000, 20_000 * 0.07)
    assert abs(once.milliseconds - 0.07) < 0.001, "a guess counts as one unit, not as a measurement"
    assert 0.08 < once.after(20_000, 20_000 * 0.1).milliseconds < 0.09


@given(one=st.floats(0.01, 1000), count=counts, outlier=milliseconds, many=counts)
def test_one_outlier_does_not_ruin_an_estimate(one: float, count: int, outlier: float, many: int) -> None:
    steady = measured_often(Estimate(one), count, one, 60)
    after = steady.after(many, many * outlier)
    assert 0.9 * one <= after.milliseconds <= 1.26 * one
    assert measured_often(after, count, one, 60).milliseconds < 1.1 * one


def test_a_page_counts_for_less_than_many() -> None:
    known = Estimate(10.0, seen=MEMORY, times=8)
    assert 10 < known.after(1, 20.0).milliseconds < known.after(5, 100.0).milliseconds
    assert known.after(5, 100.0).milliseconds < known.after(500, 10_000.0).milliseconds < 12


@given(st.lists(st.tuples(st.integers(-1, 1000), st.floats(-1, 1e9))))
def test_nothing_that_is_measured_makes_an_estimate_nothing(told: list[tuple[int, float]]) -> None:
    estimate = Estimate(PAGE.guess)
    for count, spent in told:
        estimate = estimate.after(count, spent)
        assert estimate.milliseconds > 0
        assert estimate_from(estimate.json()).milliseconds > 0


def test_what_was_never_measured_is_guessed() -> None:
    costs = Costs()
    assert costs.of(PAGE) == 10 and costs.of(PAGE, 2.5) == 25
    costs.learn([Spent(PAGE, 1, 20.0)])
    assert costs.of(PAGE) == 15


def test_workers_that_share_agree_and_lose_nothing_that_was_measured_meanwhile() -> None:
    first, second = Costs(), Costs()
    first.learn([Spent(PAGE, 5, 100.0)])
    second.learn([Spent(PAGE, 5, 150.0)])
    told = first.unshared
    shared = learned({}, told)
    first.learn([Spent(PAGE, 1, 30.0)])
    first.share(shared, len(told))
    assert [each.milliseconds for each in first.unshared] == [30.0]
    assert first.of(PAGE) > shared["page"].milliseconds
    for costs in (second, first):
        shared = learned(shared, costs.unshared)
        costs.share(shared, len(costs.unshared))
    second.share(shared)
    assert first.of(PAGE) == second.of(PAGE) == shared["page"].milliseconds
    assert first.unshared == second.unshared == ()
