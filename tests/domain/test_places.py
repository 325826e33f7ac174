"""When a job may be expected to begin: after its owner's own work, and as much of others' as is fair."""

import pytest

from service.domain.places import AtWork, Waiting, expected_waits

IDLE = AtWork({}, 0.0)


def job(name: str, owner: str, seconds: float, priority: int = 1) -> Waiting:
    return Waiting(name, owner, priority, seconds)


def test_one_owners_jobs_follow_one_another() -> None:
    line = [job("a", "ada", 10), job("b", "ada", 5), job("c", "ada", 1)]
    assert expected_waits(line, IDLE) == [0, 10, 15]


def test_a_newcomer_waits_for_a_slot_and_not_for_the_crowd() -> None:
    line = [job("new", "bea", 1), *(job(str(n), "ada", 10) for n in range(100))]
    waits = expected_waits(line, AtWork({"ada": 30.0}, 2.5))
    assert waits[0] == 2.5
    assert waits[1] == 30 + 1, "the crowd's own running work, and all of the newcomer's"


def test_owners_share_alike() -> None:
    line = [job("a", "ada", 10), job("b", "bea", 4), job("c", "ada", 10)]
    assert expected_waits(line, IDLE) == [0, 0, 14], "by then bea has had all that she wanted"


def test_what_is_more_urgent_goes_before_all() -> None:
    line = [job("h", "ada", 7, 0), job("n", "bea", 3, 1), job("l", "cy", 1, 2)]
    assert expected_waits(line, IDLE) == [0, 7, 10]


@pytest.mark.parametrize("number", [0, 1, 10_000])
def test_a_long_line_is_told_in_its_order(number: int) -> None:
    waits = expected_waits([job(str(n), "ada", 0.5) for n in range(number)], IDLE)
    assert waits == sorted(waits)
    assert len(waits) == number
