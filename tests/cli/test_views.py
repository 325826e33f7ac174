"""What people see of running jobs is what is true, whatever the names are and wherever it is shown."""

import io
import json
import time
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from service.cli.results import Expected, Result, tell_differences, tell_results
from service.cli.screen import Screen
from service.cli.states import percent_text, telling
from service.cli.views import Bars, JsonLines, Lines
from service.domain.message import Message


def value(**fields: Any) -> dict[str, Any]:
    """A snapshot's value."""
    return {"id": "j1", "name": "a.pdf", "pipeline": "text", "state": "processing", "percent": 0.0, **fields}


def test_what_a_terminal_would_obey_is_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen()
    screen.line("a\x1b]0;owned\x07b\u009b2J\tc")
    screen.table(("text",), [("red\x1b[31m é\r",), (None,)])
    assert capsys.readouterr().out.splitlines() == ["a]0;ownedb2J\tc", "TEXT", "red[31m é", ""]


READING = {"index": 2, "total": 3, "code": "reading"}
BROKEN = {"code": "broken_document", "text": "This document is damaged.", "advice": "Ask for the original."}


def test_a_pipe_gets_a_line_where_something_happened(capsys: pytest.CaptureFixture[str]) -> None:
    with Lines(Screen()) as view:
        for percent in range(100):
            view.show(value(percent=float(percent), phase=READING))
        view.show(value(state="completed", percent=100.0))
    assert capsys.readouterr().out.splitlines() == [
        "a.pdf  0 %  Reading (2 of 3)",
        "a.pdf  25 %  Reading (2 of 3)",
        "a.pdf  50 %  Reading (2 of 3)",
        "a.pdf  75 %  Reading (2 of 3)",
        "a.pdf  100 %  completed",
    ]


def test_a_program_gets_every_change_without_pages_and_log(capsys: pytest.CaptureFixture[str]) -> None:
    with JsonLines(Screen(as_json=True)) as view:
        view.show(value(pages={"1": "td"}, log={"1": {}}, warnings={}))
    assert json.loads(capsys.readouterr().out) == {
        "job_id": "j1",
        "name": "a.pdf",
        "state": "processing",
        "percent": 0.0,
    }


def test_what_is_nearly_done_does_not_look_done() -> None:
    assert percent_text(value(percent=99.96)) == "99 %"
    assert percent_text(value(percent=100.0)) == "100 %"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"state": "failed", "error": BROKEN}, "This document is damaged. Ask for the original."),
        (
            {
                "state": "failed",
                "error": {"code": "internal", "text": "Oh.", "advice": "Again.", "support_id": "s"},
            },
            "Oh. Again. (support id s)",
        ),
        ({"state": "cancelled", "cancelled_by": "Ada"}, "cancelled by Ada"),
        ({"state": "completed"}, "completed"),
        ({"state": "completed", "result": {"sentences": 1}}, "completed: 1 sentence"),
        ({"state": "completed", "result": {"sentences": 3240}}, "completed: 3,240 sentences"),
        ({"state": "completed", "result": {"rows": 12, "url": "https://…"}}, "completed: 12 sentences"),
        (
            {"state": "completed", "warnings": {"page-3": {"text": "Page 3 failed."}, "page-4": {}}},
            "completed with warnings: Page 3 failed. (and 1 more)",
        ),
        ({"state": "waiting", "question": {"text": "Which password?"}}, "Which password?"),
        ({"phase": READING, "detail": {"text": "page 4 of 9"}}, "Reading (2 of 3), page 4 of 9"),
    ],
)
def test_a_job_is_told_in_words(fields: dict[str, Any], said: str) -> None:
    assert telling(value(**fields)) == said


def bars_of(*values: dict[str, Any], height: int = 24) -> str:
    """What a terminal shows in the end."""
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=100, height=height, color_system=None)
    with Bars(console) as view:
        for each in values:
            view.show(each)
    return out.getvalue()


def test_a_name_is_shown_as_it_is_and_never_as_markup() -> None:
    assert "[red]a[/red].pdf" in bars_of(value(name="[red]a[/red].pdf"))


def test_a_failed_job_has_no_full_bar() -> None:
    shown = bars_of(value(state="failed", percent=40.0, error=BROKEN))
    last = next(line for line in reversed(shown.splitlines()) if "a.pdf" in line)
    assert "40 %" in last
    assert "✗" in last


def test_of_more_jobs_than_lines_the_ended_ones_move_up() -> None:
    ended = [value(id=f"j{n}", name=f"{n}.pdf", state="completed", percent=100.0) for n in range(30)]
    shown = bars_of(*ended, height=10)
    assert all(f"{n}.pdf" in shown for n in range(30))


def sample(name: str, pipeline: str = "text", **fields: Any) -> dict[str, Any]:
    """What is expected of a sample that completes."""
    good = {"state": "completed", "failure": None, "page_count": 1, "routes": "t", "words": ["anchor"]}
    return {"name": name, "pipeline": pipeline, "options": {}, "sentences": None, **good, **fields}


def expected() -> Expected:
    bad: dict[str, Any] = {
        "state": "failed",
        "failure": "broken_document",
        "page_count": None,
        "routes": "",
        "words": [],
    }
    return Expected(Path(), [sample("a.pdf"), sample("b.pdf", **bad)])


def sentences(*texts: str) -> list[dict[str, Any]]:
    """Rows of a book, one a page: those with a bar are the first piece of something longer."""
    return [
        {"page": page, "text": text.partition("|")[0], "source": text} for page, text in enumerate(texts, 1)
    ]


A = value(state="completed", percent=100.0, page_count=1, pages={"1": "td"})
B = value(name="b.pdf", state="failed", error=BROKEN)
BOOK = {
    **A,
    "id": "j2",
    "pipeline": "sentences",
    "chunks": {"1": "d1", "2": "d1"},
    "result": {"sentences": 3},
}


def test_samples_that_ended_as_they_should_differ_in_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    results = [Result(A, "an anchor here"), Result(B, None)]
    assert tell_differences(Screen(), expected(), results, []) == 0
    assert capsys.readouterr().out == ""
    tell_results(Screen(), expected(), results, 1.0)
    told = capsys.readouterr().out
    assert "3 words" in told
    assert "failed, as it should" in told


def test_a_document_in_two_pipelines_is_one_and_some_of_its_sentences_are_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    both = Expected(Path(), [sample("a.pdf", "sentences", sentences=3), sample("a.pdf")])
    assert [(each.pipeline, each.paths) for each in both.given()] == [
        ("sentences", [Path("a.pdf")]),
        ("text", [Path("a.pdf")]),
    ]
    rows = sentences("Chapter one", "An anchor | that was lost.", "The anchor lay there.")
    results = [Result(BOOK, "an anchor", rows), Result(A, "an anchor here")]
    tell_results(Screen(), both, results, 1.0)
    told = capsys.readouterr().out.splitlines()
    assert "3 sentences, 2 chunks" in told[2]
    assert told[5:7] == ["PAGE  SOME OF THE SHORT SENTENCES", "3     The anchor lay there."]
    assert told[-1] == "1 documents, 1 pages, 3 words, 3 short sentences in 1.0 s."
    assert tell_differences(Screen(), both, results, []) == 0
    assert tell_differences(Screen(), both, [Result(BOOK, "an anchor", rows[:2]), results[1]], []) == 1
    assert "a.pdf: sentences should be 3, not 2" in capsys.readouterr().out
    assert tell_differences(Screen(), both, results[1:], []) == 1


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (Result({**A, "state": "failed", "error": BROKEN}, None), "should be completed, not failed"),
        (Result({**A, "pages": {"1": "od"}}, "anchor"), "routes should be t, not o"),
        (Result({**A, "page_count": 2}, "anchor"), "pages should be 1, not 2"),
        (Result(A, "nothing"), "words should be ['anchor'], not none"),
    ],
)
def test_a_sample_that_ended_otherwise_is_named(
    result: Result, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tell_differences(Screen(), expected(), [result, Result(B, None)], []) == 1
    assert said in capsys.readouterr().out


def test_a_sample_that_was_rejected_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    rejected = [{"name": "b.pdf", "problem": {"detail": "It is empty."}}]
    assert tell_differences(Screen(), expected(), [Result(A, "anchor")], rejected) == 1
    assert "b.pdf: rejected, It is empty." in capsys.readouterr().out


def test_who_waits_for_an_engine_or_for_the_next_try_sees_until_when() -> None:
    at = time.time() + 600
    engine = Message("waits", "engine_unavailable", {"engine": "Afar Inc.", "at": at}).json()
    clock = time.strftime("%H:%M:%S", time.localtime(at))
    assert telling(value(phase=READING, waits_for=engine)) == (
        f"Reading (2 of 3), Afar Inc. is unavailable, next try {clock}"
    )
    again = Message("waits", "retry_of", {"attempt": 2, "tries": 5}).json()
    assert (
        telling(value(state="queued", waits_for=again, retry_at=time.time() + 7.5)) == "retry 2 of 5 in 8 s"
    )
    assert telling(value(state="queued", waits_for=again, retry_at=time.time() - 1)) == "retry 2 of 5"


def test_a_pipe_and_a_program_hear_that_a_job_waits(capsys: pytest.CaptureFixture[str]) -> None:
    again = Message("waits", "retry_of", {"attempt": 2, "tries": 5}).json()
    told = value(phase=READING, waits_for=again, retry_at=1.0, attempt=1)
    with Lines(Screen()) as view:
        view.show(value(phase=READING))
        view.show(told)
        view.show(told)
    assert capsys.readouterr().out.splitlines() == [
        "a.pdf  0 %  Reading (2 of 3)",
        "a.pdf  0 %  Reading (2 of 3), retry 2 of 5",
    ]
    with JsonLines(Screen(as_json=True)) as view:
        view.show(told)
    line = json.loads(capsys.readouterr().out)
    assert (line["waits_for"], line["retry_at"], line["attempt"]) == (again, 1.0, 1)
