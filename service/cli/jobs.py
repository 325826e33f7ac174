"""`headway jobs`."""

import time

import click
from rich.text import Text

from service.cli.api import Api
from service.cli.options import talks_to_server
from service.cli.screen import Screen
from service.cli.states import mark_of, percent_text, place_of, style_of, telling
from service.domain.job import JobState
from service.domain.json import JsonObject


@click.command()
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice([str(each) for each in JobState]),
    help="Only these states.",
)
@click.option("--pipeline", help="Only jobs of this pipeline.")
@click.option("--batch", help="Only jobs of this batch.")
@click.option("--search", metavar="TEXT", help="Only jobs whose name contains this.")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True)
@talks_to_server
async def jobs(
    api: Api,
    screen: Screen,
    states: tuple[str, ...],
    pipeline: str | None,
    batch: str | None,
    search: str | None,
    limit: int,
) -> int:
    """List your jobs, newest first."""
    answer = await api.get(
        "/api/jobs", state=",".join(states) or None, pipeline=pipeline, batch=batch, q=search, limit=limit
    )
    items: list[JsonObject] = answer["items"]
    for item in items:
        screen.object(item)
    if not items:
        screen.line("No jobs.", "dim")
        return 0
    screen.table(("job", "", "state", "done", "age", "name", "what"), [_row(item) for item in items])
    if answer.get("next"):
        screen.line(f"There are more than these {len(items)}: narrow them with --state or --search.", "dim")
    return 0


def _row(item: JsonObject) -> tuple[str | Text, ...]:
    style = style_of(item)
    return (
        item["id"],
        Text(mark_of(item), style=style),
        Text(item["state"], style=style),
        percent_text(item),
        age(item.get("created_at")),
        item["name"],
        _what(item),
    )


def _what(item: JsonObject) -> str:
    """Of what ended well only where it is, if that is elsewhere."""
    if item["state"] == "completed" and not item.get("warnings"):
        return place_of(item) or ""
    return telling(item)


def age(since: float | None) -> str:
    """How long ago, in one unit."""
    seconds = max(0.0, time.time() - (since or time.time()))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size:.0f} {unit}"
    return f"{seconds:.0f} s"
