"""The law of patches: however they are merged, the reader ends with the same value."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.protocol.patch import Patch, adopt, apply, card_patch, fits, merge
from service.protocol.snapshot import AT_NEW_RUN, CARD_FIELDS, MAP_FIELDS, Snapshot

GOLDEN: list[dict[str, Any]] = json.loads((Path(__file__).parent / "golden.json").read_text())


def snapshot_from(body: dict[str, Any]) -> Snapshot:
    return Snapshot("job", body["epoch"], body["seq"], body["run"], body["value"])


def patch_from(body: dict[str, Any]) -> Patch:
    return Patch("job", body["epoch"], body["seq"][0], body["seq"][1], body["run"], body["set"])


@pytest.mark.parametrize("vector", GOLDEN, ids=lambda v: v["name"])
def test_the_golden_vectors_hold(vector: dict[str, Any]) -> None:
    patches = [patch_from(each) for each in vector["patches"]]
    start, result = snapshot_from(vector["snapshot"]), snapshot_from(vector["result"])
    one_by_one = start
    together = patches[0]
    for number, each in enumerate(patches):
        one_by_one = apply(one_by_one, each)
        together = merge(together, each) if number else each
    assert one_by_one == result
    assert together == patch_from(vector["merged"])
    assert apply(start, together) == result


scalars = st.one_of(st.integers(0, 9), st.text("ab", max_size=2), st.booleans())
maps = st.dictionaries(st.sampled_from("123"), st.one_of(st.none(), scalars), max_size=3)
fields = st.fixed_dictionaries(
    {},
    optional={
        "state": scalars,
        "detail": st.one_of(st.none(), st.dictionaries(st.sampled_from("xy"), scalars)),
        "eta_seconds": st.one_of(st.none(), st.integers(0, 9)),
        "pages": maps,
        "log": maps,
        "percent": st.integers(0, 100),
    },
)


@st.composite
def histories(draw: st.DrawFn) -> tuple[Snapshot, list[Patch]]:
    """A snapshot and patches that follow it; a patch that starts a run carries a percent, as the protocol demands."""
    value = {"percent": draw(st.integers(0, 100)), "pages": {}, "log": {}, "state": "queued"}
    run, patches = 1, list[Patch]()
    for seq, changed in enumerate(draw(st.lists(fields, min_size=1, max_size=8)), start=1):
        starts_run = draw(st.integers(0, 3)) == 0
        run += starts_run
        own_percent = {"percent": draw(st.integers(0, 100))} if starts_run else {}
        patches.append(Patch("job", "e", seq, seq, run, {**changed, **own_percent}))
    return Snapshot("job", "e", 0, 1, value), patches


@given(histories(), st.data())
def test_any_grouping_of_merges_gives_the_same_snapshot(
    history: tuple[Snapshot, list[Patch]], data: st.DataObject
) -> None:
    start, patches = history
    expected = start
    for each in patches:
        expected = apply(expected, each)
    groups = list(patches)
    while len(groups) > 1 and data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(groups) - 2))
        groups[at : at + 2] = [merge(groups[at], groups[at + 1])]
    reached = start
    for each in groups:
        assert fits(reached, each)
        reached = apply(reached, each)
    assert reached == expected


@given(histories())
def test_applying_a_patch_twice_changes_nothing_more(history: tuple[Snapshot, list[Patch]]) -> None:
    start, patches = history
    once = apply(start, patches[0])
    assert apply(once, patches[0]) == once
    assert not fits(once, patches[0])


def test_a_patch_from_a_gap_or_another_epoch_does_not_fit() -> None:
    known = Snapshot("job", "e", 4, 1, {})
    assert not fits(known, Patch("job", "e", 6, 6, 1, {}))
    assert not fits(known, Patch("job", "other", 5, 5, 1, {}))
    assert fits(known, Patch("job", "e", 2, 5, 1, {}))


def test_a_reader_that_adopts_a_snapshot_never_sees_percent_go_down_within_a_run() -> None:
    known = Snapshot("job", "e", 9, 2, {"percent": 50})
    assert adopt(known, Snapshot("job", "f", 1, 2, {"percent": 40})).value["percent"] == 50
    assert adopt(known, Snapshot("job", "f", 1, 3, {"percent": 0})).value["percent"] == 0
    assert adopt(None, known) is known


def test_a_card_carries_no_pages_and_no_log() -> None:
    patch = Patch("job", "e", 1, 1, 1, {"pages": {"1": "td"}, "log": {}, "percent": 3})
    assert card_patch(patch).set == {"percent": 3}


def test_the_reset_table_names_every_map_and_card_field() -> None:
    assert set(AT_NEW_RUN) >= MAP_FIELDS | CARD_FIELDS
