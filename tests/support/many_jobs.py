"""Rows of many jobs at once, for what must not grow with them."""

from typing import Any

from sqlalchemy import insert

from service.adapters.database import Database
from service.adapters.tables import JobRow, StepRow
from service.domain.ids import new_id

_AT_ONCE = 1000


async def add_jobs(
    db: Database, owner_id: str, number: int, state: str = "queued", **columns: Any
) -> list[str]:
    """So many jobs of this owner with one queued step each, oldest first; nobody is told of them."""
    jobs = [_job(owner_id, each, state) | columns for each in range(number)]
    async with db.writing() as session:
        for start in range(0, number, _AT_ONCE):
            some = jobs[start : start + _AT_ONCE]
            await session.execute(insert(JobRow), some)
            await session.execute(insert(StepRow), [_step(each["id"]) for each in some])
    return [each["id"] for each in jobs]


def _job(owner_id: str, number: int, state: str) -> dict[str, Any]:
    name = f"{number:05}.pdf"
    return {
        "id": new_id(),
        "owner_id": owner_id,
        "document_id": new_id(),
        "name": name,
        "searched_name": name,
        "kind": "pdf",
        "size": 1000,
        "pipeline": "text",
        "options": {},
        "fingerprint": new_id(),
        "state": state,
        "phases": ["inspecting", "reading"],
        "warnings": {},
        "cost_total": 1000,
        "created_at": float(number),
        "changed_at": float(number),
        "queued_at": float(number),
    }


def _step(job_id: str) -> dict[str, Any]:
    return {
        "id": new_id(),
        "job_id": job_id,
        "run": 1,
        "phase": 0,
        "number": 0,
        "state": "queued",
        "run_at": 0.0,
        "cost": 1000,
        "input": {},
        "pages": {},
    }
