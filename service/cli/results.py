"""What came out of the demo: a table for people, and whether it is what was expected."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import quote

import orjson
from rich.text import Text

from service.cli.api import Api
from service.cli.failing import EXIT_INCOMPLETE
from service.cli.screen import Screen
from service.cli.states import mark_of, style_of, telling
from service.cli.views import seconds_taken
from service.domain.json import JsonObject

_TEXT, _SUMMARY = "text.txt", "_Summary.txt"


@dataclass(frozen=True)
class Result:
    """A job that has ended, and its text or a certificate's summary, if it has one."""

    value: JsonObject
    text: str | None

    @property
    def words(self) -> int:
        """How many there are in the text."""
        return len((self.text or "").split())


@dataclass(frozen=True)
class Expected:
    """What `expected.json` beside the samples says of each, by its file name."""

    folder: Path
    samples: dict[str, JsonObject]

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The file that was written with the samples."""
        return cls(folder, orjson.loads((folder / "expected.json").read_bytes()))

    def paths(self) -> dict[str, list[Path]]:
        """The samples by pipeline, in the order in which they are to be shown."""
        by_pipeline: dict[str, list[Path]] = {}
        for name, each in self.samples.items():
            by_pipeline.setdefault(each["pipeline"], []).append(self.folder / name)
        return by_pipeline


async def found_in(api: Api, value: JsonObject) -> Result:
    """The job with its text, read from the server."""
    names = [name for name in value.get("artifacts") or {} if name == _TEXT or name.endswith(_SUMMARY)]
    if not names:
        return Result(value, None)
    async with api.stream(f"/api/jobs/{value['id']}/artifacts/{quote(names[0])}") as response:
        pieces = [piece async for piece in response.aiter_bytes()]
    return Result(value, b"".join(pieces).decode())


def tell_results(screen: Screen, expected: Expected, results: Sequence[Result], seconds: float) -> None:
    """The table and the sums."""
    rows = [_row(result, expected.samples[result.value["name"]]) for result in results]
    screen.line("")
    screen.table(("", "document", "pages", "state", "seconds", "found"), rows)
    pages = sum(int(result.value.get("page_count") or 0) for result in results)
    words = sum(result.words for result in results)
    screen.line(f"\n{len(results)} documents, {pages} pages, {words:,} words in {seconds:.1f} s.", "bold")


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


def _row(result: Result, wanted: JsonObject) -> tuple[object, ...]:
    value = result.value
    took = seconds_taken(value)
    style = style_of(value)
    state = str(value["state"])
    if state == "completed" and value.get("warnings"):
        state += " with warnings"
    if state == wanted["state"] != "completed":
        state, style = f"{state}, as it should", "yellow"
    return (
        Text(mark_of(value), style=style),
        value["name"],
        Text(str(value.get("page_count") or "–"), justify="right"),
        Text(state, style=style),
        Text("" if took is None else f"{took:.1f}", justify="right"),
        Text(_found(result), style="" if value["state"] == "completed" else "dim"),
    )


def _found(result: Result) -> str:
    if result.text is None or result.value.get("result"):
        return telling(result.value).removeprefix("completed: ")
    routes = _routes(result.value)
    by_ocr = routes.count("o")
    if not by_ocr:
        return f"{result.words:,} words"
    which = "" if by_ocr == len(routes) else f"{by_ocr} of {len(routes)} pages "
    return f"{result.words:,} words, {which}by OCR"


def _missing(expected: Expected, results: Sequence[Result], rejected: Sequence[JsonObject]) -> list[str]:
    there = {result.value["name"] for result in results}
    reasons = {each["name"]: each["problem"].get("detail") for each in rejected}
    return [f"{name}: rejected, {reasons.get(name)}" for name in expected.samples if name not in there]


def _differences(expected: Expected, result: Result) -> Iterator[str]:
    wanted, value = expected.samples[result.value["name"]], result.value
    if value["state"] != wanted["state"]:
        yield f"{value['name']}: should be {wanted['state']}, not {value['state']}: {telling(value)}"
        return
    failure = (value.get("error") or {}).get("code")
    for what, should, was in (
        ("failure", wanted["failure"], failure),
        ("pages", wanted["page_count"], value.get("page_count")),
        ("routes", wanted["routes"], "".join(_routes(value))),
        ("words", wanted["words"], [word for word in wanted["words"] if word in (result.text or "")]),
    ):
        if was != should:
            yield f"{value['name']}: {what} should be {should or 'none'}, not {was or 'none'}"


def _routes(value: JsonObject) -> list[str]:
    """How each page was read, in order: t(ext) or o(cr)."""
    pages: dict[str, str] = value.get("pages") or {}
    return [code[0] for _, code in sorted(pages.items(), key=lambda page: int(page[0]))]
