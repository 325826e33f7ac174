"""What everybody may know of a pipeline: the row that workers write at their start and the gateway validates by."""

from dataclasses import dataclass
from typing import Any, cast

from service.domain.json import JsonObject

JOB_MINUTES = "job-minutes"
"""The format, in the schema, of an option that says how many minutes the steps of a job may work."""


@dataclass(frozen=True)
class FirstStep:
    """What the gateway plans at the accept: the first phase's step and a rough cost of the whole job.

    Costs are expected milliseconds; the whole is `whole_cost + whole_cost_per_mb * megabytes` until the first
    phase has looked inside.
    """

    cost: int
    whole_cost: int
    whole_cost_per_mb: int

    def whole(self, size: int) -> int:
        """The expected cost of a document of so many bytes."""
        return self.whole_cost + int(self.whole_cost_per_mb * size / 1_000_000)


@dataclass(frozen=True)
class PipelineSpec:
    """Name, phases by code, accepted kinds, and the JSON Schema of the options."""

    name: str
    phases: tuple[str, ...]
    accepts: tuple[str, ...]
    options_schema: JsonObject
    first: FirstStep

    @property
    def takes_uploads(self) -> bool:
        """Whether people may upload for it; others work on what jobs have made."""
        return bool(self.accepts)

    def time_limit(self, options: JsonObject) -> float | None:
        """How many seconds the steps of a job with these options may work; None: as many as they need."""
        known: dict[str, Any] = self.options_schema.get("properties", {})
        limits = [options.get(name) for name, each in known.items() if each.get("format") == JOB_MINUTES]
        return min((60.0 * each for each in limits if each is not None), default=None)

    def json(self) -> JsonObject:
        """For the `pipelines` table."""
        return {
            "name": self.name,
            "phases": list(self.phases),
            "accepts": list(self.accepts),
            "options_schema": self.options_schema,
            "first": [self.first.cost, self.first.whole_cost, self.first.whole_cost_per_mb],
        }


def spec_from(value: JsonObject) -> PipelineSpec:
    """The spec that `json()` wrote."""
    return PipelineSpec(
        name=value["name"],
        phases=tuple(value["phases"]),
        accepts=tuple(value["accepts"]),
        options_schema=cast("JsonObject", value["options_schema"]),
        first=FirstStep(*value["first"]),
    )
