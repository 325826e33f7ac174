"""A company's books after a chaos: records, archived files, questions and corrections, held against what its people did
and were told."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson
from sqlalchemy import select

from service.adapters.database import Database
from service.adapters.record_tables import CertificateEditRow, CertificateRow, ShipRow
from service.adapters.tables import JobRow, StepRow
from service.domain.job import JobState
from service.domain.json import JsonObject
from service.domain.step import StepState
from tests.faults.chaos.audit import QUESTION, Seen
from tests.faults.chaos.company import Company
from tests.faults.chaos.ledger import Ledger

_RECORDED = ("success", "warnings")
_REFUSING = {"reject": "rejected", "skip": "duplicate"}
_SUMMARY = "_Summary.txt"


@dataclass(frozen=True)
class _Entry:
    """What a job did to the books: the record that it made, or whose place it took."""

    job: JobRow
    record_id: str
    made: bool


@dataclass(frozen=True)
class Books:
    """All of it, as SQL and the archive have it. `jobs` are those with certificates, by id."""

    ledger: Ledger
    company: Company
    jobs: Mapping[str, JobRow]
    records: Mapping[str, CertificateRow]
    ships: Sequence[ShipRow]
    edits: Sequence[CertificateEditRow]
    steps: Sequence[StepRow]
    questions: Mapping[str, list[JsonObject]]

    def judge(self, archive: Path) -> None:
        """Notes all that is wrong with them."""
        entries = self._entries()
        self._records(entries)
        self._singles(entries)
        self._corrections(entries)
        self._answers()
        self._files(archive)
        self.ledger.counts |= {
            "certificates recorded": sum(job.outcome in _RECORDED for job in self.jobs.values()),
            "records": len(self.records),
            "questions asked": sum(map(len, self.questions.values())),
        }

    def _entries(self) -> list[_Entry]:
        """What finished steps say that they recorded; each job that has, has once, and no other."""
        entries: list[_Entry] = []
        for step in self.steps:
            told = (step.output or {}).get("recorded")
            if step.state == StepState.DONE and told is not None and step.job_id in self.jobs:
                for record_id in told["ids"]:
                    entries.append(_Entry(self.jobs[step.job_id], record_id, told["made"] == 1))
        times = Counter(each.job.id for each in entries)
        for job in self.jobs.values():
            wanted = int(job.state == JobState.COMPLETED and job.outcome in _RECORDED)
            if times[job.id] != wanted:
                self._wrong(
                    "records", job, f"is {job.outcome or job.state} and recorded {times[job.id]} times"
                )
        return entries

    def _records(self, entries: Sequence[_Entry]) -> None:
        """Each record was made by one job; whoever else wrote it took its place since somebody said so."""
        of_record: defaultdict[str, list[_Entry]] = defaultdict(list)
        for each in entries:
            of_record[each.record_id].append(each)
            if not each.made and "replace" not in self._given(each.job):
                self._wrong("records", each.job, "took the place of a record, which nobody said")
        for record_id, row in self.records.items():
            wrote = of_record[record_id]
            if sum(each.made for each in wrote) != 1 or row.job_id not in {each.job.id for each in wrote}:
                self.ledger.note("records", f"record {record_id[-6:]} of job {row.job_id}: {wrote}")
            elif row.certificate_number != self.company.papers[self.jobs[str(row.job_id)].name].number:
                self.ledger.note("records", f"record {record_id[-6:]} has number {row.certificate_number}")
        for lost in of_record.keys() - self.records.keys():
            self.ledger.note("records", f"record {lost[-6:]} is gone")

    def _singles(self, entries: Sequence[_Entry]) -> None:
        """A job has one record, a number one ship, and a second record of a number is there only if it is wanted."""
        for job_id, times in Counter(row.job_id for row in self.records.values()).items():
            if times > 1:
                self.ledger.note("records", f"job {job_id} has {times}")
        unasked = Counter(
            (self.records[each.record_id].ship_id, self.company.papers[each.job.name].number)
            for each in entries
            if each.made and each.record_id in self.records and "keep" not in self._given(each.job)
        )
        for (_, number), times in unasked.items():
            if times > 1:
                self.ledger.note("records", f"{times} of number {number}, which nobody was asked about")
        for imo, times in Counter(ship.imo for ship in self.ships).items():
            if times > 1:
                self.ledger.note("records", f"{times} ships have the number {imo}")

    def _corrections(self, entries: Sequence[_Entry]) -> None:
        """Each is noted once, and counts in its record's version; the last one is what stands there."""
        noted = Counter(str(each.new) for each in self.edits)
        for edit in self.company.edits:
            times = noted[edit.value]
            if times > 1 or (edit.is_acknowledged and times != 1):
                self.ledger.note("edits", f"{edit.value!r} is noted {times} times")
        written = Counter(each.record_id for each in entries)
        by_record: defaultdict[str, list[CertificateEditRow]] = defaultdict(list)
        for each in sorted(self.edits, key=lambda each: each.id):
            by_record[each.certificate_id].append(each)
        for record_id, row in self.records.items():
            edits = by_record[record_id]
            if row.version != written[record_id] + len(edits):
                self.ledger.note(
                    "edits",
                    f"record {record_id[-6:]} is at version {row.version}: {written[record_id]} jobs wrote it, "
                    f"and {len(edits)} corrections",
                )
            if edits and written[record_id] == 1 and row.issuing_authority != edits[-1].new:
                self.ledger.note("edits", f"record {record_id[-6:]} says {row.issuing_authority!r}")

    def _answers(self) -> None:
        """What was asked was asked once, and one answer to it counted: the one that was accepted."""
        for job_id, job in self.jobs.items():
            asked = self.questions.get(job_id, [])
            ids = {str(each["id"]) for each in asked}
            about = Counter(
                orjson.dumps([each["code"], each["params"]], option=orjson.OPT_SORT_KEYS) for each in asked
            )
            for what, times in about.items():
                if times > 1:
                    self._wrong("questions", job, f"asked {what.decode()} {times} times")
            for question_id, each in self.company.asked.get(job_id, {}).items():
                if question_id not in ids:
                    self._wrong("questions", job, f"showed {each.question}, which was never asked")
                if len(each.accepted) > 1:
                    self._wrong("questions", job, f"accepted {each.accepted} to one question")
            if job.state != JobState.COMPLETED:
                continue
            wanted = {
                _REFUSING[choice]
                for each in self.company.asked.get(job_id, {}).values()
                for choice in each.accepted
                if choice in _REFUSING
            }
            if (wanted and job.outcome not in wanted) or (
                job.outcome in _REFUSING.values() and not self._given(job) & _REFUSING.keys()
            ):
                self._wrong("questions", job, f"is {job.outcome}, and people said {self._given(job)}")

    def _files(self, archive: Path) -> None:
        """A recorded certificate and its summary are there once, side by side; of what is not kept nothing is."""
        files = list(archive.glob("[!.]*/*"))
        by_name: defaultdict[str, list[Path]] = defaultdict(list)
        for path in files:
            by_name[path.name].append(path)
        known: set[Path] = set()
        for job in self.jobs.values():
            found = [by_name[name] for name in (job.name, job.name.removesuffix(".pdf") + _SUMMARY)]
            known |= {path for paths in found for path in paths}
            is_recorded = job.state == JobState.COMPLETED and job.outcome in _RECORDED
            # Who was asked only as it was to be recorded, or was cancelled then, has archived it.
            most = 0 if job.outcome == "rejected" else 1
            counted = [len(paths) for paths in found]
            if counted != [1, 1] if is_recorded else max(counted) > most:
                self._wrong("archive", job, f"is {job.outcome or job.state} and has {counted} files")
            elif is_recorded and found[0][0].parent != found[1][0].parent:
                self._wrong("archive", job, "has its files in two folders")
            for path in found[0]:
                if path.read_bytes() != self.company.papers[job.name].content:
                    self._wrong("archive", job, "has other bytes in the archive")
        for path in set(files) - known:
            self.ledger.note("archive", f"{path.relative_to(archive)} is nobody's")
        self.ledger.counts["archived files"] = len(files)

    def _given(self, job: JobRow) -> set[str]:
        """All that people have said to the job, whether they were heard or not."""
        return {choice for each in self.company.asked.get(job.id, {}).values() for choice in each.given}

    def _wrong(self, what: str, job: JobRow, example: str) -> None:
        self.ledger.note(what, f"job {job.id[-6:]} {job.name}: {example}")


async def read(db: Database, company: Company, ledger: Ledger, seen: Iterable[Seen]) -> Books:
    """The books as they are when all has ended; `seen` by the database's witness."""
    async with db.reading() as session:
        jobs = await session.scalars(select(JobRow).where(JobRow.pipeline == "certificate"))
        by_id = {each.id: each for each in jobs}
        return Books(
            ledger,
            company,
            by_id,
            {each.id: each for each in await session.scalars(select(CertificateRow))},
            list(await session.scalars(select(ShipRow))),
            list(await session.scalars(select(CertificateEditRow))),
            list(
                await session.scalars(
                    select(StepRow).where(
                        StepRow.job_id.in_(select(JobRow.id).where(JobRow.pipeline == "certificate"))
                    )
                )
            ),
            _asked(ledger, seen),
        )


def _asked(ledger: Ledger, seen: Iterable[Seen]) -> dict[str, list[JsonObject]]:
    """By job the questions in their order; one that gave way to another without an answer is noted."""
    asked: defaultdict[str, list[JsonObject]] = defaultdict(list)
    open_now: dict[str, str] = {}
    for each in seen:
        if each.what != QUESTION:
            continue
        job_id = each.whose.partition("#")[0]
        if each.now:
            asked[job_id].append(orjson.loads(each.now))
            if open_now.get(job_id):
                ledger.note("questions", f"job {job_id[-6:]}: {open_now[job_id]} gave way to {each.now}")
        open_now[job_id] = each.now
    return asked
