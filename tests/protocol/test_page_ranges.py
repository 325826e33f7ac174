"""Pages travel as ranges, and nothing is lost or meets on the way."""

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.document import HIGHEST_PAGE
from service.protocol import written
from service.protocol.page_ranges import BadRange, packed, packed_fields, unpacked, unpacked_fields
from service.protocol.patch import Patch, apply, merge
from service.protocol.snapshot import PagesCode, Snapshot
from tests.support.frame_check import frame_faults

GOLDEN: dict[str, list[Any]] = json.loads((Path(__file__).parent / "golden_pages.json").read_text())

codes = st.sampled_from([route + state for route in PagesCode.ROUTES for state in PagesCode.STATES][:3])
numbers = (st.integers(1, 12) | st.integers(1, HIGHEST_PAGE)).map(str)
changes = st.dictionaries(numbers, codes | st.none(), max_size=30)


@pytest.mark.parametrize("vector", GOLDEN["good"], ids=lambda v: v["name"])
def test_the_golden_vectors_hold(vector: dict[str, Any]) -> None:
    assert packed(vector["pages"]) == vector["packed"]
    assert unpacked(vector["packed"]) == vector["pages"]


@pytest.mark.parametrize("wrong", GOLDEN["wrong"], ids=str)
def test_what_is_no_range_is_refused_at_once(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadRange, match="not a range of pages"):
        unpacked(wrong)


def test_ranges_together_hold_no_more_than_a_document_can_have() -> None:
    half = HIGHEST_PAGE // 2
    assert len(unpacked({f"1-{half}": "td", f"{half + 1}-{HIGHEST_PAGE}": "tr"})) == HIGHEST_PAGE
    with pytest.raises(BadRange):
        unpacked({f"1-{HIGHEST_PAGE - 1}": "td", f"2-{HIGHEST_PAGE}": "tr"})


@given(changes)
def test_what_was_packed_comes_out_as_it_was(pages: dict[str, str | None]) -> None:
    assert unpacked(packed(pages)) == pages
    assert packed(unpacked(packed(pages))) == packed(pages)


@given(st.lists(changes, min_size=1, max_size=6), st.data())
def test_the_law_holds_for_what_travelled_packed_and_was_merged(
    history: list[dict[str, str | None]], data: st.DataObject
) -> None:
    """However patches are grouped, and wherever they are packed between two merges, the reader ends the same."""
    start = Snapshot("j", "e", 0, 1, {"pages": {}})
    patches = [Patch("j", "e", seq, seq, 1, {"pages": pages}) for seq, pages in enumerate(history, start=1)]
    expected = start
    for each in patches:
        expected = apply(expected, each)
    while len(patches) > 1 and data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(patches) - 2))
        patches[at : at + 2] = [travelled(merge(patches[at], patches[at + 1]))]
    reached = start
    for each in patches:
        reached = apply(reached, travelled(each))
    assert reached == expected
    told = orjson.loads(written.job_snapshot("job:j", expected, "first").payload)
    assert unpacked_fields(told["value"]) == expected.value


def travelled(patch: Patch) -> Patch:
    """The patch after a journey over a socket, whose frame is as described and as small as it can be."""
    frame = orjson.loads(written.job_patch("job:j", patch).payload)
    assert frame_faults(frame) == []
    first, last = frame["seq"]
    return Patch("j", "e", first, last, frame["run"], unpacked_fields(frame["set"]))


def test_a_frame_with_loose_pages_is_found() -> None:
    patch = written.job_patch("job:j", Patch("j", "e", 1, 1, 1, {"pages": {"1": "td"}}))
    frame = orjson.loads(patch.payload)
    for loose in ({"1": "td", "2": "td"}, {"01": "td"}, {"1-2": "?"}):
        assert frame_faults({**frame, "set": {"pages": loose}})


def test_fields_without_pages_are_left_as_they_are() -> None:
    for fields in ({"percent": 1}, {"pages": {}}):
        assert packed_fields(fields) is fields
        assert unpacked_fields(fields) is fields
