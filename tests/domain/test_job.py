"""The states of a job: the table, the drawing of it, and what no table may allow."""

import re
from pathlib import Path

import pytest

from service.domain.job import ENDED, RUNNABLE, TRANSITIONS, JobEvent, JobState, NotPossible, after

FLOW = (Path(__file__).parents[2] / "docs/flow.md").read_text()
LIVE = frozenset(JobState) - ENDED

DRAWN = """
            start   claim       pause    settle  resume      ask      answer  complete   fail    cancel     retry
staged      queued  -           -        -       -           -        -       -          -       cancelled  -
queued      -       processing  paused   -       -           -        -       completed  failed  cancelled  -
processing  -       processing  pausing  -       -           waiting  -       completed  failed  cancelled  -
pausing     -       -           -        paused  processing  waiting  -       completed  failed  cancelled  -
paused      -       -           -        -       queued      -        -       -          failed  cancelled  -
waiting     -       -           -        -       -           -        queued  -          failed  cancelled  -
completed   -       -           -        -       -           -        -       -          -       -          queued
failed      -       -           -        -       -           -        -       -          -       -          queued
cancelled   -       -           -        -       -           -        -       -          -       -          queued
"""


def test_the_table_is_as_drawn() -> None:
    head, *rows = DRAWN.strip().splitlines()
    events = [JobEvent(name) for name in head.split()]
    assert set(events) == set(JobEvent)
    drawn: dict[JobState, dict[JobEvent, JobState]] = {}
    for row in rows:
        state, *cells = row.split()
        drawn[JobState(state)] = {
            event: JobState(cell) for event, cell in zip(events, cells, strict=True) if cell != "-"
        }
    assert drawn == TRANSITIONS


def test_the_drawing_in_the_documents_shows_no_way_that_is_not_there() -> None:
    drawing = FLOW[FLOW.index("    staged ──") :].split("\n\n", 1)[0]
    arrows = re.findall(r"(?=\b(?<!live )(?<!ended )(\w+(?: state)?) ──(\w+)──▶ (\w+))", drawing)
    groups = {"live state": LIVE, "ended state": ENDED}
    assert len(arrows) >= 5
    for start, event, end in arrows:
        for state in groups.get(start) or {JobState(start)}:
            assert after(state, JobEvent(event)) is JobState(end)
    assert {state for state in JobState if state in drawing} == set(JobState)
    assert set(re.findall(r"──(\w+)──", drawing)) <= set(JobEvent)


def test_every_live_job_can_be_cancelled_and_an_ended_one_only_retried() -> None:
    for state in LIVE:
        assert after(state, JobEvent.CANCEL) is JobState.CANCELLED
    for state in ENDED:
        assert TRANSITIONS[state] == {JobEvent.RETRY: JobState.QUEUED}


def test_steps_are_claimed_only_where_the_job_may_run() -> None:
    assert {state for state, ways in TRANSITIONS.items() if JobEvent.CLAIM in ways} == RUNNABLE


def test_no_state_is_out_of_reach() -> None:
    reached, todo = {JobState.STAGED}, [JobState.STAGED]
    while todo:
        for state in TRANSITIONS[todo.pop()].values():
            if state not in reached:
                reached.add(state)
                todo.append(state)
    assert reached == set(JobState)


def test_what_is_not_possible_says_from_where_and_what() -> None:
    with pytest.raises(NotPossible, match="a job that is completed cannot cancel") as refused:
        after(JobState.COMPLETED, JobEvent.CANCEL)
    assert (refused.value.state, refused.value.event) == (JobState.COMPLETED, JobEvent.CANCEL)
