"""What all benchmarks share: rows with goals, medians over interleaved runs, CPU time of processes, the machine."""

import itertools
import os
import platform
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from service.domain.json import JsonObject

T = TypeVar("T")

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Goal:
    """What a value must come to; both bounds count as met."""

    at_least: float | None = None
    at_most: float | None = None

    def is_met(self, value: float) -> bool:
        """Whether the value is within the bounds."""
        return (self.at_least is None or value >= self.at_least) and (
            self.at_most is None or value <= self.at_most
        )

    def __str__(self) -> str:
        bounds = (("≥", self.at_least), ("≤", self.at_most))
        return ", ".join(f"{sign} {bound:g}" for sign, bound in bounds if bound is not None)


@dataclass(frozen=True)
class Row:
    """One measured value: the median of `samples`. `cpu_seconds` is what one sample cost all processes measured."""

    benchmark: str
    what: str
    value: float
    unit: str
    goal: Goal | None = None
    cpu_seconds: float | None = None
    samples: tuple[float, ...] = ()
    note: str = ""

    @property
    def verdict(self) -> str:
        """`met`, `short`, or nothing where there is no goal."""
        return "" if self.goal is None else "met" if self.goal.is_met(self.value) else "short"

    def json(self) -> JsonObject:
        """For a line of JSON; what is not known is left out."""
        told: JsonObject = {
            "benchmark": self.benchmark,
            "what": self.what,
            "value": _rounded(self.value),
            "unit": self.unit,
            "goal": str(self.goal) if self.goal else None,
            "verdict": self.verdict or None,
            "cpu_seconds": None if self.cpu_seconds is None else _rounded(self.cpu_seconds),
            "samples": [_rounded(each) for each in self.samples] or None,
            "note": self.note or None,
        }
        return {name: each for name, each in told.items() if each is not None}


@dataclass(frozen=True)
class Plan:
    """How thoroughly to measure, and the empty folder that belongs to the benchmark."""

    folder: Path
    quick: bool

    def times(self, full: int, quick: int = 1) -> int:
        """So many repetitions, or so few."""
        return quick if self.quick else full


def median_row(
    benchmark: str,
    what: str,
    samples: Sequence[float],
    unit: str,
    *,
    goal: Goal | None = None,
    cpu: Sequence[float] = (),
    note: str = "",
) -> Row:
    """The row of the samples' median; `cpu` are the CPU seconds of the same runs."""
    cost = statistics.median(cpu) if cpu else None
    return Row(benchmark, what, statistics.median(samples), unit, goal, cost, tuple(samples), note)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered), -int(-len(ordered) * share // 1)) - 1)]


async def interleaved(rounds: int, *runs: Callable[[], Awaitable[T]]) -> list[list[T]]:
    """The results of each of the runs. They take turns, so that a machine that is disturbed disturbs all alike, and
    each round begins with another."""
    results: list[list[T]] = [[] for _ in runs]
    for first in itertools.islice(itertools.cycle(range(len(runs))), rounds):
        for offset in range(len(runs)):
            turn = (first + offset) % len(runs)
            results[turn].append(await runs[turn]())
    return results


def cpu_seconds(pid: int, *, with_reaped: bool = False) -> float:
    """User and system time of a process, with that of its ended children if asked for; 0 once it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(map(int, fields[11 : 15 if with_reaped else 13])) / _TICKS


def memory_bytes(pid: int, field: str = "VmRSS") -> int:
    """A field of /proc/PID/status; `VmHWM` is the most that was resident since `forget_peak`."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    raise ValueError(f"process {pid} has no {field}")


def forget_peak(pid: int) -> None:
    """Lets VmHWM begin anew at what is resident now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def machine() -> JsonObject:
    """What the numbers depend on; `load` is the run queue of the last minute when asked."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": _processor(),
        "linux": platform.release().partition("-")[0],
        "python": platform.python_version(),
        "pymupdf": version("pymupdf"),
        "load": round(os.getloadavg()[0], 1),
    }


class Stopwatch:
    """Wall time since it was made, by the clock that never jumps."""

    def __init__(self) -> None:
        self._began = time.perf_counter()

    @property
    def seconds(self) -> float:
        """How long ago."""
        return time.perf_counter() - self._began


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return " ".join(value.split())
    return platform.machine()


def _rounded(value: float) -> float:
    return float(f"{value:.5g}")
