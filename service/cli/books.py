"""`headway repeat` and `headway sentences`."""

import click

from service.cli.api import Api
from service.cli.options import talks_to_server
from service.cli.screen import Screen
from service.cli.sending import parse_options
from service.domain.json import JsonObject


@click.command()
@click.argument("job", metavar="JOB")
@click.option(
    "--option", "-o", "pairs", multiple=True, metavar="NAME=VALUE", help="In place of what the job had."
)
@click.option("--staged", is_flag=True, help="Only make it; `headway start` starts it.")
@talks_to_server
async def repeat(api: Api, screen: Screen, job: str, pairs: tuple[str, ...], *, staged: bool) -> int:
    """Work on a document once more: a new job like this one, with the same options or others."""
    body: JsonObject = {"options": parse_options(pairs), "start": not staged}
    answer = await api.post(f"/api/jobs/{job}/repeat", body)
    screen.object(answer)
    screen.line(f"{answer['job_id']}  {answer['state']}  {answer['name']}")
    return 0


@click.command()
@click.argument("job", metavar="JOB")
@click.option("--search", help="Only those with this text, whatever its case and accents.")
@click.option("--edited", is_flag=True, help="Only those that somebody has changed.")
@click.option("--offset", type=click.IntRange(0), default=0, help="So many are left out first. [0]")
@click.option("--limit", type=click.IntRange(1, 1000), default=200, help="At most so many. [200]")
@talks_to_server
async def sentences(
    api: Api, screen: Screen, job: str, search: str | None, offset: int, limit: int, *, edited: bool
) -> int:
    """Show the short sentences of a book, also while its chunks are at work."""
    query: JsonObject = {"offset": offset, "limit": limit, "q": search, "edited": "true" if edited else None}
    told = await api.get(f"/api/jobs/{job}/sentences", **query)
    for row in told["items"]:
        screen.object(row)
    screen.table(
        ("number", "page", "words", "text"),
        [(row["number"], row["page"], row["words"], row["text"]) for row in told["items"]],
    )
    first = offset + 1 if told["items"] else offset
    so_far = "" if told["whole"] else " so far"
    screen.line(f"{first} to {offset + len(told['items'])} of {told['total']}{so_far}", "dim")
    return 0
