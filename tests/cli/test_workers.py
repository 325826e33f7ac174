"""`headway workers` says why what waits does: whose turn comes next first, a person's answer last."""

import time

import pytest

from service.cli.screen import Screen
from service.cli.workers import tell_waits
from service.domain.message import Message


def test_each_job_that_waits_is_a_line_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    now = time.time()
    common = {"owner": "Ada", "since": now - 65}
    jobs = {
        "a": {**common, "name": "asks.pdf", "waits_for": Message("waits", "answer").json()},
        "b": {
            **common,
            "name": "again.pdf",
            "due_at": now + 20.4,
            "waits_for": Message("waits", "retry").json(),
        },
        "c": {
            **common,
            "name": "two.pdf",
            "place": 2,
            "waits_for": Message("waits", "share", {"jobs": 1}).json(),
        },
        "d": {
            **common,
            "name": "one.pdf",
            "place": 1,
            "waits_for": Message("waits", "busy", {"slots": 2}).json(),
        },
    }
    tell_waits(Screen(), {"jobs": jobs, "more": 7})
    told = capsys.readouterr().out.splitlines()
    assert [line.split() for line in told[1:4]] == [
        ["NEXT", "WAITS", "OWNER", "NAME", "WHY"],
        ["1", "1", "min", "Ada", "one.pdf", "all", "slots", "are", "busy", "(2)"],
        ["2", "1", "min", "Ada", "two.pdf", "its", "turn", "comes", "after", "that", "of", "others", "(1)"],
    ]
    assert told[4].endswith("again.pdf  tries again in 20 s")
    assert told[5].endswith("asks.pdf   waiting for a person's answer")
    assert told[6] == "and 7 more"


def test_nothing_is_said_where_nothing_waits(capsys: pytest.CaptureFixture[str]) -> None:
    tell_waits(Screen(), {"jobs": {}, "more": 0})
    assert capsys.readouterr().out == ""
