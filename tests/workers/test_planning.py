"""How the pages of a document are cut into steps: by what pages take here."""

from types import SimpleNamespace
from typing import Any, cast

from service.domain.costs import Costs, Spent
from service.domain.step import runs_on
from service.domain.work import NextPhase, PastWork
from tests.support.no_archive import no_archive
from workers.engines.toolbox import Toolbox
from workers.pipelines.assembling import ASSEMBLED_PAGE, ASSEMBLING
from workers.pipelines.declaration import DocumentFacts, PlanContext
from workers.pipelines.reading import ocr_page, text_units
from workers.pipelines.text import TextOptions, plan_assembling, plan_reading

ENGINE = SimpleNamespace(name="played", pages_per_call=2)
UNITS = text_units(flows=False)


def context(costs: Costs, *before: PastWork, slots: int = 2) -> PlanContext:
    ocr: Any = SimpleNamespace(choose=lambda _languages: ENGINE)
    tools = Toolbox(cast("Any", None), ocr, cast("Any", None), costs, archive=no_archive())
    document = DocumentFacts("d", "o", "a.pdf", "pdf", 1, "o/d", "")
    return PlanContext(document, TextOptions(), before, None, slots, tools)


def reading(routes: str, costs: Costs | None = None, slots: int = 2) -> NextPhase:
    inspected = PastWork(0, 0, {}, {"routes": routes}, None, {})
    return plan_reading(context(costs or Costs(), inspected, slots=slots))


def measured(**milliseconds: float) -> Costs:
    """What 500 units of each kind took, often."""
    units = {"text": UNITS.page, "ocr": ocr_page("played"), "page": ASSEMBLED_PAGE}
    costs = Costs()
    for _ in range(40):
        costs.learn(Spent(units[kind], 500, 500 * each) for kind, each in milliseconds.items())
    return costs


def pages(plan: NextPhase) -> list[int]:
    return [number for step in plan.steps for number in step.input["pages"]]


def test_six_hundred_pages_of_text_are_shared_by_two_slots() -> None:
    plan = reading("t" * 600)
    assert [len(step.input["pages"]) for step in plan.steps] == [300, 300]
    assert pages(plan) == list(range(1, 601))
    assert not runs_on([step.cost for step in plan.steps], plan.later_cost, slots=2)


def test_a_few_pages_are_one_step_that_runs_on() -> None:
    plan = reading("t" * 60)
    assert len(plan.steps) == 1
    assert runs_on([step.cost for step in plan.steps], plan.later_cost, slots=2)


def test_pages_that_take_longer_here_make_more_steps() -> None:
    slow = reading("t" * 600, measured(text=20.0))
    assert len(slow.steps) == 6, "about two seconds each"
    assert all(1800 < step.cost < 2300 for step in slow.steps)
    assert pages(slow) == list(range(1, 601))


def test_pages_for_ocr_cost_what_their_engine_took() -> None:
    guessed, learned = reading("ttoooo"), reading("ttoooo", measured(ocr=700.0))
    assert [step.input["route"] for step in learned.steps] == ["text", "ocr", "ocr"]
    assert [step.engine for step in learned.steps] == [None, "played", "played"]
    assert all(abs(step.cost - 1400) < 30 for step in learned.steps[1:])
    assert guessed.steps[1].cost == 2 * ocr_page("played").guess


def test_putting_together_costs_by_the_pages_that_were_read() -> None:
    costs = measured(page=2.0)
    read = PastWork(1, 0, {}, {"pages": 1000}, "blob", {})
    (step,) = plan_assembling(context(costs, read)).steps
    assert abs(step.cost - (2000 + ASSEMBLING.guess)) < 40
    assert reading("t" * 1000, costs).later_cost == step.cost
