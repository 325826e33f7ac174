"""Books in other languages than French, and books that are pictures of pages, through the whole pipeline."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path

import orjson
import pytest

from service.domain.json import JsonObject
from tests.support.house import House, open_house
from tests.support.novel_files import flowing, novel_pdf, scanned_pdf
from tests.support.novel_words import ENGLISH, FRENCH, VIETNAMESE, Wording
from tests.support.novels import novel
from workers.engines.prose.margins import Edges, margins_of
from workers.engines.prose.sentences import sentences_of
from workers.pipelines import all_pipelines

pytestmark = pytest.mark.anyio

SPEC = all_pipelines()["sentences"].spec()
BY_NAME = {"English": ENGLISH, "Vietnamese": VIETNAMESE}


@pytest.fixture(params=BY_NAME)
def wording(request: pytest.FixtureRequest) -> Wording:
    return BY_NAME[request.param]


@pytest.fixture
async def house(sqlite_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(sqlite_url, redis_url, tmp_path / "data", drain_seconds=0.6) as opened:
        yield opened


async def made(house: House, kind: str, content: bytes, **options: object) -> list[JsonObject]:
    """The table that the book becomes."""
    async with house.worker():
        accepted = await house.accept(f"book.{kind}", kind, content, spec=SPEC, options=options)
        job = await house.state(accepted.job_id, "completed", seconds=150)
    assert (job.outcome, job.warnings) == ("success", {})
    return orjson.loads(await house.artifact(accepted.job_id, "sentences.json"))["sentences"]


def sources(rows: list[JsonObject]) -> list[str]:
    return list({row["sentence"]: row["source"] for row in rows}.values())


@pytest.mark.parametrize("seed", range(5))
def test_novels_are_read_sentence_by_sentence(wording: Wording, seed: int) -> None:
    book = novel(20, seed, wording=wording)
    margins = margins_of(Edges.of(page) for page in book.pages)
    assert [each.text for each in sentences_of(book.pages, margins, mend=True)] == book.sentences


async def test_a_printed_book_loses_and_repeats_nothing(house: House, wording: Wording) -> None:
    book = novel(12, seed=21, wording=wording)
    rows = await made(house, "pdf", novel_pdf(book), chunk_pages=5)
    assert sources(rows) == book.sentences
    assert max(row["words"] for row in rows) <= 8
    dash, _ = wording.speech
    meant = [word for each in book.sentences for word in each.removeprefix(dash).split()]
    said = [word for row in rows for word in row["text"].split()]
    assert _without_quotes(said) == _without_quotes(meant)


@pytest.mark.parametrize("kind", ["txt", "epub", "docx"])
async def test_a_book_without_pages_becomes_its_sentences(house: House, wording: Wording, kind: str) -> None:
    paragraphs = [novel(1, seed, wording=wording, heads=False).sentences for seed in range(4)]
    rows = await made(house, kind, flowing(kind, [" ".join(each) for each in paragraphs]))
    assert sources(rows) == [sentence for each in paragraphs for sentence in each]


@pytest.mark.parametrize("kind", ["txt", "epub", "docx"])
async def test_each_line_of_a_play_without_pages_stays_one_by_itself(house: House, kind: str) -> None:
    said = ("Qu’on m’apporte ma couronne", "Il est fou", "Que dites-vous")
    left_out = ["II", "XIV.", "3", "* * *"]
    play = ["Acte premier", "Une salle du palais", *left_out]
    for turn in range(120):
        play += ["LE ROI" if turn % 2 else "LA REINE", said[turn % len(said)]]
    rows = await made(house, kind, flowing(kind, play))
    assert sources(rows) == [each for each in play if each not in left_out]
    kept = await made(house, kind, flowing(kind, play), preserve_formatting=True)
    assert sources(kept) == play


async def test_a_scanned_book_is_read_and_split_where_it_was_written_so(house: House) -> None:
    head = "Une saison au moulin"
    book = novel(3, seed=3, wording=replace(FRENCH, heads=(head, head)))
    rows = await made(house, "pdf", scanned_pdf(book), languages=["fr"])
    read = sources(rows)
    known, found = _letters(book.sentences), _letters(read)
    matcher = SequenceMatcher(None, known, found, autojunk=False)
    assert matcher.ratio() > 0.99, "the text is there, without heads and page numbers"
    assert not any(head in each for each in read)
    at_known = {
        block.b + offset: block.a + offset
        for block in matcher.get_matching_blocks()
        for offset in range(1, block.size + 1)
    }
    ends = set(_ends(book.sentences))
    right = sum(at_known.get(end) in ends for end in _ends(read))
    print(f"\nof {len(ends)} sentences of a scan {right} end right, of {len(read)} that were found")
    assert right > 0.9 * max(len(ends), len(read))
    assert max(row["words"] for row in rows) <= 8


def _without_quotes(words: list[str]) -> list[str]:
    return [word.strip("“”") for word in words]


def _letters(sentences: Sequence[str]) -> str:
    """What OCR tells apart well: no spaces, no marks, no case."""
    return "".join(letter for each in sentences for letter in each.lower() if letter.isalnum())


def _ends(sentences: Sequence[str]) -> Iterator[int]:
    """Behind how many letters each sentence ends."""
    end = 0
    for each in sentences:
        end += len(_letters([each]))
        yield end
