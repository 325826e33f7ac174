"""Certificates dropped into a house, and what has become of them."""

from dataclasses import replace
from typing import Any

from sqlalchemy import select

from service.adapters.record_tables import CertificateRow, ShipRow
from service.adapters.tables import StepRow
from tests.support.house import House
from workers.pipelines import all_pipelines
from workers.samples.certificate import AURORA, Certificate, certificate_pdf

SPEC = all_pipelines()["certificate"].spec()
STAR_IMO, WIND_IMO = "9074729", "9319466"


def like(name: str = "MV AURORA STAR", imo: str = STAR_IMO, **changes: Any) -> Certificate:
    """Aurora's certificate for another ship, or with another number."""
    ship = (("Name of ship", name), ("IMO number", imo), *AURORA.ship[2:])
    return replace(AURORA, ship=ship, **changes)


async def drop(house: House, certificate: Certificate = AURORA, name: str = "a.pdf", **options: Any) -> str:
    """Uploads it for the pipeline with these options; returns the job's id."""
    content = certificate_pdf(certificate)
    return (await house.accept(name, "pdf", content, spec=SPEC, options=options, force=True)).job_id


async def kept(house: House) -> list[CertificateRow]:
    """All records, the oldest first."""
    async with house.a.db.reading() as session:
        return list(await session.scalars(select(CertificateRow).order_by(CertificateRow.id)))


async def ships(house: House) -> list[ShipRow]:
    """All ships, the oldest first."""
    async with house.a.db.reading() as session:
        return list(await session.scalars(select(ShipRow).order_by(ShipRow.id)))


async def steps(house: House, job_id: str) -> list[StepRow]:
    """The job's steps in their order."""
    async with house.a.db.reading() as session:
        found = await session.scalars(
            select(StepRow).where(StepRow.job_id == job_id).order_by(StepRow.phase, StepRow.number)
        )
        return list(found)


def archived(house: House) -> list[str]:
    """What lies in the archive's folders."""
    root = house.settings.data_dir / "archive"
    return sorted(str(path.relative_to(root)) for path in root.glob("[!.]*/*"))


async def asked(house: House, job_id: str, code: str) -> dict[str, Any]:
    """The job waits for an answer to this; no step of it runs."""
    job = await house.state(job_id, "waiting")
    assert job.question is not None and job.question["code"] == code
    assert {step.state for step in await steps(house, job_id)} <= {"done", "queued"}
    return job.question


async def answer(house: House, job_id: str, code: str, choice: str) -> None:
    """Once the job asks this, it is told that."""
    question = await asked(house, job_id, code)
    assert choice in question["choices"]
    await house.a.commands.answer(job_id, question["id"], {"choice": choice}, house.actor)
