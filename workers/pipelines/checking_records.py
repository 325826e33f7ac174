"""Phase Checking: a child reads the table; rows that are right are stored in parts, the others listed with reasons."""

import csv
import io
from dataclasses import asdict, dataclass, field

import orjson

from service.adapters.blob_store import BlobWriter
from service.domain.failure import Failure, FailureKind
from service.domain.ids import is_id
from service.domain.json import JsonObject
from service.domain.message import Message, english
from service.domain.records.cells import defused
from service.domain.records.columns import COLUMNS, TITLES
from service.domain.work import NewArtifact, StepDone
from workers.engines.failures import DocumentRefused
from workers.engines.source import step_limits
from workers.pipelines.declaration import StepContext

CHECKING_MS = 200
CHECKING_MS_PER_MB = 4000
ROWS_A_PART = 400
"""What is recorded in one transaction: the longer that is, the longer others wait for it on SQLite."""
_WARNINGS = 20
_REFUSED_KEPT = 10_000


@dataclass
class _Checked:
    """What has been read so far."""

    writer: BlobWriter
    parts: list[tuple[int, int, int]] = field(default_factory=list[tuple[int, int, int]])
    waiting: list[bytes] = field(default_factory=list[bytes])
    refused: list[JsonObject] = field(default_factory=list[JsonObject])
    refusals: int = 0

    async def take(self, item: JsonObject) -> None:
        """Rows came from the child."""
        self.waiting += [orjson.dumps(each) for each in item["rows"]]
        self.refusals += len(item["refused"])
        self.refused += item["refused"][: _REFUSED_KEPT - len(self.refused)]
        if len(self.waiting) >= ROWS_A_PART:
            await self.close_part()

    async def close_part(self) -> None:
        """What waits is a part of its own."""
        if self.waiting:
            start = self.writer.size
            await self.writer.write(b"\n".join((*self.waiting, b"")))
            self.parts.append((start, self.writer.size, len(self.waiting)))
            self.waiting = []

    @property
    def rows(self) -> int:
        """How many are right."""
        return sum(rows for _, _, rows in self.parts)


async def check(context: StepContext) -> StepDone:
    """Reads the table; raises DocumentRefused where it holds no row that can be recorded."""
    context.report.began(context.cost)
    context.report.detail(Message("detail", "opening"))
    options, limits = context.options, context.tools.limits
    call: JsonObject = {
        "kind": context.document.kind,
        "order": options.date_order,
        "checks": {"once": options.on_same != "keep", **await _chosen_ship(context)},
        "limits": {**asdict(limits.flow), "pages": limits.max_pages},
    }
    async with (
        context.blobs.writer(context.output_key) as writer,
        context.blobs.local_copy(context.document.blob) as path,
    ):
        checked = _Checked(writer)
        target = "workers.engines.tables.child:read_certificates"
        async with context.tools.sandbox.call(
            target, {"path": str(path), **call}, step_limits(limits)
        ) as items:
            async for item in items:
                await checked.take(item)
                context.report.detail(Message("detail", "rows", {"rows": item["at"]}))
        await checked.close_part()
        await writer.commit()
    if not checked.rows and not checked.refusals:
        raise DocumentRefused("no_rows")
    context.report.worked(context.cost)
    return StepDone(
        output={"parts": checked.parts, "rows": checked.rows, "refused": checked.refusals},
        output_blob=context.output_key,
        warnings=_warnings(checked),
        artifacts=await _listed(context, checked),
    )


async def _chosen_ship(context: StepContext) -> JsonObject:
    ship_id: str | None = context.options.ship
    if ship_id is None:
        return {"ship_chosen": False, "only_ship": None}
    ship = await context.records.ship(context.document.owner_id, ship_id) if is_id(ship_id) else None
    if ship is None:
        raise DocumentRefused("ship_gone")
    return {"ship_chosen": True, "only_ship": ship.imo}


def _warnings(checked: _Checked) -> dict[str, JsonObject]:
    """The first rows that were refused, and how many more there are."""
    warnings = {f"row-{each['params']['row']}": _failure(each) for each in checked.refused[:_WARNINGS]}
    more = checked.refusals - len(warnings)
    if more:
        warnings["rows-more"] = Failure("rows_more", {"rows": more}, FailureKind.USAGE, "checking").json()
    return warnings


def _failure(refused: JsonObject) -> JsonObject:
    return Failure(refused["code"], refused["params"], FailureKind.USAGE, "checking").json()


async def _listed(context: StepContext, checked: _Checked) -> tuple[NewArtifact, ...]:
    """`refused.csv`: row, reason, and what stood there, to be corrected and sent again. At most 10,000 rows."""
    if not checked.refused:
        return ()
    written = io.StringIO(newline="")
    rows = csv.writer(written, quoting=csv.QUOTE_ALL)
    rows.writerow(["Row", "Reason", *(TITLES[code] for code in COLUMNS)])
    for each in checked.refused:
        reason = english("failure", each["code"], each["params"])
        cells = [defused(each["values"].get(code, "")) for code in COLUMNS]
        rows.writerow([each["params"]["row"], reason, *cells])
    size = await context.blobs.put(f"{context.output_key}.1", ("\ufeff" + written.getvalue()).encode())
    return (NewArtifact("refused.csv", f"{context.output_key}.1", size, "text/csv; charset=utf-8"),)
