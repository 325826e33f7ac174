"""What is wrong with a certificate's fields is told by codes, and what is right is not told about."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.certificate.checks import (
    category_flaw,
    category_of,
    flaws_of,
    imo_flaw,
    name_flaw,
)
from service.domain.certificate.names import comparable_ship_name

TODAY = date(2026, 11, 1)
GOOD: dict[str, str | None] = {
    "ship_name": "MV Ocean Star",
    "imo_number": "9074729",
    "certificate_name": "Safety Management Certificate",
    "abbreviation": "SMC",
    "certificate_number": "SMC-17",
    "issue_date": "2025-05-03",
    "valid_until": "2030-05-02",
    "last_endorsement": "2026-05-10",
    "next_survey": "2027-05-03",
}


def codes(**changed: str | None) -> list[str]:
    return [flaw.code for flaw in flaws_of({**GOOD, **changed}, TODAY)]


def test_a_good_one_has_no_flaw() -> None:
    assert codes() == []


@pytest.mark.parametrize("code", ["ship_name", "certificate_name", "certificate_number", "issue_date"])
def test_what_a_record_needs_is_missed(code: str) -> None:
    assert codes(**{code: None}) == ["field_missing"] and codes(**{code: ""}) == ["field_missing"]


def test_what_many_certificates_do_not_have_is_not_missed() -> None:
    assert codes(imo_number=None, valid_until=None, last_endorsement=None, next_survey=None) == []


def test_a_wrong_check_digit_is_told() -> None:
    assert codes(imo_number="9074728") == ["imo_check_digit"]


@given(st.dates(date(1990, 1, 1), date(2060, 1, 1)), st.integers(1, 4000))
def test_dates_in_the_wrong_order_are_told_in_order_they_are_not(day: date, days: int) -> None:
    later = str(day + timedelta(days))
    values: dict[str, str | None] = {"issue_date": str(day), "valid_until": later}
    assert "dates_out_of_order" not in {flaw.code for flaw in flaws_of(values, TODAY)}
    values = {"issue_date": later, "valid_until": str(day)}
    [flaw] = [flaw for flaw in flaws_of(values, TODAY) if flaw.code == "dates_out_of_order"]
    assert flaw.fields == ("issue_date", "valid_until")
    assert flaw.params == {"first": later, "then": str(day)}


def test_the_last_day_is_still_valid() -> None:
    assert codes(valid_until=str(TODAY), next_survey=None) == []
    assert codes(valid_until=str(TODAY - timedelta(1)), next_survey=None) == ["expired"]


def test_tomorrow_is_no_day_of_issue() -> None:
    assert "issued_in_future" in codes(issue_date=str(TODAY + timedelta(1)))


@pytest.mark.parametrize("text", ["03/05/2027", "20270503", "2027-5-3", "soon", "2027-02-30"])
def test_dates_are_written_in_one_way(text: str) -> None:
    assert codes(next_survey=text) == ["date_malformed"]


def test_the_number_of_another_ship_is_told() -> None:
    assert imo_flaw(GOOD, "9074729") is None and imo_flaw(GOOD, None) is None
    flaw = imo_flaw(GOOD, "9319466")
    assert flaw is not None and flaw.code == "imo_of_another_ship"
    assert imo_flaw({"imo_number": "9074728"}, "9074729") is None, "a misread number is no other ship's"


def test_names_differ_however_they_are_written() -> None:
    named = {"ship_name": "M/V OCEAN STAR"}
    assert name_flaw(named, "Ocean Star", "9074729") is None and name_flaw({}, "Ocean Star", None) is None
    flaw = name_flaw(named, "Sea Pearl", None)
    assert flaw is not None and flaw.code == "name_differs"
    assert (flaw.params["name"], flaw.params["expected"]) == ("M/V OCEAN STAR", "Sea Pearl")


def test_a_ship_that_only_its_number_names_may_be_called_anything() -> None:
    assert name_flaw({"ship_name": "Ocean Star"}, "IMO 9074729", "9074729") is None


def test_the_category_is_known_by_name_or_abbreviation() -> None:
    assert category_of(GOOD) == category_of({"abbreviation": "SMC"}) == "statutory"
    assert category_of({"certificate_name": "Fishing permit"}) is None
    assert category_flaw(GOOD, "statutory") is None and category_flaw({}, "crew") is None
    flaw = category_flaw(GOOD, "crew")
    assert flaw is not None and flaw.code == "wrong_category"


@pytest.mark.parametrize(
    "name",
    [
        "OCEAN STAR",
        "M/V Ocean Star",
        "MV. OCEAN-STAR",
        "M.V. Ocean Star",
        "“Ocean Star”",
        "Ocean Star ex Sea Pearl",
    ],
)
def test_a_ship_is_the_same_however_its_name_is_written(name: str) -> None:
    assert comparable_ship_name(name) == "ocean star"


def test_names_keep_what_belongs_to_them() -> None:
    assert comparable_ship_name("Sài Gòn 01") == "sai gon 01"
    assert comparable_ship_name("Mvita") == "mvita" and comparable_ship_name("Essex") == "essex"
