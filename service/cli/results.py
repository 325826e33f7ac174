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

_TEXT, _SUMMARY, _SENTENCES = "text.txt", "_Summary.txt", "sentences.json"
_A_FEW = 5
_ENDS = (".", "!", "?", "…")


@dataclass(frozen=True)
class Result:
    """A job that has ended, and its text or a certificate's summary, if it has one; a book's rows of sentences."""

    value: JsonObject
    text: str | None
    rows: Sequence[JsonObject] = ()

    @property
    def words(self) -> int:
        """How many there are in the text."""
        return len((self.text or "").split())


@dataclass(frozen=True)
class Given:
    """Samples that are uploaded together."""

    pipeline: str
    options: JsonObject
    paths: list[Path]


@dataclass(frozen=True)
class Expected:
    """What `expected.json` beside the samples says of each, one of a file name and a pipeline."""

    folder: Path
    samples: Sequence[JsonObject]

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The file that was written with the samples."""
        return cls(folder, orjson.loads((folder / "expected.json").read_bytes()))

    def given(self) -> list[Given]:
        """The samples by pipeline and options, in the order in which they are to be shown."""
        alike: list[Given] = []
        for each in self.samples:
            if not alike or (alike[-1].pipeline, alike[-1].options) != (each["pipeline"], each["options"]):
                alike.append(Given(each["pipeline"], each["options"], []))
            alike[-1].paths.append(self.folder / each["name"])
        return alike

    def of(self, value: JsonObject) -> JsonObject:
        """What is said of this job's sample."""
        return next(each for each in self.samples if _is_of(value, each))


async def found_in(api: Api, value: JsonObject) -> Result:
    """The job with its text, read from the server; that of a book is its sentences, one a line."""
    artifacts: JsonObject = value.get("artifacts") or {}
    if _SENTENCES in artifacts:
        rows: list[JsonObject] = orjson.loads(await _content(api, value, _SENTENCES))["sentences"]
        return Result(value, "\n".join(row["text"] for row in rows), rows)
    names = [name for name in artifacts if name == _TEXT or name.endswith(_SUMMARY)]
    return Result(value, (await _content(api, value, names[0])).decode() if names else None)


def tell_results(screen: Screen, expected: Expected, results: Sequence[Result], seconds: float) -> None:
    """The table, a few sentences, and the sums."""
    screen.line("")
    screen.table(
        ("", "document", "pages", "state", "seconds", "found"),
        [_row(result, expected.of(result.value)) for result in results],
    )
    rows = [row for result in results for row in result.rows]
    if few := _a_few(rows):
        screen.line("")
        screen.table(("page", "some of the short sentences"), few)
    # A document that went through two pipelines is one, with its words.
    pages = {result.value["name"]: int(result.value.get("page_count") or 0) for result in results}
    words = sum(result.words for result in results if not result.rows)
    made = f", {len(rows):,} short sentences" if rows else ""
    screen.line(
        f"\n{len(pages)} documents, {sum(pages.values())} pages, {words:,} words{made} in {seconds:.1f} s.",
        "bold",
    )


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


async def _content(api: Api, value: JsonObject, name: str) -> bytes:
    async with api.stream(f"/api/jobs/{value['id']}/artifacts/{quote(name)}") as response:
        return b"".join([piece async for piece in response.aiter_bytes()])


def _a_few(rows: Sequence[JsonObject]) -> list[tuple[Text, str]]:
    """Page and text of some sentences from all over a book, such as were short enough to be left as they were."""
    whole = [row for row in rows if row["text"] == row["source"] and row["text"].endswith(_ENDS)]
    few = whole[:: max(1, len(whole) // _A_FEW)][:_A_FEW]
    return [(Text(str(row["page"]), justify="right", style="dim"), row["text"]) for row in few]


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
        chunks = len(result.value.get("chunks") or {})
        return telling(result.value).removeprefix("completed: ") + (f", {chunks} chunks" if chunks else "")
    routes = _routes(result.value)
    by_ocr = routes.count("o")
    if not by_ocr:
        return f"{result.words:,} words"
    which = "" if by_ocr == len(routes) else f"{by_ocr} of {len(routes)} pages "
    return f"{result.words:,} words, {which}by OCR"


def _missing(expected: Expected, results: Sequence[Result], rejected: Sequence[JsonObject]) -> list[str]:
    reasons = {each["name"]: each["problem"].get("detail") for each in rejected}
    return [
        f"{each['name']}: rejected, {reasons.get(each['name'])}"
        for each in expected.samples
        if not any(_is_of(result.value, each) for result in results)
    ]


def _is_of(value: JsonObject, sample: JsonObject) -> bool:
    return (value["name"], value["pipeline"]) == (sample["name"], sample["pipeline"])


def _differences(expected: Expected, result: Result) -> Iterator[str]:
    wanted, value = expected.of(result.value), result.value
    if value["state"] != wanted["state"]:
        yield f"{value['name']}: should be {wanted['state']}, not {value['state']}: {telling(value)}"
        return
    failure = (value.get("error") or {}).get("code")
    for what, should, was in (
        ("failure", wanted["failure"], failure),
        ("pages", wanted["page_count"], value.get("page_count")),
        ("routes", wanted["routes"], "".join(_routes(value))),
        ("sentences", wanted["sentences"], len(result.rows) or None),
        ("words", wanted["words"], [word for word in wanted["words"] if word in (result.text or "")]),
    ):
        if was != should:
            yield f"{value['name']}: {what} should be {should or 'none'}, not {was or 'none'}"


def _routes(value: JsonObject) -> list[str]:
    """How each page was read, in order: t(ext) or o(cr)."""
    pages: dict[str, str] = value.get("pages") or {}
    return [code[0] for _, code in sorted(pages.items(), key=lambda page: int(page[0]))]
