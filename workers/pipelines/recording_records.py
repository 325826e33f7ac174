"""Phases Recording and Reporting: a step hands over a part of the rows, and the last says what became of all."""

import orjson

from service.domain.json import JsonObject
from service.domain.log_line import log_line
from service.domain.message import Message
from service.domain.records.new import NewCertificate, OfShip, ToRecord
from service.domain.work import NewArtifact, StepDone
from workers.pipelines.declaration import StepContext

_COUNTED = ("made", "replaced", "skipped", "ships_made")


async def record(context: StepContext) -> StepDone:
    """Hands over its rows; they are recorded in the transaction in which the step is."""
    context.report.began(context.cost)
    context.report.detail(Message("detail", "writing"))
    stored = context.before[0].output_blob
    assert stored is not None, "Checking stores what it has read, also nothing"
    part = context.blobs.chunks(stored, context.input["start"], context.input["end"])
    rows = [orjson.loads(line) for line in b"".join([piece async for piece in part]).splitlines()]
    context.report.worked(context.cost)
    options = context.options
    to_record = ToRecord(
        tuple(_certificate(context, row) for row in rows),
        on_same=options.on_same,
        from_document=False,
        rehearsed=options.dry_run,
    )
    return StepDone(output={"rows": len(rows)}, to_record=to_record)


def _certificate(context: StepContext, row: JsonObject) -> NewCertificate:
    chosen: str | None = context.options.ship
    ship = OfShip(id=chosen) if chosen else OfShip(imo=row["imo"], name=row["name"])
    return NewCertificate(f"{context.job_id}:row-{row['row']}", ship, row["values"])


async def report(context: StepContext) -> StepDone:
    """Sums up what was recorded, in `report.json` and in the log."""
    context.report.began(context.cost)
    recorded = [each.output["recorded"] for each in context.before if "recorded" in each.output]
    summed = {name: sum(each[name] for each in recorded) for name in _COUNTED}
    refused: int = context.before[0].output["refused"]
    told: JsonObject = {**summed, "refused": refused, "dry_run": context.options.dry_run}
    size = await context.blobs.put(context.output_key, orjson.dumps(told))
    shown = {name: told[name] for name in ("made", "replaced", "skipped", "refused")}
    rehearsed = context.options.dry_run
    context.report.line(log_line("records_rehearsed" if rehearsed else "records_imported", **shown))
    context.report.worked(context.cost)
    artifact = NewArtifact("report.json", context.output_key, size, "application/json")
    return StepDone(output=told, artifacts=(artifact,))
