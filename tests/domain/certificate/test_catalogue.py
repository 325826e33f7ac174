"""The catalogue: every certificate is known by all of its names, in both languages, however they are printed."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.certificate.catalogue import (
    CATALOGUE,
    CatalogueEntry,
    Category,
    classify,
    comparable,
    find_name,
)
from service.domain.certificate.folding import folded

entries = st.sampled_from(CATALOGUE)


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.abbreviation)
def test_every_name_leads_to_its_entry(entry: CatalogueEntry) -> None:
    for name in (*entry.names, entry.abbreviation, *entry.short):
        assert classify(name) == entry
    assert entry.category in get_args(Category)


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.abbreviation)
def test_capitals_marks_and_spaces_do_not_matter(entry: CatalogueEntry) -> None:
    for name in entry.names:
        assert classify(name.upper()) == classify(folded(name)) == entry
        assert classify(name.replace(" ", "")) == entry


def test_no_two_entries_share_a_name() -> None:
    names = [name for entry in CATALOGUE for name in {*map(comparable, entry.names)}]
    short = [name for entry in CATALOGUE for name in {*map(comparable, (entry.abbreviation, *entry.short))}]
    assert len(names) == len(set(names)) and len(short) == len(set(short))


@given(entries, st.sampled_from(["{} / Certificate", "THE {} NO. 17", "({})", "Interim {}"]))
def test_a_name_is_found_within_a_line(entry: CatalogueEntry, form: str) -> None:
    for name in (entry.name, entry.vietnamese):
        if len(comparable(name)) >= 10:
            assert classify(form.format(name)) == entry


def test_the_longest_name_wins() -> None:
    found = find_name("Giấy chứng nhận / CARGO SHIP SAFETY CONSTRUCTION CERTIFICATE")
    assert found is not None
    assert (found.entry.abbreviation, found.name) == ("SC", "cargoshipsafetyconstructioncertificate")
    assert classify("Engine International Air Pollution Prevention Certificate") != classify(
        "International Air Pollution Prevention Certificate"
    )


@pytest.mark.parametrize("text", ["", "Bill of lading", "SMCX", "certificate", "docking plan", "1234"])
def test_what_is_no_certificate_is_none(text: str) -> None:
    assert classify(text) is None


@given(st.text(max_size=300))
def test_any_text_is_answered(text: str) -> None:
    assert classify(text) is None or classify(text) in CATALOGUE
