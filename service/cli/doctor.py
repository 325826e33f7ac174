"""`headway doctor`: what is configured, and what works."""

import asyncio
import os
from pathlib import Path

import click
from pydantic import SecretStr
from rich.text import Text

from service.adapters.logs import MASK
from service.cli.checks import check_all
from service.cli.checks_of_server import Sought
from service.cli.failing import EXIT_INCOMPLETE, CommandFailed
from service.cli.flags import DATA_DIR, DEBUG, SERVER, TOKEN
from service.cli.found import Check
from service.cli.screen import Screen
from service.cli.server import settings_or_fail
from service.settings import ENV_FILE, Settings, variable

_STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


@click.command()
@click.option(
    "--settings", "show_settings", is_flag=True, help="Show every setting, its value and where that is from."
)
@click.option(
    "--storage",
    "of_storage",
    is_flag=True,
    help="Look for blobs without a row, and for rows whose blob is gone or of another size. Exit code 1 says so.",
)
@click.option(
    "--sums", is_flag=True, help="With --storage: read all documents and compare their SHA-256, too."
)
@click.option("--repair", is_flag=True, help="With --storage: delete blobs that have no row for an hour.")
@SERVER
@TOKEN
@DATA_DIR
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@DEBUG
def doctor(
    server: str | None,
    token: str | None,
    data_dir: Path | None,
    *,
    show_settings: bool,
    of_storage: bool,
    sums: bool,
    repair: bool,
    as_json: bool,
) -> None:
    """Say what is configured and what works, and what to do about the rest."""
    if (sums or repair) and not of_storage:
        raise click.UsageError("--sums and --repair are for --storage.")
    screen = Screen(as_json=as_json)
    given = {"url": server, "token": token, "data_dir": data_dir}
    try:
        settings = settings_or_fail(**given)
    except CommandFailed as failed:
        _show(
            screen,
            [Check("settings", "fail", failed.what, f"Correct it in the environment or in {ENV_FILE}.")],
        )
        raise click.exceptions.Exit(EXIT_INCOMPLETE) from None
    if show_settings:
        _show_settings(screen, settings, by_option=frozenset(name for name, value in given.items() if value))
        return
    if of_storage:
        from service.cli import storage

        if code := storage.tell(screen, asyncio.run(storage.look(settings, sums=sums, repair=repair))):
            raise click.exceptions.Exit(code)
        return
    checks = asyncio.run(check_all(settings, Sought.of(settings, by_option=bool(server))))
    _show(screen, checks)
    if any(check.state == "fail" for check in checks):
        raise click.exceptions.Exit(EXIT_INCOMPLETE)


def _show(screen: Screen, checks: list[Check]) -> None:
    width = max(len(check.what) for check in checks)
    for check in checks:
        screen.object(
            {"check": check.what, "state": check.state, "found": check.found, "remedy": check.remedy}
        )
        if screen.is_terminal:
            screen.console.print(
                Text.assemble(
                    (f"{check.state:<5}", _STYLES[check.state]),
                    (f"{check.what:<{width}}  ", "bold"),
                    check.found,
                )
            )
            if check.remedy:
                screen.line(f"{'':<{width + 7}}→ {check.remedy}", "dim")
        else:
            screen.line(f"{check.state:<5}{check.what:<{width}}  {check.found}" + _in_line(check.remedy))


def _in_line(remedy: str) -> str:
    return f" -> {remedy}" if remedy else ""


def _show_settings(screen: Screen, settings: Settings, *, by_option: frozenset[str]) -> None:
    values = settings.environment()
    rows: list[tuple[object, ...]] = []
    for name in type(settings).model_fields:
        value = values.get(variable(name))
        shown = MASK if value and isinstance(getattr(settings, name), SecretStr) else value
        source = _source(settings, name, by_option)
        rows.append((variable(name), shown or "not set", source))
        screen.object({"setting": variable(name), "value": shown, "source": source})
    screen.table(("setting", "value", "from"), rows)


def _source(settings: Settings, name: str, by_option: frozenset[str]) -> str:
    if name in by_option:
        return "option"
    if os.environ.get(variable(name)):
        return "environment"
    return ENV_FILE if name in settings.model_fields_set else "default"
