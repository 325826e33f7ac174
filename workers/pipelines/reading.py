"""Phase Reading: a step reads some pages, by their text layer or by OCR, and stores a record of each."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import takewhile

from service.adapters.blob_store import BlobWriter
from service.domain.costs import Costs, Spent, Unit
from service.domain.failure import Failure, FailureKind
from service.domain.ids import new_id
from service.domain.json import JsonObject
from service.domain.log_line import log_line
from service.domain.message import Message
from service.domain.work import StepDone, StepPlan
from service.protocol.page_record import is_record_of, page_record
from workers.engines.failures import EngineAway, EngineFailed
from workers.engines.ocr.port import OcrEngine, OcrRequest, PageToRead, Pixels
from workers.engines.source import Opened, Source, page_limits
from workers.failures import MOST_TRIES
from workers.pipelines.declaration import StepContext
from workers.sandbox import ChildFailed
from workers.watch import Watch

_PAGE_FAILURES = {
    "crashed": "page_crashed",
    "out_of_memory": "page_out_of_memory",
    "out_of_cpu": "page_out_of_cpu",
    "timed_out": "page_timed_out",
    "error": "page_broken",
}
_NOT_ABOUT_PAGES = frozenset({"ocr_language_missing", "ocr_unavailable", "ocr_denied"})
_OF_A_PAGE = frozenset({"ocr_timed_out", "ocr_crashed"})
DOUBTS_BEFORE_SINGLE_PAGES = 3
DOUBTS_BEFORE_PAGES_FAIL = 6
"""An engine that so often went away over the same pages is asked for each of them by itself, and then without them."""
OcrSteps = Callable[[list[int], OcrEngine, Costs], list[StepPlan]]


@dataclass(frozen=True)
class TextUnits:
    """What a step of text pages takes: `first` to its first page, `page` for each that follows."""

    first: Unit
    page: Unit


_OF_PDF = TextUnits(Unit("first_page:pymupdf", 25.0), Unit("page:pymupdf", 1.1))
_OF_FLOW = TextUnits(Unit("first_page:flow", 25.0), Unit("page:flow", 1.1))
_OCR_PAGE_MS = {"rapidocr": 2500.0, "tesseract": 2000.0, "documentai": 400.0}
_OTHER_OCR_PAGE_MS = 2000.0


def text_units(*, flows: bool) -> TextUnits:
    """Of documents that have no pages of their own, and of the others."""
    return _OF_FLOW if flows else _OF_PDF


def ocr_page(engine: str) -> Unit:
    """A page that the engine of this name reads."""
    return Unit(f"page:{engine}", _OCR_PAGE_MS.get(engine, _OTHER_OCR_PAGE_MS))


@dataclass
class _Reading:
    """What a step has read so far."""

    context: StepContext
    writer: BlobWriter
    page_cost: float
    pages: dict[str, str] = field(default_factory=dict[str, str])
    warnings: dict[str, JsonObject] = field(default_factory=dict[str, JsonObject])
    for_ocr: list[int] = field(default_factory=list[int])
    spent: list[Spent] = field(default_factory=list[Spent])
    read_any: bool = False
    stumbled: EngineAway | None = None

    async def take(self, records: Mapping[int, bytes], route: str) -> None:
        """Pages were read."""
        if records:
            for record in records.values():
                await self.writer.write(record)
            self._finished(records, f"{route}d")

    def fail(self, number: int, failure: Failure, route: str) -> None:
        """A page could not be read: it is named in a warning, and the others go on."""
        params = {**failure.params, "page": number}
        named = Failure(failure.code, params, failure.kind, "reading", failure.support_id)
        self.warnings[f"page-{number}"] = named.json()
        self.context.report.line(log_line("page_failed", "warning", page=number))
        self._finished((number,), f"{route}f")

    def leave_to_ocr(self, number: int) -> None:
        """A page's text layer is of no use."""
        self.for_ocr.append(number)
        self.context.report.pages({str(number): "op"})
        self.context.report.worked(self.page_cost)

    def begin(self, number: int, route: str, takes: float, together: int = 1) -> None:
        """Says which page is being read, and how many with it, and how many milliseconds that is expected to take."""
        total = self.context.page_count or number
        self.context.report.pages({str(number): f"{route}r"})
        self.context.report.detail(Message("detail", "page", {"page": number, "total": total}))
        self.context.report.began(self.page_cost * together, takes)

    def _finished(self, numbers: Collection[int], code: str) -> None:
        pages = {str(number): code for number in numbers}
        self.pages.update(pages)
        self.context.report.pages(pages)
        self.context.report.worked(self.page_cost * len(pages))


async def read(context: StepContext, source: Source, ocr_steps: OcrSteps) -> StepDone:
    """Reads the step's pages; pages that turn out to need OCR become new steps of the phase."""
    numbers: list[int] = context.input["pages"]
    costs, watch = context.tools.costs, Watch()
    async with (
        source.opened(context.blobs, context.tools) as opened,
        context.blobs.writer(context.output_key) as writer,
    ):
        reading = _Reading(context, writer, context.cost / len(numbers))
        if context.input["route"] == "text":
            await _read_text(reading, opened, numbers, flows=source.flows)
        else:
            await _read_by_ocr(reading, opened, numbers)
        if reading.warnings:
            await source.verify(context.blobs)  # no page is at fault where the file was damaged meanwhile
        await writer.commit()
    more: list[StepPlan] = []
    if reading.for_ocr:
        more = ocr_steps(reading.for_ocr, _engine(context), costs)
    if context.input["route"] == "text" and not reading.warnings:
        by = text_units(flows=source.flows)
        reading.spent.append(costs.measured(by.first, by.page, len(numbers) - 1, watch.milliseconds))
    return StepDone(
        output={"pages": len(reading.pages)},
        output_blob=context.output_key,
        pages=reading.pages,
        warnings=reading.warnings,
        more=tuple(more),
        spent=tuple(reading.spent),
    )


async def _read_text(reading: _Reading, opened: Opened, numbers: list[int], *, flows: bool) -> None:
    """A child reads page after page; after one that kills it, a new child goes on with the next."""
    context = reading.context
    accept_any = flows or context.options.ocr == "never"
    left = list(numbers)
    while left:
        reading.begin(left[0], "t", reading.page_cost)
        call = {"pages": left, "engine": "flow" if flows else "pymupdf", **opened.arguments()}
        limits = page_limits(context.tools.limits)
        try:
            async with context.tools.sandbox.call(
                "workers.engines.pdf.child:read_records", call, limits
            ) as items:
                async for several in items.together():
                    good = list(takewhile(_is_page, several))
                    for item in good:
                        left.remove(item["number"])
                    await _took_text(reading, good, accept_any=accept_any)
                    if len(good) < len(several):
                        raise ChildFailed("crashed", "the child sent no page")
                    if left:
                        reading.begin(left[0], "t", reading.page_cost)
            for number in left:
                reading.fail(number, Failure("page_missing"), "t")
            return
        except ChildFailed as failed:
            if failed.code is not None:
                raise
            if not left:
                return  # it died after its last page
            reading.fail(left.pop(0), _page_failure(failed, context), "t")


def _is_page(item: JsonObject) -> bool:
    return "failed" in item or is_record_of(item["number"], item["blob"])


async def _took_text(reading: _Reading, items: list[JsonObject], *, accept_any: bool) -> None:
    records: dict[int, bytes] = {}
    for item in items:
        number = item["number"]
        if "failed" in item:
            refused = item["failed"]
            reading.fail(number, Failure(refused["code"], refused["params"], FailureKind.USAGE), "t")
        elif item["usable"] or accept_any:
            records[number] = item["blob"]
        else:
            reading.leave_to_ocr(number)
    await reading.take(records, "t")


def _engine(context: StepContext) -> OcrEngine:
    """The one that the step keeps to, else the one that is right by now."""
    return context.tools.ocr.choose(context.options.languages, context.input.get("engine", "auto"))


async def _read_by_ocr(reading: _Reading, opened: Opened, numbers: list[int]) -> None:
    engine, doubts = _engine(reading.context), reading.context.doubts
    # What may have stumbled over one page is asked for each by itself.
    size = 1 if doubts >= DOUBTS_BEFORE_SINGLE_PAGES else engine.pages_per_call
    for start in range(0, len(numbers), size):
        await _read_group(reading, opened, engine, numbers[start : start + size])
    if reading.stumbled is not None and doubts < DOUBTS_BEFORE_PAGES_FAIL and not reading.read_any:
        raise reading.stumbled  # it answered nothing at all: that is no page's fault


async def _read_group(reading: _Reading, opened: Opened, engine: OcrEngine, group: list[int]) -> None:
    takes = reading.context.tools.costs.of(ocr_page(engine.name), len(group))
    reading.begin(group[0], "o", takes, len(group))
    left, watch = list(group), Watch()
    try:
        await _ask(reading, engine, await _request(reading, opened, engine, left), left)
        for number in left:
            reading.fail(number, Failure("page_missing"), "o")
    except EngineFailed as failed:
        if not _costs_only_pages(failed, reading.context):
            raise
        if isinstance(failed, EngineAway):
            reading.stumbled = failed
        refusal = Failure(failed.code, failed.params, FailureKind(failed.kind), support_id=new_id())
    except ChildFailed as failed:
        refusal = _page_failure(failed, reading.context)
    else:
        reading.spent.append(Spent(ocr_page(engine.name), len(group), watch.milliseconds))
        return
    # A page that is refused, or that no child survives, must not cost those that were sent with it.
    for number in left:
        if len(group) > 1:
            await _read_group(reading, opened, engine, [number])
        else:
            reading.fail(number, refusal, "o")


async def _ask(reading: _Reading, engine: OcrEngine, request: OcrRequest, left: list[int]) -> None:
    if not request.pages:
        return
    async with aclosing(engine.read(request)) as pages:
        async for page in pages:
            left.remove(page.number)
            record = page_record(page.number, page.to_json(), page.text, page.markdown)
            await reading.take({page.number: record}, "o")
            reading.read_any = True


def _costs_only_pages(failed: EngineFailed, context: StepContext) -> bool:
    """Whether the pages that were sent have failed, rather than the step: it is about them, or does not pass."""
    if isinstance(failed, EngineAway):
        return not failed.sure and context.doubts >= DOUBTS_BEFORE_SINGLE_PAGES
    if failed.code in _NOT_ABOUT_PAGES:
        return False
    if failed.kind == "transient":
        return failed.code in _OF_A_PAGE or context.failures + 1 >= MOST_TRIES
    return failed.kind == "usage"


async def _request(reading: _Reading, opened: Opened, engine: OcrEngine, left: list[int]) -> OcrRequest:
    """The pages in the form that the engine wants; a page that cannot be drawn has failed and leaves the list."""
    context = reading.context
    languages = tuple(context.options.languages)
    pages: list[PageToRead] = []
    async for item in _drawn(context, opened, list(left), pixels=engine.accepts == "pixels"):
        number = item["number"]
        if "failed" in item:
            left.remove(number)
            refused = item["failed"]
            reading.fail(number, Failure(refused["code"], refused["params"], FailureKind.USAGE), "o")
            continue
        pixels = None
        if engine.accepts == "pixels":
            pixels = Pixels(item["blob"], item["width_px"], item["height_px"], item["channels"])
        pages.append(PageToRead(number, item["width"], item["height"], item["rotation"], pixels))
    if engine.accepts == "pixels" or not pages:
        return OcrRequest(tuple(pages), None, languages)
    call = {"pages": [page.number for page in pages], **opened.arguments()}
    limits = page_limits(context.tools.limits)
    async with context.tools.sandbox.call("workers.engines.pdf.child:extract_pdf", call, limits) as items:
        cut = (await items.only())["blob"]
    return OcrRequest(tuple(pages), cut, languages)


async def _drawn(
    context: StepContext, opened: Opened, numbers: list[int], *, pixels: bool
) -> AsyncIterator[JsonObject]:
    limits = context.tools.limits
    dpi = limits.ocr_dpi if pixels else 36
    call = {"pages": numbers, "dpi": dpi, "megapixels": limits.page_megapixels, **opened.arguments()}
    async with context.tools.sandbox.call(
        "workers.engines.pdf.child:render", call, page_limits(limits)
    ) as items:
        async for item in items:
            yield item


def _page_failure(failed: ChildFailed, context: StepContext) -> Failure:
    params = {"seconds": context.tools.limits.page_seconds}
    code = failed.code or _PAGE_FAILURES[failed.kind]
    return Failure(code, {**params, **failed.params}, FailureKind.FATAL, support_id=new_id())
