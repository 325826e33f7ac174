"""Pipeline `records`: a table of certificates, as Headway exports it or as people keep it, becomes records."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.domain.pipeline import FirstStep
from service.domain.work import NextPhase, StepPlan
from workers.pipelines.checking_records import CHECKING_MS, CHECKING_MS_PER_MB, check
from workers.pipelines.declaration import A_SHIP, Phase, Pipeline, PlanContext
from workers.pipelines.recording_records import record, report

_RECORDING_MS_PER_ROW = 1.0
_REPORTING_MS = 10


class RecordsOptions(BaseModel):
    """What a person may choose."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ship: Annotated[
        str | None,
        Field(
            description="the id of the ship that all rows are of; without it each row names its ship by IMO number or "
            "name, and a ship that is not there is made",
            max_length=36,
            json_schema_extra=A_SHIP,
        ),
    ] = None
    on_same: Annotated[
        Literal["skip", "replace", "keep"],
        Field(description="what is done with a certificate of the same number of the same ship"),
    ] = "skip"
    date_order: Annotated[
        Literal["dmy", "mdy", "ymd"], Field(description="the order in dates such as 03/05/2027")
    ] = "dmy"
    dry_run: Annotated[bool, Field(description="only says what would be done")] = False


def plan_checking(_context: PlanContext) -> NextPhase:
    """One step reads the file."""
    return NextPhase((StepPlan(CHECKING_MS),))


def plan_recording(context: PlanContext) -> NextPhase:
    """A step for each part of what was read."""
    checked = context.before[0]
    steps = tuple(
        StepPlan(max(1, round(rows * _RECORDING_MS_PER_ROW)), {"start": start, "end": end})
        for start, end, rows in checked.output["parts"]
    )
    return NextPhase(steps, _REPORTING_MS)


def plan_reporting(_context: PlanContext) -> NextPhase:
    """One step sums up."""
    return NextPhase((StepPlan(_REPORTING_MS),))


PIPELINE = Pipeline(
    name="records",
    options=RecordsOptions,
    accepts=("csv", "xlsx", "txt"),
    first=FirstStep(cost=CHECKING_MS, whole_cost=CHECKING_MS + 300, whole_cost_per_mb=CHECKING_MS_PER_MB),
    phases=(
        Phase("checking", plan_checking, check),
        Phase("recording", plan_recording, record),
        Phase("reporting", plan_reporting, report),
    ),
)
