"""Phase Checking: whose certificate it is, what is wrong with it, and what a person says about that."""

from dataclasses import replace
from datetime import UTC, datetime

from service.domain.certificate.checks import Flaw, category_flaw, flaws_of, imo_flaw, name_flaw, told_by
from service.domain.costs import Spent
from service.domain.failure import Failure, FailureKind
from service.domain.json import JsonObject
from service.domain.log_line import log_line
from service.domain.message import Message
from service.domain.work import NewArtifact, StepDone
from workers.pipelines.certificate.asking import (
    MOVE,
    REJECT,
    SKIP,
    about_same,
    choice_of,
)
from workers.pipelines.certificate.costs import CHECKING
from workers.pipelines.certificate.decision import Decision
from workers.pipelines.certificate.facts import Facts
from workers.pipelines.certificate.summary import summary, summary_name
from workers.pipelines.certificate.whose import chosen_ship, printed_ship
from workers.pipelines.declaration import StepContext
from workers.watch import Watch


async def check(context: StepContext) -> StepDone:
    """Decides what becomes of the certificate; asks a person where that is not ours to say."""
    context.report.began(context.cost)
    context.report.detail(Message("detail", "checking"))
    watch = Watch()
    facts = Facts.of(context.before)
    decision = await _decided(context, facts)
    flaws = flaws_of(facts.found, datetime.now(UTC).date())
    text = summary(context.document.name, facts, decision, flaws)
    size = await context.blobs.put(f"{context.output_key}.0", text.encode())
    name = summary_name(context.document.name)
    if decision.kept and decision.ship.id is None:
        context.report.line(log_line("ship_new", ship=decision.ship.shown))
    context.report.worked(context.cost)
    return StepDone(
        output={"decision": decision.json(), "summary": {"name": name, "blob": f"{context.output_key}.0"}},
        artifacts=(NewArtifact(name, f"{context.output_key}.0", size, "text/plain; charset=utf-8"),),
        warnings=_warnings(flaws),
        outcome=decision.outcome,
        result=_shown(facts, decision),
        spent=(Spent(CHECKING, 1, watch.milliseconds),),
    )


async def _decided(context: StepContext, facts: Facts) -> Decision:
    """One question after the other; what was answered before is known."""
    chosen = await chosen_ship(context)
    decision = Decision(chosen if chosen is not None else await printed_ship(context, facts))
    if chosen is not None:
        decision = await _about_number(context, facts, decision)
    if decision.kept:
        decision = _about_name(context, facts, decision)
    if decision.kept:
        decision = _about_category(context, facts, decision)
    if decision.kept and decision.ship.id is not None:
        number = facts.values.get("certificate_number")
        row = await context.records.same(context.document.owner_id, decision.ship.id, number)
        same = about_same(context, decision.ship, row)
        skipped = same is not None and same.choice == SKIP
        decision = replace(decision, same=same, outcome="duplicate" if skipped else None)
    return decision


async def _about_number(context: StepContext, facts: Facts, decision: Decision) -> Decision:
    flaw = imo_flaw(facts.values, decision.ship.imo)
    if flaw is None:
        return decision
    other = await printed_ship(context, facts)
    params: JsonObject = {**flaw.params, "ship": decision.ship.shown, "other": other.shown}
    choice = choice_of(context, "other_ship", params)
    if choice == MOVE:
        return replace(decision, ship=other)
    return _answered(decision, choice, "other_ship", params)


def _about_name(context: StepContext, facts: Facts, decision: Decision) -> Decision:
    ship, printed = decision.ship, facts.values.get("ship_name")
    flaw = name_flaw(facts.values, ship.name, ship.imo) if ship.id is not None else None
    if flaw is None:
        return decision
    params: JsonObject = {"name": printed, "ship": ship.shown}
    return _answered(decision, choice_of(context, "name_mismatch", params), "name_mismatch", params)


def _about_category(context: StepContext, facts: Facts, decision: Decision) -> Decision:
    wanted = context.options.category
    flaw = category_flaw(facts.values, wanted) if wanted is not None else None
    if flaw is None:
        return decision
    params: JsonObject = {**flaw.params, "certificate": _named(facts)}
    return _answered(decision, choice_of(context, "wrong_category", params), "wrong_category", params)


def _answered(decision: Decision, choice: str, code: str, params: JsonObject) -> Decision:
    if choice == REJECT:
        return replace(decision, outcome="rejected")
    return decision.noted(code, params)


def _named(facts: Facts) -> str:
    values = facts.values
    return values.get("certificate_name") or values.get("abbreviation") or ""


def _shown(facts: Facts, decision: Decision) -> JsonObject:
    """What a card says of it."""
    return {
        "ship": decision.ship.shown,
        "certificate": _named(facts) or None,
        "number": facts.values.get("certificate_number"),
        "valid_until": facts.values.get("valid_until"),
        "notes": list(decision.notes),
    }


def _warnings(flaws: list[Flaw]) -> dict[str, JsonObject]:
    """By what they are about."""
    warnings: dict[str, JsonObject] = {}
    for each in flaws:
        failure = Failure(told_by(each), each.params, FailureKind.USAGE, "checking")
        warnings["-".join((each.code, *each.fields))] = failure.json()
    return warnings
