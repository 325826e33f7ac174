"""`headway repeat`, `headway sentences` and `headway sheet`."""

from pathlib import Path

import click

from service.cli.api import Api
from service.cli.failing import CommandFailed
from service.cli.following import exit_code_of, follow
from service.cli.options import talks_to_server
from service.cli.saving import save
from service.cli.screen import Screen
from service.cli.sending import parse_options
from service.cli.states import tell_places
from service.cli.views import view_for
from service.domain.json import JsonObject

_FORMS = ("csv", "xlsx", "txt", "json")


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
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write all of them to a file: .csv, .xlsx, .txt or .json.",
)
@talks_to_server
async def sentences(
    api: Api,
    screen: Screen,
    job: str,
    search: str | None,
    offset: int,
    limit: int,
    output: Path | None,
    *,
    edited: bool,
) -> int:
    """Show or save the short sentences of a book, also of one whose chunks are not all done."""
    if output is not None:
        return await _saved(api, screen, job, output)
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


async def _saved(api: Api, screen: Screen, job: str, output: Path) -> int:
    """All sentences that are there in a file, and of which chunks they are where some lack."""
    form = output.suffix.lstrip(".").lower()
    if form not in _FORMS:
        raise CommandFailed(f"{output} has no ending that is known.", f"Take one of: .{', .'.join(_FORMS)}.")
    async with api.stream(f"/api/jobs/{job}/sentences.{form}") as response:
        await save(response, output)
        chunks, _, total = response.headers["Headway-Chunks"].partition("/")
    screen.object({"file": str(output), "chunks": chunks, "of": int(total)})
    screen.line(f"Wrote {output}")
    if chunks != ("1" if total == "1" else f"1-{total}"):
        screen.line(f"It has the sentences of chunks {chunks} of {total}; the others are not done.", "yellow")
    return 0


@click.command()
@click.argument("job", metavar="JOB")
@click.option("--watch", "-w", is_flag=True, help="Follow it to its end, and say where the sheet is.")
@talks_to_server
async def sheet(api: Api, screen: Screen, job: str, *, watch: bool) -> int:
    """Send the sentences of a book to a new Google Sheet, with what was changed by hand."""
    answer = await api.post(f"/api/jobs/{job}/sheet")
    screen.object(answer)
    sending: str = answer["job_id"]
    if not watch:
        screen.line(f"{sending}  {answer['state']}")
        screen.line(f"headway watch {sending} says how far it is, and in the end where.", "dim")
        return 0
    with view_for(screen) as view:
        ended = await follow(api.server, [sending], view)
    tell_places(screen, ended.values())
    return exit_code_of(ended.values())
