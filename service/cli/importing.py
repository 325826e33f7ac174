"""`headway certificates import`."""

import asyncio
from pathlib import Path

import click

from service.cli.api import Api
from service.cli.failing import EXIT_INCOMPLETE
from service.cli.following import exit_code_of, follow
from service.cli.options import talks_to_server
from service.cli.screen import Screen
from service.cli.sending import Wanted, send_files
from service.cli.ships import ship_id_of
from service.cli.upload import sending_bar, tell_uploaded
from service.cli.views import view_for
from service.domain.json import JsonObject

_REFUSED = "refused.csv"


@click.command("import")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE...",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option(
    "--ship", help="All rows are of this ship: its id, IMO number or name. [each row names its own]"
)
@click.option(
    "--on-same",
    type=click.Choice(["skip", "replace", "keep"]),
    default="skip",
    show_default=True,
    help="What is done with a certificate of the same number of the same ship.",
)
@click.option("--date-order", type=click.Choice(["dmy", "mdy", "ymd"]), default="dmy", show_default=True)
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option(
    "--refused",
    "refused_to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write the rows that were not taken, with the reasons (of the first file that has any).",
)
@talks_to_server
async def import_files(
    api: Api,
    screen: Screen,
    *,
    files: tuple[Path, ...],
    ship: str | None,
    on_same: str,
    date_order: str,
    dry_run: bool,
    refused_to: Path | None,
) -> int:
    """Record the certificates of CSV, XLSX or JSON files, as `export` writes them or as you keep them."""
    options: JsonObject = {"on_same": on_same, "date_order": date_order, "dry_run": dry_run}
    if ship is not None:
        options["ship"] = await ship_id_of(api, ship)
    with sending_bar(screen, files) as sent:
        uploaded = await send_files(api, files, Wanted("records", options, force=True), sent)
    tell_uploaded(screen, uploaded, with_jobs=False)
    with view_for(screen) as view:
        view.expect(uploaded.accepted)
        ended = await follow(api.server, (each["job_id"] for each in uploaded.accepted), view)
    for job_id, value in ended.items():
        await _tell(api, screen, job_id, value)
    if refused_to is not None:
        await _write_refused(api, screen, ended, refused_to)
    return max(EXIT_INCOMPLETE if uploaded.rejected else 0, exit_code_of(ended.values()))


async def _tell(api: Api, screen: Screen, job_id: str, value: JsonObject) -> None:
    if value["state"] != "completed":
        return
    report = await api.get(f"/api/jobs/{job_id}/artifacts/report.json")
    screen.object({"job_id": job_id, **report})
    would = " (nothing was kept: a dry run)" if report["dry_run"] else ""
    named = {"made": "recorded", "replaced": "replaced", "skipped": "there already", "refused": "refused"}
    counts = ", ".join(f"{report[name]} {words}" for name, words in named.items())
    screen.line(f"{value['name']}: {counts}{would}")
    for warning in (value.get("warnings") or {}).values():
        screen.line(f"  {warning['text']} {warning['advice']}", "yellow")


async def _write_refused(api: Api, screen: Screen, ended: dict[str, JsonObject], path: Path) -> None:
    for job_id, value in ended.items():
        if _REFUSED not in (value.get("artifacts") or {}):
            continue
        async with api.stream(f"/api/jobs/{job_id}/artifacts/{_REFUSED}") as response:
            content = b"".join([piece async for piece in response.aiter_bytes()])
        await asyncio.to_thread(path.write_bytes, content)
        screen.line(f"Wrote {path}")
        return
