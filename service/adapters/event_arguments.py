"""What is appended or seeded, flattened into the arguments of the scripts (see append.lua and seed.lua)."""

import secrets
from collections.abc import Iterable, Mapping
from itertools import chain

import orjson

from service.adapters.events import RowPatch, Seed, StepFacts
from service.adapters.keys import (
    ALL_CHANNEL,
    ENDED_SECONDS,
    LIVE_SECONDS,
    RESUME_PATCHES,
    RESUME_SECONDS,
    job_channel,
    owner_channel,
)
from service.adapters.redis_link import Argument
from service.domain.document import HIGHEST_PAGE
from service.domain.job import ENDED, JobState
from service.domain.json import Json, JsonObject
from service.protocol.page_ranges import packed
from service.protocol.snapshot import AT_NEW_RUN, LOG_LINES, MAP_FIELDS, PagesCode, page_counters

_COUNTED = frozenset({"pages_done", "pages_failed"})
_FLAT_MAPS = MAP_FIELDS - {"pages", "log"}
_WHOLE_MAPS = frozenset({"artifacts", "warnings", "chunks"})
_CLEARED = ",".join(sorted(name for name, what in AT_NEW_RUN.items() if what == "clear"))
_PAGE_CODES = frozenset(route + state for route in PagesCode.ROUTES for state in PagesCode.STATES)


def row_arguments(row: RowPatch) -> list[Argument]:
    """The arguments of append.lua in mode `row`."""
    percent = row.fields.get("percent")
    return [
        *("row", _start(row.job_id, row.owner_id)),
        *_channels(row.job_id, row.owner_id),
        row.run,
        *(LIVE_SECONDS, ENDED_SECONDS, RESUME_SECONDS, RESUME_PATCHES),
        *(row.revision, row.total_cost, row.done_cost),
        "" if percent is None else percent_text(percent, row.fields.get("state")),
        _CLEARED,
        ",".join(sorted(_WHOLE_MAPS & row.fields.keys())),
        *_changes(row.fields, row.pages, row.log),
    ]


def facts_arguments(facts: StepFacts) -> list[Argument]:
    """The arguments of append.lua in mode `facts`. Each call's own token lets the script know a repeated one."""
    return [
        *("facts", _start(facts.job_id, facts.owner_id)),
        *_channels(facts.job_id, facts.owner_id),
        facts.run,
        *(LIVE_SECONDS, ENDED_SECONDS, RESUME_SECONDS, RESUME_PATCHES),
        *(facts.step_id, facts.attempt, max(0, min(facts.done, facts.cost)), int(facts.ended)),
        secrets.token_hex(4),
        "",
        *_changes(facts.fields, facts.pages, facts.log),
    ]


def seed_arguments(seed: Seed) -> list[Argument]:
    """The arguments of seed.lua."""
    state = seed.value.get("state")
    pages = _checked(seed.value.get("pages") or {})
    lines = _newest(seed.value.get("log") or {})
    main = [
        *((name, text) for name, text in _plain(seed.value) if text != b"null"),
        *((f"{name}/{key}", text) for name, key, text in _entries(seed.value) if text != b"null"),
        *((f"counters/{key}", str(count)) for key, count in page_counters(pages).items() if count),
    ]
    steps = [(step, f"{attempt} {done} {int(ended)} ") for step, (attempt, done, ended) in seed.steps.items()]
    return [
        *(secrets.token_hex(8), _start(seed.job_id, seed.owner_id)),
        *_channels(seed.job_id, seed.owner_id),
        seed.run,
        ENDED_SECONDS if state in ENDED else LIVE_SECONDS,
        *(seed.revision, seed.total, seed.done, percent_text(seed.percent, state)),
        max(lines, default=0),
        *(len(main), len(pages), len(lines), len(steps)),
        *chain(
            *main, *pages.items(), *((str(number), _json(line)) for number, line in lines.items()), *steps
        ),
    ]


def percent_text(percent: float, state: Json) -> str:
    """0 to 99.9 with one decimal where there is one; 100 for a completed job and no other."""
    shown = 100.0 if state == JobState.COMPLETED else max(0.0, min(99.9, int(percent * 10) / 10))
    return f"{shown:.1f}".removesuffix(".0")


def _start(job_id: str, owner_id: str) -> bytes:
    return orjson.dumps({"job_id": job_id, "owner_id": owner_id}).removesuffix(b"}")


def _channels(job_id: str, owner_id: str) -> tuple[str, str, str]:
    return job_channel(job_id), owner_channel(owner_id), ALL_CHANNEL


def _changes(fields: JsonObject, pages: Mapping[str, str], log: Iterable[Json]) -> list[Argument]:
    plain, entries = list(_plain(fields)), list(_entries(fields))
    ranges = packed(_checked(pages))
    lines = [_json(line) for line in log][-LOG_LINES:]
    counts = (len(plain), len(entries), len(ranges), len(lines))
    return [*counts, *chain(*plain, *entries, *ranges.items(), lines)]


def _plain(fields: JsonObject) -> Iterable[tuple[str, bytes]]:
    """The fields that are replaced whole, but for percent, which has rules of its own."""
    return ((name, _json(each)) for name, each in fields.items() if name not in MAP_FIELDS | {"percent"})


def _entries(fields: JsonObject) -> Iterable[tuple[str, str, bytes]]:
    """The entries of the maps, but for the counters that follow from the pages."""
    for name in sorted(_FLAT_MAPS & fields.keys()):
        for key, each in (fields[name] or {}).items():
            if name != "counters" or key not in _COUNTED:
                yield name, key, _json(each)


def _checked(pages: Mapping[str, str]) -> Mapping[str, str]:
    """Raises ValueError for what is no page, since the script passes numbers and codes on as they are."""
    for number, code in pages.items():
        is_number = number.isascii() and number.isdigit() and 0 < int(number) <= HIGHEST_PAGE
        if not is_number or code not in _PAGE_CODES:
            raise ValueError(f"not a page and its code: {number!r}: {code!r}")
    return pages


def _newest(log: JsonObject) -> dict[int, Json]:
    last = max(map(int, log), default=0)
    return {int(number): line for number, line in log.items() if int(number) > last - LOG_LINES}


def _json(value: Json) -> bytes:
    """The same text for the same value: whether something changed is told by its text."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
