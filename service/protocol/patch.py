"""Patches of snapshots: `apply`, `merge` and `adopt`.

The law: applying patches n+1..m one by one, merged in any grouping, or not at all but reading the snapshot at m, gives
the same value. `tests/protocol/golden.json` holds vectors that Python and the page's `store.js` both run.
"""

from dataclasses import dataclass, replace
from typing import Any

from service.domain.json import JsonObject
from service.protocol.snapshot import CARD_FIELDS, MAP_FIELDS, Snapshot


@dataclass(frozen=True)
class Patch:
    """What changed from seq `first - 1` to `last`. Every value in `set` is absolute; null deletes.

    A patch that starts a new run carries a percent of its own and deletes what the run does not keep.
    """

    job_id: str
    epoch: str
    first: int
    last: int
    run: int
    set: JsonObject


def apply(snapshot: Snapshot, patch: Patch) -> Snapshot:
    """The snapshot after the patch. Applying the same patch again changes nothing.

    Percent never goes down within a run.
    """
    value = dict(snapshot.value)
    for name, new in patch.set.items():
        if name in MAP_FIELDS:
            value[name] = _merged_map(value.get(name) or {}, new, drop_nulls=True)
        elif new is None:
            value.pop(name, None)
        elif name == "percent" and patch.run <= snapshot.run:
            value[name] = max(new, value.get(name) or 0)
        else:
            value[name] = new
    return replace(
        snapshot,
        epoch=patch.epoch,
        seq=max(snapshot.seq, patch.last),
        run=max(snapshot.run, patch.run),
        value=value,
    )


def merge(earlier: Patch, later: Patch) -> Patch:
    """One patch that does what the two do one after the other."""
    both = dict(earlier.set)
    for name, new in later.set.items():
        if name in MAP_FIELDS and name in both:
            both[name] = _merged_map(both[name], new, drop_nulls=False)
        elif (
            name == "percent" and later.run <= earlier.run and _is_number(both.get(name)) and _is_number(new)
        ):
            both[name] = max(both[name], new)
        else:
            both[name] = new
    return replace(
        later,
        first=min(earlier.first, later.first),
        last=max(earlier.last, later.last),
        run=max(earlier.run, later.run),
        set=both,
    )


def adopt(known: Snapshot | None, fresh: Snapshot) -> Snapshot:
    """The fresh snapshot for a reader that knew an older one: within a run its percent stays where it was at least."""
    if known is None or known.run != fresh.run:
        return fresh
    percent = max(known.value.get("percent") or 0, fresh.value.get("percent") or 0)
    return replace(fresh, value={**fresh.value, "percent": percent})


def fits(snapshot: Snapshot, patch: Patch) -> bool:
    """Whether a reader at this snapshot may apply the patch; if not and the patch is newer, it must subscribe again."""
    return patch.epoch == snapshot.epoch and patch.first <= snapshot.seq + 1 and patch.last > snapshot.seq


def card_patch(patch: Patch) -> Patch:
    """The patch with only what a card shows; its `set` may be empty."""
    return replace(patch, set={name: each for name, each in patch.set.items() if name in CARD_FIELDS})


def _merged_map(earlier: JsonObject, later: JsonObject, *, drop_nulls: bool) -> JsonObject:
    both = {**earlier, **later}
    if drop_nulls:
        # Only the later map can have nulls, and the earlier one may have thousands of pages.
        for key, each in later.items():
            if each is None:
                del both[key]
    return both


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
