"""Books given to a whole Headway, watched to their end, and the tables that they became."""

import time
from dataclasses import dataclass
from typing import Any

import orjson

from service.domain.json import JsonObject
from tests.benchmarks.served import Served

SEED = 619
"""The novel of the benchmarks is always the same one."""


@dataclass(frozen=True)
class Ended:
    """A job that has completed: its last value, seconds from the first byte sent to the word that it is completed, CPU
    seconds by part of the service, and seconds in each phase as its log has them."""

    value: JsonObject
    seconds: float
    cpu: dict[str, float]
    parts: dict[str, float]

    @property
    def job_id(self) -> str:
        """Its id."""
        return str(self.value["id"])


async def give(up: Served, content: bytes, *, start: bool = True, **options: Any) -> str:
    """Uploads the book as a PDF; the job's id."""
    async with up.http() as http:
        answer = await http.post(
            f"/api/uploads?pipeline=sentences&force=true&start={str(start).lower()}",
            files=[
                ("options", (None, orjson.dumps(options), "application/json")),
                ("files", ("book.pdf", content)),
            ],
        )
        return str(answer.raise_for_status().json()["accepted"][0]["job_id"])


async def through(up: Served, content: bytes, **options: Any) -> Ended:
    """Uploads the book and watches it to its end, which must be a success."""
    before, began = up.cpu(), time.monotonic()
    job_id = await give(up, content, **options)
    value: JsonObject = {}
    async for job in up.watching().watch(job_id):
        value = job.value
    seconds, after = time.monotonic() - began, up.cpu()
    assert value["state"] == "completed" and not value.get("warnings"), value
    return Ended(value, seconds, {part: after[part] - before[part] for part in after}, _parts(value))


def _parts(value: JsonObject) -> dict[str, float]:
    lines = [line for line in value["log"].values() if line["code"] == "phase"]
    begun = {"planning": value["started_at"]} | {line["params"]["phase"]: line["at"] for line in lines}
    ends = [*list(begun.values())[1:], value["ended_at"]]
    return {phase: end - start for (phase, start), end in zip(begun.items(), ends, strict=True)}


async def table(up: Served, job_id: str) -> list[JsonObject]:
    """Its rows."""
    async with up.http() as http:
        answer = await http.get(f"/api/jobs/{job_id}/artifacts/sentences.json")
        return orjson.loads(answer.raise_for_status().content)["sentences"]


def sentences_of(rows: list[JsonObject]) -> list[str]:
    """The sentences that the rows are of, in their order."""
    return list({row["sentence"]: str(row["source"]) for row in rows}.values())
