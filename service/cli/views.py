"""Showing jobs while they run: bars at a terminal, lines in a pipe, JSON for programs. Fed by the socket only."""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Protocol, Self

from rich.console import Console, RenderableType
from rich.progress import Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Column
from rich.text import Text

from service.cli.screen import Screen
from service.cli.states import ENDED, mark_of, percent_of, percent_text, style_of, telling
from service.domain.json import JsonObject

_PLAIN_STEP = 25.0
"""A pipe gets a line for each change of state or phase, and for each such part of the way."""


_BARS = 16
"""Of more jobs, only those that have begun get a bar."""


class JobsView(Protocol):
    """Shows jobs by their snapshots' values; used as a context manager."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def expect(self, accepted: Sequence[JsonObject]) -> None:
        """These jobs will be shown, in this order."""
        ...

    def show(self, value: JsonObject) -> None:
        """The job's newest value; called at each change."""
        ...


def view_for(screen: Screen) -> JobsView:
    """The view that fits where the output goes."""
    if screen.as_json:
        return JsonLines(screen)
    return Bars(screen.console) if screen.is_terminal else Lines(screen)


class JsonLines:
    """One object for each change: what a program needs to follow, without pages and log."""

    _FIELDS = (
        "state",
        "percent",
        "phase",
        "detail",
        "eta_seconds",
        "attempt",
        "retry_at",
        "waits_for",
        "outcome",
        "result",
        "question",
        "error",
        "warnings",
    )

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def expect(self, accepted: Sequence[JsonObject]) -> None:
        del accepted

    def show(self, value: JsonObject) -> None:
        about = {name: value[name] for name in self._FIELDS if value.get(name) not in (None, {})}
        self._screen.object({"job_id": value["id"], "name": value["name"], **about})


class Lines:
    """A line where something happened that a reader of a log wants to know."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._told: dict[str, tuple[object, ...]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def expect(self, accepted: Sequence[JsonObject]) -> None:
        del accepted

    def show(self, value: JsonObject) -> None:
        phase = (value.get("phase") or {}).get("index")
        waits = (value.get("waits_for") or {}).get("code") if value["state"] == "processing" else None
        so_far = (value["state"], phase, percent_of(value) // _PLAIN_STEP, waits)
        if self._told.get(value["id"]) == so_far:
            return
        self._told[value["id"]] = so_far
        self._screen.line(f"{value['name']}  {percent_text(value)}  {_state_and_more(value)}")


class Bars:
    """A bar a job, drawn over and over in place."""

    def __init__(self, console: Console) -> None:
        self._tasks: dict[str, TaskID] = {}
        self._stack = ExitStack()
        self._progress = Progress(
            _Mark(),
            TextColumn("{task.fields[name]}", table_column=_column(max_width=32), markup=False),
            _Bar(table_column=_column(ratio=1, min_width=12, max_width=40)),
            _Percent(table_column=_column(justify="right", min_width=6)),
            _Left(table_column=_column(justify="right", min_width=6)),
            _Telling(table_column=_column(ratio=2)),
            console=Console(highlight=False, file=console.file),
            expand=True,
        )

    def __enter__(self) -> Self:
        self._stack.enter_context(self._progress)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def expect(self, accepted: Sequence[JsonObject]) -> None:
        if len(accepted) <= _BARS:
            for each in accepted:
                self.show({"id": each["job_id"], "name": each["name"], "state": "queued"})

    def show(self, value: JsonObject) -> None:
        task = self._tasks.get(value["id"])
        if task is None:
            task = self._tasks[value["id"]] = self._progress.add_task(
                "", name=value["name"], value=value, total=100
            )
        self._progress.update(task, completed=percent_of(value), value=value)
        if value["state"] in ENDED:
            self._progress.stop_task(task)
            self._make_room(task, value)

    def _make_room(self, task: TaskID, value: JsonObject) -> None:
        """Where there are more bars than lines, one that has ended moves up into what scrolls away."""
        if len(self._progress.tasks) >= max(2, self._progress.console.height - 2):
            line = Text(f"{mark_of(value)} {value['name']}  {telling(value)}", style=style_of(value))
            self._progress.console.print(line, no_wrap=True, overflow="ellipsis")
            self._progress.remove_task(task)


class _Mark(ProgressColumn):
    """A character for the state; it turns while work goes on."""

    def __init__(self) -> None:
        self._spinner = Spinner("dots", style="cyan")
        super().__init__()

    def render(self, task: Task) -> RenderableType:
        value = task.fields["value"]
        if value["state"] == "processing":
            return self._spinner.render(task.get_time())
        return Text(mark_of(value), style=style_of(value))


class _Bar(ProgressColumn):
    """A bar in the state's colour."""

    max_refresh = None

    def render(self, task: Task) -> ProgressBar:
        style = style_of(task.fields["value"])
        return ProgressBar(total=100, completed=task.completed, complete_style=style, finished_style=style)


class _Percent(ProgressColumn):
    def render(self, task: Task) -> Text:
        value = task.fields["value"]
        return Text(percent_text(value), style=style_of(value))


class _Left(ProgressColumn):
    """The time that is left, or that it took."""

    def render(self, task: Task) -> Text:
        value = task.fields["value"]
        if value["state"] in ENDED:
            took = seconds_taken(value)
            return Text("" if took is None else f"{took:.1f} s", style="dim")
        left = value.get("eta_seconds")
        return Text("" if left is None else f"~{_minutes(left)}", style="dim")


class _Telling(ProgressColumn):
    def render(self, task: Task) -> Text:
        value = task.fields["value"]
        text = Text(telling(value), style=style_of(value), no_wrap=True)
        text.truncate(200, overflow="ellipsis")
        return text


def seconds_taken(value: JsonObject) -> float | None:
    """From the queue to the end; None before it has ended."""
    begun = value.get("queued_at") or value.get("started_at") or value.get("created_at")
    ended = value.get("ended_at")
    return None if begun is None or ended is None else max(0.0, ended - begun)


def _state_and_more(value: JsonObject) -> str:
    more = telling(value)
    if value["state"] == "waiting":
        return f"waiting: {more} (headway answer {value['id']})"
    return (
        more
        if more.startswith(value["state"]) or value["state"] == "processing"
        else f"{value['state']}: {more}"
    )


def _minutes(seconds: float) -> str:
    whole = max(1, round(seconds))
    return f"{whole} s" if whole < 60 else f"{whole // 60} m {whole % 60:02d} s"


def _column(**about: object) -> Column:
    return Column(no_wrap=True, overflow="ellipsis", **about)  # pyright: ignore[reportArgumentType] -- rich's own options
