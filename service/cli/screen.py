"""Where a command's output goes: people at a terminal, a pipe that wants plain lines, or a program that wants JSON."""

import re
import sys
from collections.abc import Sequence
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from service.domain.json import JsonObject

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What a terminal would obey."""


class Screen:
    """Standard output in one of three forms. Names and texts of others are shown as they are, never as markup, and
    without what a terminal would obey."""

    def __init__(self, *, as_json: bool = False) -> None:
        self.as_json = as_json
        self.is_terminal = sys.stdout.isatty() and not as_json
        self.console = Console(highlight=False, soft_wrap=True)

    def line(self, text: str, style: str = "") -> None:
        """A line for people; nothing where JSON is wanted."""
        if not self.as_json:
            self._print(text, style)

    def object(self, value: JsonObject) -> None:
        """A line for programs; nothing where none wants JSON."""
        if self.as_json:
            sys.stdout.write(orjson.dumps(value, default=str).decode() + "\n")
            sys.stdout.flush()

    def table(self, head: Sequence[str], rows: Sequence[Sequence[Any]], *, title: str = "") -> None:
        """A table at a terminal, lines of columns elsewhere; a cell is text, or rich Text with a colour."""
        if self.as_json:
            return
        cells = [[cell if isinstance(cell, Text) else Text(_shown(cell)) for cell in row] for row in rows]
        if self.is_terminal:
            table = Table(
                *head,
                title=title or None,
                title_justify="left",
                header_style="bold",
                box=None,
                pad_edge=False,
            )
            for row in cells:
                table.add_row(*row)
            self.console.print(table, soft_wrap=False)
        else:
            _print_columns([[Text(each.upper()) for each in head], *cells])

    def _print(self, text: str, style: str) -> None:
        if self.is_terminal:
            self.console.print(Text(_CONTROLS.sub("", text), style=style))
        else:
            print(_CONTROLS.sub("", text), flush=True)


def _shown(cell: object) -> str:
    return "" if cell is None else _CONTROLS.sub("", str(cell))


def _print_columns(rows: list[list[Text]]) -> None:
    widths = [max(len(row[column].plain) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        line = "  ".join(cell.plain.ljust(width) for cell, width in zip(row, widths, strict=True))
        print(line.rstrip(), flush=True)
