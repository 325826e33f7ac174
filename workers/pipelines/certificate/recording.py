"""Phase Recording: the certificate is handed over, to be recorded in the transaction in which the step is."""

from dataclasses import replace

from service.adapters.record_tables import CertificateRow
from service.domain.costs import Spent
from service.domain.json import JsonObject
from service.domain.log_line import log_line
from service.domain.message import Message
from service.domain.records.columns import LONGEST_NOTE
from service.domain.records.new import NewCertificate, ToRecord
from service.domain.work import StepDone
from workers.pipelines.certificate.asking import REPLACE, SKIP, about_same
from workers.pipelines.certificate.costs import RECORDING
from workers.pipelines.certificate.decision import Decision, ShipOfIt, note_text
from workers.pipelines.certificate.facts import Facts
from workers.pipelines.declaration import StepContext
from workers.watch import Watch


async def record(context: StepContext) -> StepDone:
    """Looks once more for a record of the same number, which another job may have made since: a person decides then.

    What is recorded between this look and the transaction is noticed there, and the step runs again.
    """
    context.report.began(context.cost)
    context.report.detail(Message("detail", "recording"))
    watch = Watch()
    facts, decision = Facts.of(context.before), Decision.given(context.before)
    row = await _same(context, facts, decision.ship)
    same = about_same(context, decision.ship, row, decision.same)
    if same is not None and same.choice == SKIP:
        context.report.line(log_line("stays_archived"))
        context.report.worked(context.cost)
        return StepDone(outcome="duplicate")
    own = await context.records.of_job(context.document.owner_id, context.job_id)
    archived: list[JsonObject] = next(
        past.output["archived"] for past in context.before if "archived" in past.output
    )
    replaced = row if same is not None and same.choice == REPLACE else own
    if replaced is row and row is not None:
        decision = decision.noted("replaced", {"number": row.certificate_number})
    new = NewCertificate(
        key=f"{context.job_id}:{context.step_id}",
        ship=decision.ship.wanted(),
        values={**facts.values, "category": facts.category, "note": _note(decision)},
        evidence=facts.evidence,
        archived=(*archived, *_stays(replaced, archived)),
        replaces=replaced.id if replaced is not None else None,
        beside=row.id if row is not None else None,
    )
    context.report.worked(context.cost)
    return StepDone(
        to_record=ToRecord((new,), on_same="ask"), spent=(Spent(RECORDING, 1, watch.milliseconds),)
    )


async def _same(context: StepContext, facts: Facts, ship: ShipOfIt) -> CertificateRow | None:
    """By the ship as it is known by now."""
    records, owner_id = context.records, context.document.owner_id
    if ship.id is None:
        there = await records.new_ship_by_now(owner_id, ship.wanted())
        if there is None:
            return None
        ship = replace(ship, id=there.id)
    assert ship.id is not None, "it was just found"
    return await records.same(owner_id, ship.id, facts.values.get("certificate_number"))


def _note(decision: Decision) -> str | None:
    text = note_text(decision.notes)
    return text[:LONGEST_NOTE] if text else None


def _stays(replaced: CertificateRow | None, archived: list[JsonObject]) -> tuple[JsonObject, ...]:
    """The files of the record whose place this takes: they are still where they were."""
    if replaced is None:
        return ()
    new = {each["id"] for each in archived}
    return tuple({**each, "replaced": True} for each in replaced.archived if each.get("id") not in new)
