"""Pipeline `sheet`: the sentences of a book, as they were corrected by then, become a new spreadsheet in Google Sheets.

Nobody uploads for it: it works on what another job has made.
"""

from pydantic import BaseModel, ConfigDict

from service.domain.pipeline import FirstStep
from workers.pipelines.declaration import Phase, Pipeline
from workers.pipelines.sheet.costs import ALL_MS, GATHERING_MS
from workers.pipelines.sheet.filling import finish, open_spreadsheet, write
from workers.pipelines.sheet.gathering import gather
from workers.pipelines.sheet.planning import (
    plan_finishing,
    plan_gathering,
    plan_opening,
    plan_writing,
)


class SheetOptions(BaseModel):
    """`job` is the id of the one whose sentences are taken; `before` is where they were put the last time, for people
    to find until the new spreadsheet is there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    job: str
    before: str | None = None


PIPELINE = Pipeline(
    name="sheet",
    options=SheetOptions,
    accepts=(),
    first=FirstStep(cost=GATHERING_MS, whole_cost=ALL_MS, whole_cost_per_mb=0),
    phases=(
        Phase("gathering", plan_gathering, gather),
        Phase("opening", plan_opening, open_spreadsheet),
        Phase("writing", plan_writing, write),
        Phase("finishing", plan_finishing, finish),
    ),
)
