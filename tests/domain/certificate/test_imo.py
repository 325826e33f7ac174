"""IMO numbers: the check digit finds mistakes, and nothing that is no such number passes for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.certificate.imo import check_digit, find_imo, is_imo

six_digits = st.integers(100_000, 999_999).map(str)
numbers = six_digits.map(lambda six: six + check_digit(six))


@pytest.mark.parametrize("number", ["9074729", "9319466", "9176187", "8814275"])
def test_numbers_of_ships_are_known(number: str) -> None:
    assert is_imo(number)


@given(numbers, st.integers(0, 6), st.integers(1, 9))
def test_one_wrong_digit_is_found_where_the_scheme_can_find_it(number: str, place: int, more: int) -> None:
    changed = number[:place] + str((int(number[place]) + more) % 10) + number[place + 1 :]
    weight = (7, 6, 5, 4, 3, 2, -1)[place]
    cannot_be_seen = (int(number[place]) - int(changed[place])) * weight % 10 == 0
    assert is_imo(changed) == (cannot_be_seen and changed[0] != "0")


@given(st.text(max_size=12))
def test_nothing_but_seven_ascii_digits_is_a_number(text: str) -> None:
    if is_imo(text):
        assert text.isascii() and text.isdigit() and len(text) == 7 and text[0] != "0"


@pytest.mark.parametrize("zero", ["\N{ARABIC-INDIC DIGIT ZERO}", "\N{FULLWIDTH DIGIT ZERO}"])
def test_digits_of_other_scripts_are_none(zero: str) -> None:
    assert not is_imo("".join(chr(ord(zero) + int(digit)) for digit in "9074729"))


@given(
    numbers, st.sampled_from(["IMO {}", "IMO No. {}", "imo number: {}", "IMO{}", "IMO # {}", "Số IMO: {}."])
)
def test_what_stands_after_the_letters_is_found(number: str, form: str) -> None:
    assert find_imo("Certificate 1234567 " + form.format(number)) == number


def test_digits_may_stand_apart() -> None:
    assert find_imo("IMO Number  9 0 7 4 7 2 9") == "9074729"
    assert find_imo("IMO 907 4729") == "9074729"


@given(numbers, st.sampled_from(["", "1", "A"]), st.sampled_from(["", "7", "-9"]))
def test_a_part_of_something_longer_is_none(number: str, before: str, after: str) -> None:
    found = find_imo(f"No. {before}{number}{after}")
    assert (found == number) == (not before and after in ("", "-9"))


def test_of_two_that_stand_alone_none_is_chosen() -> None:
    assert find_imo("9074729 and 9319466") is None
    assert find_imo("9074729 again 9074729") == "9074729"
    assert find_imo("Hull 9074729, IMO 9319466") == "9319466"


def test_a_number_whose_check_digit_is_wrong_is_not_found() -> None:
    assert find_imo("IMO 9074728") is None
