"""What short sentences are worth: how long they are, whether words go or come, and where sentences end.

French sentences that were written by hand, and that no rule was made by, are set as a book, with divided words, running
heads and page numbers, and go through a whole Headway, cut by the rules. Words are compared without marks and capitals.
The F1 of boundaries is that of ends inside of paragraphs, since the others are the typesetter's. Then comes a novel
that our generator wrote, in as many chunks as it takes, whose sentences must be in the table once each.
"""

import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import chain

from service.domain.json import JsonObject
from tests.benchmarks.measuring import Goal, Plan, Row
from tests.benchmarks.sentences.books import SEED, sentences_of, table, through
from tests.benchmarks.served import Served, served
from tests.corpora.sentences import Written, written
from tests.support.novel_files import novel_pdf
from tests.support.novels import novel, printed
from workers.engines.prose.words import bare

_NAME = "sentences.quality"
_SHORT, _NONE, _BOUNDARIES = Goal(at_least=98), Goal(at_most=0), Goal(at_least=0.97)
_MOST_WORDS = (8, 5)
_PAGES, _QUICK_PAGES = 619, 70


async def measure(plan: Plan) -> AsyncIterator[Row]:
    """What was written by hand, then the novel."""
    async with served(plan.folder / "up", workers=len(os.sched_getaffinity(0))) as up:
        async for row in _by_hand(up):
            yield row
        async for row in _novel(up, _QUICK_PAGES if plan.quick else _PAGES):
            yield row


async def _by_hand(up: Served) -> AsyncIterator[Row]:
    paragraphs = written("apart")
    content = novel_pdf(printed(((each.sentences, each.lines) for each in paragraphs), SEED))
    meant = [sentence for each in paragraphs for sentence in each.sentences]
    for most in _MOST_WORDS:
        # What is short stands alone here: joined to its neighbour it would hide where that one ends.
        ended = await through(up, content, engine="rules", max_words=most, min_words=1)
        rows = await table(up, ended.job_id)
        for row in _words(f"at most {most} words", meant, rows, most):
            yield row
        if most == _MOST_WORDS[0]:
            value, note = boundaries(paragraphs, sentences_of(rows))
            yield Row(_NAME, "F1 of boundaries", value, "", _BOUNDARIES, note=note)


def _words(what: str, meant: Sequence[str], rows: Sequence[JsonObject], most: int) -> Iterator[Row]:
    lengths = [len(words(row["text"])) for row in rows]
    short = sum(length <= most for length in lengths)
    told = f"{len(meant)} sentences became {len(rows)}, of which {lengths.count(1)} have one word."
    yield Row(_NAME, f"{what}: short enough", 100 * short / len(rows), "%", _SHORT, note=told)
    said = list(chain.from_iterable(words(row["text"]) for row in rows))
    wanted = list(chain.from_iterable(map(words, meant)))
    lost, added = _lost_and_added(wanted, said)
    changed = sorted(Counter(wanted) - Counter(said)) + sorted(Counter(said) - Counter(wanted))
    shown = f"Of {len(wanted)} words." + (f" {', '.join(changed[:8])}" if changed else "")
    yield Row(_NAME, f"{what}: words lost or added", lost + added, "", _NONE, note=shown)


async def _novel(up: Served, pages: int) -> AsyncIterator[Row]:
    book = novel(pages, SEED)
    ended = await through(up, novel_pdf(book), engine="rules", min_words=1)
    found = sentences_of(await table(up, ended.job_id))
    lost, repeated = _lost_and_added(book.sentences, found)
    what, chunks = f"a novel of {len(book.pages)} pages", ended.value["counters"]["chunks_total"]
    note = f"Of {len(book.sentences)}, in {chunks} chunks."
    yield Row(_NAME, f"{what}: sentences lost", lost, "", _NONE, note=note)
    yield Row(_NAME, f"{what}: sentences repeated or invented", repeated, "", _NONE)
    moved = sum(one != other for one, other in zip(book.sentences, found, strict=False))
    yield Row(_NAME, f"{what}: sentences in another place", moved, "", _NONE)


def words(text: str) -> list[str]:
    """What of a text is words, without marks and capitals."""
    return [word for word in map(bare, text.split()) if word]


def boundaries(paragraphs: Sequence[Written], found: Sequence[str]) -> tuple[float, str]:
    """F1 of the ends of sentences inside of paragraphs, and what is behind it in words."""
    meant, edges, at = set[int](), set[int](), 0
    for paragraph in paragraphs:
        for sentence in paragraph.sentences:
            at += _letters(sentence)
            meant.add(at)
        edges.add(at)
    at, ends = 0, set[int]()
    for sentence in found:
        at += _letters(sentence)
        ends.add(at)
    meant, ends = meant - edges, ends - edges
    right, wrong, missed = len(meant & ends), len(ends - meant), len(meant - ends)
    told = f"{len(meant)} ends: {missed} missed, {wrong} where none is."
    return 2 * right / (2 * right + wrong + missed), told


def _letters(text: str) -> int:
    return len("".join(text.split()))


def _lost_and_added(meant: Sequence[str], said: Sequence[str]) -> tuple[int, int]:
    wanted, found = Counter(meant), Counter(said)
    return (wanted - found).total(), (found - wanted).total()
