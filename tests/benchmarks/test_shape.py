"""What is said of a bar's shape is so: by bars of which it is known."""

import pytest

from tests.benchmarks.shape import Seen, Watched


def bar(*points: tuple[float, float], ended: float = 10.0, state: str = "processing") -> Watched:
    """Percent by seconds, from 0 on; the time left is told rightly."""
    seen = [Seen(at, state, percent, f"page {percent}", ended - at) for at, percent in points]
    return Watched(seen, 0.0, ended)


def steady(ended: float = 10.0) -> Watched:
    return bar(*((tenth / 10, tenth * 10 / ended) for tenth in range(int(ended * 10))), ended=ended)


def test_a_bar_that_follows_the_time_strays_nowhere() -> None:
    watched = steady()
    assert watched.stray < 1
    assert watched.r_squared > 0.999
    assert watched.longest_silence == pytest.approx(0.1)
    assert watched.longest_standstill == pytest.approx(0.1)
    assert watched.eta_error == pytest.approx(0, abs=0.02)


def test_a_bar_that_runs_ahead_strays_by_as_much() -> None:
    ahead = bar((0, 0), (0.0, 50), (5.0, 100))
    assert ahead.stray == pytest.approx(25, abs=1)
    assert ahead.r_squared < 0.5


def test_a_bar_that_stands_still_is_found_even_while_signs_of_life_come() -> None:
    watched = bar((0, 0), (1, 10), (2, 10), (3, 10), (4, 10), (5, 90), (6, 90))
    assert watched.longest_silence == 4
    assert watched.longest_standstill == 5


def test_a_changing_detail_is_no_standstill() -> None:
    watched = Watched([Seen(at, "processing", 10, f"page {at}", None) for at in range(10)], 0.0, 10.0)
    assert watched.longest_standstill == 1
    assert watched.eta_error is None


def test_a_pause_is_no_part_of_the_time() -> None:
    watched = bar((0, 0), (1, 25), (2, 50))
    watched.seen += [Seen(2.0, "paused", 50, "", None), Seen(8.0, "processing", 50, "", 2.0)]
    watched.seen += [Seen(9.0, "processing", 75, "", 1.0)]
    assert watched.seconds == 4
    assert watched.rests() == [(2.0, 8.0)]
    assert watched.stray == pytest.approx(12.5, abs=1)
    assert watched.longest_silence == 1


def test_a_wrong_time_left_is_measured_after_a_quarter() -> None:
    seen = [Seen(at, "processing", 10 * at, "", 15.0 - at) for at in range(10)]
    # 13 s were told at 2.5 s, when 7.5 were left.
    assert Watched(seen, 0.0, 10.0).eta_error == pytest.approx((13 - 7.5) / 7.5)
