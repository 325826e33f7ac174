"""`headway certificates`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from service.cli.api import Api
from service.cli.failing import CommandFailed
from service.cli.importing import import_files
from service.cli.options import talks_to_server
from service.cli.saving import save
from service.cli.screen import Screen
from service.cli.ships import ship_id_of, shown_ship
from service.domain.json import JsonObject
from service.domain.records.columns import EDITABLE, TITLES
from service.domain.records.expiry import Expiry

_STYLES = {
    "overdue": "bold red",
    "30": "red",
    "60": "yellow",
    "90": "yellow",
    "valid": "green",
    "none": "dim",
}
_WORDS = {
    "overdue": "overdue",
    "30": "30 days",
    "60": "60 days",
    "90": "90 days",
    "valid": "valid",
    "none": "–",
}


@click.group()
def certificates() -> None:
    """List, show, correct, export and import the certificates of your ships."""


def _filters(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(
        (
            click.option("--ship", help="Only of this ship: its id, IMO number or name."),
            click.option(
                "--expiry", type=click.Choice([str(each) for each in Expiry]), help="By when they end."
            ),
            click.option("--category", help="Only of this category."),
            click.option(
                "--search", metavar="TEXT", help="Only what has this in a name, number or authority."
            ),
        )
    ):
        command = option(command)
    return command


async def _query(api: Api, given: dict[str, str | None]) -> JsonObject:
    ship = given["ship"]
    return {
        "ship": await ship_id_of(api, ship) if ship else None,
        "expiry": given["expiry"],
        "category": given["category"],
        "q": given["search"],
    }


@certificates.command("list")
@_filters
@click.option("--newest", is_flag=True, help="The newest first, rather than what ends first.")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True)
@talks_to_server
async def list_certificates(
    api: Api, screen: Screen, *, newest: bool, limit: int, **filters: str | None
) -> int:
    """List certificates, what ends first on top."""
    query = await _query(api, filters)
    answer = await api.get(
        "/api/certificates", **query, sort="created" if newest else "valid_until", limit=limit
    )
    items: list[JsonObject] = answer["items"]
    for item in items:
        screen.object(item)
    if not items:
        screen.line("No certificates.", "dim")
        return 0
    head = ("certificate", "valid until", "", "ship", "what", "number", "authority")
    screen.table(head, [_row(item) for item in items])
    counts = answer["counts"]
    screen.line(
        f"{counts['total']} in all, {counts['overdue']} overdue, {counts['90']} end within 90 days.", "dim"
    )
    if answer["next"]:
        screen.line(f"There are more than these {len(items)}: narrow them, or --limit.", "dim")
    return 0


@certificates.command("show")
@click.argument("certificate")
@talks_to_server
async def show(api: Api, screen: Screen, certificate: str) -> int:
    """Show a certificate, where each field stands, and who changed what."""
    found = await api.get(f"/api/certificates/{certificate}")
    edits = (await api.get(f"/api/certificates/{certificate}/edits"))["items"]
    screen.object({**found, "edits": edits})
    screen.line(shown_ship(found["ship"]), "bold")
    evidence = found["evidence"]
    screen.table(
        ("field", "value", "where"),
        [(TITLES[code], found["fields"][code], _where(evidence.get(code))) for code in EDITABLE],
    )
    for edit in edits:
        screen.line(
            f"{edit['by']['name']}: {edit['field']} was {edit['old'] or '–'}, is {edit['new'] or '–'}", "dim"
        )
    return 0


@certificates.command("set")
@click.argument("certificate")
@click.argument("pairs", nargs=-1, required=True, metavar="FIELD=VALUE...")
@talks_to_server
async def set_fields(api: Api, screen: Screen, certificate: str, pairs: tuple[str, ...]) -> int:
    """Correct fields: valid_until=2027-05-03, note="seen"; an empty value clears one."""
    fields: JsonObject = {}
    for pair in pairs:
        field, separator, value = pair.partition("=")
        if not separator or field not in EDITABLE:
            raise CommandFailed(f"{pair!r} is not FIELD=VALUE.", f"Fields are {', '.join(EDITABLE)}.")
        fields[field] = value or None
    found = await api.get(f"/api/certificates/{certificate}")
    path = f"/api/certificates/{certificate}"
    changed = await api.patch(path, {"fields": fields, "version": found["version"]})
    screen.object(changed)
    for field in fields:
        screen.line(f"{field}: {found['fields'][field] or '–'} → {changed['fields'][field] or '–'}")
    return 0


@certificates.command("export")
@_filters
@click.option(
    "--format", "form", type=click.Choice(["csv", "xlsx", "json"]), help="[by the file's name, else csv]"
)
@click.option("--separator", type=click.Choice([",", ";", "|", "tab"]), default=",", show_default=True)
@click.option("--bom/--no-bom", default=True, show_default=True, help="CSV as Excel wants it.")
@click.option("--codes", is_flag=True, help="Heads are codes rather than words.")
@click.option(
    "--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="A file. [standard output]"
)
@talks_to_server
async def export(
    api: Api,
    screen: Screen,
    *,
    form: str | None,
    separator: str,
    output: Path | None,
    bom: bool,
    codes: bool,
    **filters: str | None,
) -> int:
    """Write certificates to a file that a spreadsheet, a program or another Headway takes."""
    named = output.suffix.lstrip(".").lower() if output else ""
    query = await _query(api, filters)
    query |= {"format": form or (named if named in ("csv", "xlsx", "json") else "csv")}
    query |= {"separator": separator, "bom": bom, "heads": "codes" if codes else "titles"}
    async with api.stream("/api/certificates/export", **query) as response:
        await save(response, output)
    if output:
        screen.object({"file": str(output)})
        screen.line(f"Wrote {output}")
    return 0


certificates.add_command(import_files)


def _row(item: JsonObject) -> tuple[str | Text | None, ...]:
    fields, expiry = item["fields"], item["expiry"]
    style = _STYLES[expiry]
    return (
        item["id"],
        Text(fields["valid_until"] or "–", style=style),
        Text(_WORDS[expiry], style=style),
        item["ship"]["name"],
        fields["abbreviation"] or fields["certificate_name"],
        fields["certificate_number"],
        fields["issuing_authority"],
    )


def _where(evidence: JsonObject | None) -> Text:
    if not evidence:
        return Text("")
    return Text(f"page {evidence['page']}, {100 * evidence['confidence']:.0f} % sure", style="dim")
