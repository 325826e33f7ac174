"""`python -m tests.benchmarks [NAME…] [--quick] [--json FILE] [--write FILE]`: measures, prints tables and JSON rows.

A benchmark is a module of this folder with `measure(plan)`, an async generator of rows; its docstring says what it
measures. A folder of them stands for all that it holds. The exit code is 1 when one could not be run, 0 otherwise,
whatever the numbers are.
"""

import argparse
import asyncio
import importlib
import inspect
import sys
import tempfile
import traceback
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import ModuleType
from typing import cast

import orjson

from service.domain.json import JsonObject
from tests.benchmarks.measuring import Plan, Row, machine
from tests.benchmarks.telling import Part, machine_line, page, table

NAMES = (
    "documents",
    "upload",
    "pick_up",
    "cancel",
    "recovery",
    "newcomer",
    "start_up",
    "livez",
    "progress",
    "load",
    "memory",
    "engines",
    "certificates",
    "isolation",
    "live.delivery",
    "live.memory",
    "live.stalled",
    "live.restart",
    "live.crowded",
    "live.patches",
    "sentences.quality",
    "sentences.speed",
    "sentences.memory",
    "sentences.first_rows",
)
FOLDERS = ("live", "sentences")

Measure = Callable[[Plan], AsyncIterator[Row]]


def main(arguments: list[str] | None = None) -> int:
    """Runs the benchmarks that are named, or all of them in their order."""
    given = _parser().parse_args(arguments)
    names = [name for each in cast("list[str]", given.names) or NAMES for name in _meant(each)]
    facts = machine()
    print(machine_line(facts))
    parts: list[Part] = []
    for name in names:
        module = importlib.import_module(f"tests.benchmarks.{name}")
        rows = _run(name, module, quick=given.quick)
        if rows is not None:
            parts.append(Part(name, " ".join((inspect.getdoc(module) or "").split()), rows))
    lines = [
        {"machine": facts, "quick": bool(given.quick)},
        *(row.json() for part in parts for row in part.rows),
    ]
    if given.json is not None:
        _write_json(lines, given.json)
    if given.write is not None:
        written = Path(given.write)
        before = written.read_text() if written.exists() else ""
        written.write_text(page(before, NAMES, facts, parts, quick=given.quick))
    return 0 if len(parts) == len(names) else 1


def _meant(name: str) -> list[str]:
    return [each for each in NAMES if each.startswith(f"{name}.")] if name in FOLDERS else [name]


def _run(name: str, module: ModuleType, *, quick: bool) -> list[Row] | None:
    """The rows, printed as they are; None, loudly, when the benchmark could not be run."""
    print(f"\n{name}: {(inspect.getdoc(module) or '').partition(chr(10))[0]}", flush=True)
    measure: Measure = module.measure
    with tempfile.TemporaryDirectory(prefix=f"benchmark-{name}-") as folder:
        try:
            rows = asyncio.run(_collected(measure, Plan(Path(folder), quick)))
        except Exception:  # noqa: BLE001 -- the others are measured still, and the exit code tells
            traceback.print_exc()
            print(f"{name} could not be measured", file=sys.stderr)
            return None
    print(table(rows))
    for row in rows:
        print(orjson.dumps(row.json()).decode())
    sys.stdout.flush()
    return rows


async def _collected(measure: Measure, plan: Plan) -> list[Row]:
    return [row async for row in measure(plan)]


def _write_json(lines: list[JsonObject], path: str) -> None:
    Path(path).write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description="Measures how fast Headway is."
    )
    known = [*NAMES, *FOLDERS]
    parser.add_argument("names", nargs="*", choices=[*known, []], metavar="NAME", help=", ".join(known))
    parser.add_argument(
        "--quick", action="store_true", help="small and few: shows that it runs, not how fast"
    )
    parser.add_argument("--json", metavar="FILE", help="also write the rows there, one JSON object a line")
    parser.add_argument(
        "--write",
        metavar="FILE",
        help="also write the tables there, as Markdown; what was not measured now stays as it was there",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
