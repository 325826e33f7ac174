"""What the event log must hold, in plain Python: the scripts are held against this and against domain/progress.py."""

from copy import deepcopy
from dataclasses import replace

from service.adapters.events import Outcome, RowPatch, Seed, StepFacts
from service.domain.json import Json, JsonObject
from service.domain.progress import Progress
from service.protocol.snapshot import AT_NEW_RUN, LOG_LINES, MAP_FIELDS

CLOCKED = frozenset({"alive_at", "eta_seconds"})
_AT_WORK = frozenset({"queued", "processing", "pausing"})


class EventLogModel:
    """One job's log. What Redis's clock says (CLOCKED) is left out of the value."""

    def __init__(self) -> None:
        self.is_there = False
        self.of_this_server = False
        self.run = 0
        self.revision = 0
        self.seq = 0
        self.value: JsonObject = {}
        self._progress = Progress(0)
        self._sum = self._floor = self._last_line = 0
        self._steps: dict[str, tuple[int, int, bool]] = {}

    def wiped(self) -> None:
        """Redis lost everything."""
        self.is_there = self.of_this_server = False

    def moved(self) -> None:
        """The log was written by another server."""
        self.of_this_server = False

    def seed(self, seed: Seed) -> bool:
        """As EventLog.seed."""
        if self.of_this_server and self.revision >= seed.revision:
            return False
        percent = _shown(seed.percent, seed.value.get("state"))
        if self.is_there and self.run == seed.run:
            percent = max(percent, self._progress.highest)
        self.is_there = self.of_this_server = True
        self.run, self.revision, self.seq = seed.run, seed.revision, 1
        self._steps = dict(seed.steps)
        self._sum, self._floor = seed.done, 0
        self._progress = Progress(seed.total, seed.done, percent, seed.done, percent)
        self.value = {**{name: {} for name in MAP_FIELDS}, **deepcopy(seed.value), "percent": percent}
        self._last_line = max(map(int, self.value["log"]), default=0)
        self._count_pages()
        return True

    def append_row(self, row: RowPatch) -> Outcome:
        """As EventLog.append_row."""
        if not self.of_this_server:
            return Outcome.SEED_NEEDED
        if row.run < self.run:
            return Outcome.REFUSED
        if row.revision <= self.revision:
            return self._append_late(row)
        before = deepcopy(self.value)
        begins = row.run > self.run
        self.run, self.revision = row.run, row.revision
        if begins:
            self._reset()
        self._take(row.fields, whole=frozenset({"artifacts", "warnings", "chunks"}))
        self.value["pages"].update(row.pages)
        self._count_pages()
        self._row_progress(row, begins)
        self._add_lines(list(row.log))
        changed = begins or self.value != before
        self.seq += changed
        return Outcome.APPENDED if changed else Outcome.UNCHANGED

    def _append_late(self, row: RowPatch) -> Outcome:
        """Only the lines, and of them what the log lacks."""
        missing: list[Json] = []
        for line in row.log if row.run == self.run else ():
            if line not in self.value["log"].values() and line not in missing:
                missing.append(line)
        self._add_lines(missing)
        self.seq += bool(missing)
        return Outcome.APPENDED if missing else Outcome.REFUSED

    def append_facts(self, facts: StepFacts) -> Outcome:
        """As EventLog.append_facts."""
        if not self.of_this_server:
            return Outcome.SEED_NEEDED
        attempt, done, ended = self._steps.get(facts.step_id, (0, 0, False))
        late = facts.attempt < attempt or (facts.attempt == attempt and ended)
        if facts.run != self.run or self.value["state"] not in _AT_WORK or late:
            return Outcome.REFUSED
        self._steps[facts.step_id] = (facts.attempt, facts.done, facts.ended)
        self._sum += facts.done - done
        self._progress = self._progress.worked(max(self._sum, self._floor))
        self.value["percent"] = self._progress.highest
        self._take(facts.fields, whole=frozenset())
        self.value["pages"].update(facts.pages)
        self._count_pages()
        self._add_lines(list(facts.log))
        self.seq += 1
        return Outcome.APPENDED

    def _reset(self) -> None:
        self._steps = {}
        for name, what in AT_NEW_RUN.items():
            if what == "clear" and name in MAP_FIELDS - {"counters"}:
                self.value[name] = {}
            elif what == "clear" and name != "counters":
                self.value.pop(name, None)
        pages, counters = self.value["pages"], self.value["counters"]
        self.value["pages"] = {number: code for number, code in pages.items() if code[1] == "d"}
        self.value["counters"] = {
            key: counters[key] for key in ("pages_done", "pages_failed") if key in counters
        }

    def _row_progress(self, row: RowPatch, begins: bool) -> None:
        state = row.fields.get("state", self.value["state"])
        percent = _shown(row.fields.get("percent") or 0.0, row.fields.get("state"))
        self._floor = row.done_cost
        if begins:
            self._sum = row.done_cost
            self._progress = Progress(row.total_cost, self._sum, percent, self._sum, percent)
        else:
            done = self._sum = max(self._sum, self._floor)
            higher = replace(self._progress, highest=max(self._progress.highest, percent))
            grown = row.total_cost != higher.total
            self._progress = (
                higher.rescaled(total=row.total_cost, done=done) if grown else higher.worked(done)
            )
        if state == "completed":
            self._progress = replace(self._progress, highest=100.0)
        self.value["percent"] = self._progress.highest

    def _take(self, fields: JsonObject, whole: frozenset[str]) -> None:
        for name, each in fields.items():
            if name in MAP_FIELDS:
                entries = each if name in whole else {**self.value[name], **each}
                self.value[name] = {key: entry for key, entry in entries.items() if entry is not None}
            elif name != "percent":
                self.value[name] = each
        self.value = {name: each for name, each in self.value.items() if each is not None}

    def _count_pages(self) -> None:
        counters = self.value["counters"]
        for key, letter in (("pages_done", "d"), ("pages_failed", "f")):
            number = sum(code[1] == letter and code[0] != "s" for code in self.value["pages"].values())
            if number or key in counters:
                counters[key] = number

    def _add_lines(self, lines: list[Json]) -> None:
        log = self.value["log"]
        for line in lines:
            self._last_line += 1
            log[str(self._last_line)] = line
        for number in [each for each in log if int(each) <= self._last_line - LOG_LINES]:
            del log[number]


def _shown(percent: float, state: Json) -> float:
    return 100.0 if state == "completed" else min(99.9, int(percent * 10) / 10)
