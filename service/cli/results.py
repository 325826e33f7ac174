"""What came out of the demo: a table for people, and whether it is what was expected."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import orjson
from rich.text import Text

from service.cli.api import Api
from service.cli.failing import EXIT_INCOMPLETE
from service.cli.screen import Screen
from service.cli.states import mark_of, style_of, telling
from service.cli.views import seconds_taken
from service.domain.json import JsonObject

_TEXT = "text.txt"


@dataclass(frozen=True)
class Result:
    """A job that has ended, and how many words its text has."""

    value: JsonObject
    words: int | None


@dataclass(frozen=True)
class Expected:
    """What `expected.json` beside the samples says of each, by its file name."""

    folder: Path
    samples: dict[str, JsonObject]

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The file that was written with the samples."""
        return cls(folder, orjson.loads((folder / "expected.json").read_bytes()))

    def paths(self) -> list[Path]:
        """The samples, in the order in which they are to be shown."""
        return [self.folder / name for name in self.samples]


async def found_in(api: Api, value: JsonObject) -> Result:
    """Reads the text of a job that has one, and counts its words."""
    if _TEXT not in (value.get("artifacts") or {}):
        return Result(value, None)
    pieces: list[bytes] = []
    async with api.stream(f"/api/jobs/{value['id']}/artifacts/{_TEXT}") as response:
        pieces.extend([piece async for piece in response.aiter_bytes()])
    return Result(value, len(b"".join(pieces).decode(errors="replace").split()))


def tell_results(screen: Screen, results: Sequence[Result], seconds: float, link: str) -> None:
    """The table, the sums and the link."""
    rows = [_row(result) for result in results]
    screen.line("")
    screen.table(("", "document", "pages", "state", "seconds", "found"), rows)
    pages = sum(int(result.value.get("page_count") or 0) for result in results)
    words = sum(result.words or 0 for result in results)
    screen.line(f"\n{len(results)} documents, {pages} pages, {words:,} words in {seconds:.1f} s", "bold")
    screen.line("See them on the page (the link signs in one browser):")
    screen.line(f"\n  {link}\n", "bold cyan")


def tell_differences(
    screen: Screen, expected: Expected, results: Sequence[Result], rejected: Sequence[JsonObject]
) -> int:
    """Says what did not end as it should; the exit code."""
    differences = [
        *_missing(expected, results, rejected),
        *(d for r in results for d in _differences(expected, r)),
    ]
    for each in differences:
        screen.line(f"✗ {each}", "bold red")
    return EXIT_INCOMPLETE if differences else 0


def _row(result: Result) -> tuple[object, ...]:
    value = result.value
    took = seconds_taken(value)
    style = style_of(value)
    state = value["state"] + (
        " with warnings" if value["state"] == "completed" and value.get("warnings") else ""
    )
    return (
        Text(mark_of(value), style=style),
        value["name"],
        Text(str(value.get("page_count") or "–"), justify="right"),
        Text(state, style=style),
        Text("" if took is None else f"{took:.1f}", justify="right"),
        Text(_found(result), style="" if value["state"] == "completed" else "dim"),
    )


def _found(result: Result) -> str:
    if result.words is None:
        return telling(result.value)
    routes = [code[0] for code in (result.value.get("pages") or {}).values()]
    by_ocr = routes.count("o")
    how = f", {by_ocr} of {len(routes)} pages by OCR" if by_ocr else ""
    return f"{result.words:,} words{how}"


def _missing(expected: Expected, results: Sequence[Result], rejected: Sequence[JsonObject]) -> list[str]:
    there = {result.value["name"] for result in results}
    reasons = {each["name"]: each["problem"].get("detail") for each in rejected}
    return [f"{name}: rejected, {reasons.get(name)}" for name in expected.samples if name not in there]


def _differences(expected: Expected, result: Result) -> list[str]:
    value, wanted = result.value, expected.samples[result.value["name"]]
    name = value["name"]
    found = []
    if value["state"] != wanted["state"]:
        found.append(f"{name}: expected {wanted['state']}, was {value['state']}: {telling(value)}")
    return found
