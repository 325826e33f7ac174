"""`headway ships`."""

import click
from rich.text import Text

from service.cli.api import Api
from service.cli.failing import EXIT_INCOMPLETE, CommandFailed
from service.cli.options import talks_to_server
from service.cli.screen import Screen
from service.domain.ids import is_id
from service.domain.json import JsonObject

_PAGE = 500


@click.group()
def ships() -> None:
    """List, add and rename the ships of your fleet."""


@ships.command("list")
@click.option("--search", metavar="TEXT", help="Only ships whose name or IMO number contains this.")
@talks_to_server
async def list_ships(api: Api, screen: Screen, search: str | None) -> int:
    """List your ships, with how many certificates they have and how many of those are overdue or end soon."""
    items: list[JsonObject] = []
    cursor: str | None = None
    while True:
        answer = await api.get("/api/ships", q=search, limit=_PAGE, cursor=cursor)
        items += answer["items"]
        cursor = answer["next"]
        if cursor is None:
            break
    for item in items:
        screen.object(item)
    if not items:
        screen.line("No ships.", "dim")
        return 0
    screen.table(
        ("ship", "imo", "name", "certificates", "overdue", "90 days"), [_row(item) for item in items]
    )
    return 0


@ships.command("add")
@click.argument("name")
@click.option("--imo", metavar="NUMBER", help="Its IMO number.")
@talks_to_server
async def add(api: Api, screen: Screen, name: str, imo: str | None) -> int:
    """Add a ship."""
    made = await api.post("/api/ships", {"name": name, "imo": imo})
    screen.object(made)
    screen.line(f"{made['id']}  {shown_ship(made)}")
    return 0


@ships.command("rename")
@click.argument("ship")
@click.argument("name")
@talks_to_server
async def rename(api: Api, screen: Screen, ship: str, name: str) -> int:
    """Give a ship (by its id, IMO number or name) another name."""
    changed = await api.patch(f"/api/ships/{await ship_id_of(api, ship)}", {"name": name})
    screen.object(changed)
    screen.line(f"{changed['id']}  {shown_ship(changed)}")
    return 0


async def ship_id_of(api: Api, given: str) -> str:
    """The id of the ship with this id, IMO number or name, whatever its case. Raises CommandFailed."""
    if is_id(given):
        return given
    answer = await api.get("/api/ships", q=given, limit=_PAGE)
    wanted = given.casefold().strip()
    found = [each for each in answer["items"] if wanted in (each["imo"], each["name"].casefold())]
    if len(found) != 1:
        problem = f"There is no ship {given!r}." if not found else f"Several ships are called {given!r}."
        raise CommandFailed(
            problem, "`headway ships list` has them with their ids.", exit_code=EXIT_INCOMPLETE
        )
    return str(found[0]["id"])


def shown_ship(ship: JsonObject) -> str:
    """As people tell ships apart."""
    return f"{ship['name']} (IMO {ship['imo']})" if ship.get("imo") else str(ship["name"])


def _row(item: JsonObject) -> tuple[str | Text | None, ...]:
    counts = item["counts"]
    overdue = Text(str(counts["overdue"]), style="bold red" if counts["overdue"] else "dim")
    return item["id"], item["imo"], item["name"], str(counts["total"]), overdue, str(counts["90"])
