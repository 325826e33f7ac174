"""How much faster a book is with two workers than with one, against two bare processes and one.

A novel of 619 pages, from the first byte of its upload to the word that all its files are there, through a Headway with
one worker and one with two, each with one slot. The peer is the same engines in one process and in two that share pages
and chunks between them, as long as that can be shared, after which one of them merges and writes the same files. All
four take turns; a speed-up is that of one round. Goal: two workers gain at least 0.9 of what two bare processes gain.
Beside it, without a goal, stands what the bare processes gain until they merge.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.benchmarks.measuring import Goal, Plan, Row, interleaved, median_row
from tests.benchmarks.sentences.bare_book import BareProcesses, Made, bare_processes
from tests.benchmarks.sentences.books import SEED, Ended, through
from tests.benchmarks.served import Served, served
from tests.support.novel_files import novel_pdf
from tests.support.novels import Novel, novel

GAIN = Goal(at_least=0.9)

_NAME = "sentences.speed"
_PAGES, _QUICK_PAGES = 619, 120
_HANDS = (1, 2)
_row = partial(median_row, _NAME)


@dataclass
class _Rounds:
    """By how many hands there were, what each round took."""

    ours: dict[int, list[Ended]] = field(default_factory=lambda: {hands: [] for hands in _HANDS})
    bare: dict[int, list[Made]] = field(default_factory=lambda: {hands: [] for hands in _HANDS})


async def measure(plan: Plan) -> AsyncIterator[Row]:
    """Rounds of all four."""
    book = novel(_QUICK_PAGES if plan.quick else _PAGES, SEED)
    path = plan.folder / "book.pdf"
    path.write_bytes(novel_pdf(book))
    async with (
        served(plan.folder / "one", workers=1) as one,
        served(plan.folder / "two", workers=2) as two,
        bare_processes(2, plan.folder / "bare") as bare,
    ):
        rounds = await _rounds(plan, {1: one, 2: two}, bare, (path, book))
    for row in _told(rounds, len(book.pages)):
        yield row


async def _rounds(
    plan: Plan, ups: dict[int, Served], bare: BareProcesses, what: tuple[Path, Novel]
) -> _Rounds:
    path, book = what
    content, found = path.read_bytes(), _Rounds()

    async def ours(hands: int) -> None:
        found.ours[hands].append(await through(ups[hands], content, engine="rules"))

    async def peer(hands: int) -> None:
        found.bare[hands].append(await bare.make(path, len(book.pages), hands))

    turns = [partial(each, hands) for hands in _HANDS for each in (ours, peer)]
    for turn in turns:
        await turn()  # loads what is loaded once
    found = _Rounds()
    await interleaved(plan.times(7), *turns)
    return found


def _told(rounds: _Rounds, pages: int) -> Iterator[Row]:
    for hands in _HANDS:
        name = "one worker" if hands == 1 else "two workers"
        ended = rounds.ours[hands]
        costs = [sum(each.cpu.values()) for each in ended]
        yield _row(f"Headway, {name}", [pages / each.seconds for each in ended], "pages/s", cpu=costs)
        yield from _where_time_goes(name, ended)
        made = rounds.bare[hands]
        costs = [each.cpu_seconds for each in made]
        name = "one process" if hands == 1 else "two processes"
        yield _row(f"bare, {name}", [pages / each.seconds for each in made], "pages/s", cpu=costs)
    ours = [one.seconds / two.seconds for one, two in zip(*rounds.ours.values(), strict=True)]
    bare = [one.seconds / two.seconds for one, two in zip(*rounds.bare.values(), strict=True)]
    shared = [one.shared / two.shared for one, two in zip(*rounds.bare.values(), strict=True)]
    yield _row("speed-up of two workers", ours, "x")
    yield _row("speed-up of two bare processes", bare, "x")
    yield _row("speed-up of two bare processes, until they merge", shared, "x")
    gains = [each / peer for each, peer in zip(ours, bare, strict=True)]
    yield _row("speed-up: Headway / bare", gains, "x", goal=GAIN)


def _where_time_goes(name: str, ended: list[Ended]) -> Iterator[Row]:
    for phase in ("planning", "reading", "rewriting", "merging", "finishing"):
        yield _row(f"{name}: of it {phase}", [1000 * each.parts[phase] for each in ended], "ms")
