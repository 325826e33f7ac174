"""Pipeline `text`: any accepted document becomes its text, Markdown and a model of its pages."""

from itertools import pairwise
from typing import Annotated, Literal, Protocol, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from service.domain.costs import Costs
from service.domain.document import Kind
from service.domain.message import Message
from service.domain.pipeline import FirstStep
from service.domain.question import Field as QuestionField
from service.domain.question import Question
from service.domain.step import how_many_steps
from service.domain.work import NextPhase, StepDone, StepPlan
from workers.engines.failures import DocumentRefused
from workers.engines.ocr.port import OcrEngine
from workers.engines.source import Source, is_flowing, step_limits
from workers.pipelines.assembling import ASSEMBLED_PAGE, ASSEMBLING, assemble
from workers.pipelines.declaration import AskPerson, Phase, Pipeline, PlanContext, StepContext
from workers.pipelines.page_range import PAGE_RANGE, pages_in
from workers.pipelines.reading import TextUnits, ocr_page, read, text_units
from workers.sandbox import ChildFailed

OPENING_MS = 30
UNKNOWN_MS = 3000
"""What a document is taken for before it is opened. Rather long: the bar can go on faster, but it can't go back."""

ByOcr: TypeAlias = Annotated[
    Literal["auto", "always", "never"],
    Field(description="auto reads by OCR what has no usable text; always and never speak for all pages"),
]
Languages: TypeAlias = Annotated[
    tuple[Literal["en", "fr", "de", "es", "it", "pt", "nl", "vi"], ...],
    Field(description="languages that OCR should expect, most important first", max_length=5),
]
PagesToRead: TypeAlias = Annotated[
    str | None,
    Field(description="pages to read, such as 1-3,7; empty reads all", pattern=PAGE_RANGE, max_length=200),
]


class TextOptions(BaseModel):
    """What a person may choose."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ocr: ByOcr = "auto"
    languages: Languages = ("en",)
    pages: PagesToRead = None


class RouteOptions(Protocol):
    """The options that decide which pages are read, and how."""

    @property
    def ocr(self) -> Literal["auto", "always", "never"]: ...

    @property
    def pages(self) -> str | None: ...


def source_of(context: StepContext) -> Source:
    """The step's document, with the password that a person gave."""
    document = context.document
    password = Source.password_in(context.answers)
    return Source(document.id, document.blob, document.kind, document.size, document.sha256, password)


async def inspect(context: StepContext) -> StepDone:
    """Opens the document, counts its pages and predicts each page's route."""
    context.report.began(context.cost)
    context.report.detail(Message("detail", "opening"))
    source = source_of(context)
    try:
        async with source.opened(context.blobs, context.tools) as opened:
            call = {"page_limit": context.tools.limits.max_pages, **opened.arguments()}
            limits = step_limits(context.tools.limits)
            async with context.tools.sandbox.call("workers.engines.pdf.child:inspect", call, limits) as items:
                found = await items.only()
    except ChildFailed as failed:
        if failed.code in ("password_required", "password_wrong"):
            raise AskPerson(_ask_password(failed.code, context)) from failed
        raise
    routes = chosen_routes(found["routes"], context.options, flows=source.flows)
    left_out = {str(number): "sd" for number, route in enumerate(routes, start=1) if route == "s"}
    planned = {str(number): f"{route}p" for number, route in enumerate(routes, start=1)}
    context.report.pages({**planned, **left_out})
    context.report.worked(context.cost)
    return StepDone(
        output={"routes": routes}, pages=left_out, page_count=len(routes), pages_left_out=len(left_out)
    )


def chosen_routes(predicted: str, options: RouteOptions, *, flows: bool) -> str:
    """A letter a page: t text, o OCR, s skipped. Raises DocumentRefused when no page is left."""
    if flows or options.ocr == "never":
        predicted = "t" * len(predicted)
    elif options.ocr == "always":
        predicted = "o" * len(predicted)
    if options.pages is None:
        return predicted
    wanted = pages_in(options.pages, len(predicted))
    if not wanted:
        raise DocumentRefused("page_range_empty", {"pages": len(predicted)})
    return "".join(route if number in wanted else "s" for number, route in enumerate(predicted, start=1))


def _ask_password(code: str, context: StepContext) -> Question:
    tried = Source.password_in(context.answers) is not None
    return Question(
        id="",
        code="password_wrong" if tried else code,
        params={"name": context.document.name},
        fields=(QuestionField("password", "secret"),),
    )


def plan_inspecting(_context: PlanContext) -> NextPhase:
    """One step opens the document."""
    return NextPhase((StepPlan(OPENING_MS),))


def reading_steps(context: PlanContext) -> tuple[StepPlan, ...]:
    """Text pages in ranges that keep all slots busy, OCR pages in the engine's groups."""
    routes = context.before[0].output["routes"]
    text = [number for number, route in enumerate(routes, start=1) if route == "t"]
    scanned = [number for number, route in enumerate(routes, start=1) if route == "o"]
    costs = context.tools.costs
    steps = _text_steps(text, context.slots, costs, text_units(flows=is_flowing(context.document.kind)))
    if scanned:
        engine = context.tools.ocr.choose(context.options.languages)
        steps += ocr_steps(scanned, engine, costs)
    return tuple(steps)


def plan_reading(context: PlanContext) -> NextPhase:
    """The pages that are to be read, and the results after them."""
    routes = context.before[0].output["routes"]
    return NextPhase(
        reading_steps(context), _assembling_cost(len(routes) - routes.count("s"), context.tools.costs)
    )


def _text_steps(pages: list[int], slots: int, costs: Costs, by: TextUnits) -> list[StepPlan]:
    if not pages:
        return []
    count = min(len(pages), how_many_steps(costs.of(by.page, len(pages)) / 1000, slots))
    bounds = [len(pages) * part // count for part in range(count + 1)]
    return [
        StepPlan(
            _whole(costs.of(by.first) + costs.of(by.page, end - start - 1)),
            {"route": "text", "pages": pages[start:end]},
        )
        for start, end in pairwise(bounds)
    ]


def ocr_steps(pages: list[int], engine: OcrEngine, costs: Costs) -> list[StepPlan]:
    """Steps for pages that this engine must read, as many a step as it takes at a time.

    Each keeps to its engine: should that be away they wait, since a document is not read by two in turn.
    """
    size = engine.pages_per_call
    groups = [pages[start : start + size] for start in range(0, len(pages), size)]
    return [
        StepPlan(
            _whole(costs.of(ocr_page(engine.name), len(each))),
            {"route": "ocr", "pages": each, "engine": engine.name},
        )
        for each in groups
    ]


def plan_assembling(context: PlanContext) -> NextPhase:
    """One step puts the pages together."""
    pages = sum(each.output["pages"] for each in context.before if "pages" in each.output)
    return NextPhase((StepPlan(_assembling_cost(pages, context.tools.costs)),))


def _assembling_cost(pages: int, costs: Costs) -> int:
    return _whole(costs.of(ASSEMBLING) + costs.of(ASSEMBLED_PAGE, pages))


def _whole(milliseconds: float) -> int:
    return max(1, round(milliseconds))


async def read_pages(context: StepContext) -> StepDone:
    """Reads the pages of one step."""
    return await read(context, source_of(context), ocr_steps)


async def _assemble(context: StepContext) -> StepDone:
    return await assemble(context, source_of(context))


PIPELINE = Pipeline(
    name="text",
    options=TextOptions,
    accepts=tuple(Kind),
    first=FirstStep(cost=OPENING_MS, whole_cost=UNKNOWN_MS, whole_cost_per_mb=2000),
    phases=(
        Phase("inspecting", plan_inspecting, inspect),
        Phase("reading", plan_reading, read_pages),
        Phase("assembling", plan_assembling, _assemble),
    ),
)
