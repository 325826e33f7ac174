"""Notes at the feet of a PDF's pages interrupt no sentence, and nothing of them is lost."""

import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.footnotes import BODY, SMALL, Sheet, Type, book, read, wrapped
from tests.support.house import House, open_house
from workers.engines.prose.chunks import chunks_of
from workers.engines.prose.margins import Edges, margins_of
from workers.engines.prose.pieces import in_pieces
from workers.engines.prose.seams import Row, Seams, own_sentences
from workers.engines.prose.sentences import Sentence, sentences_of
from workers.pipelines import all_pipelines

pytestmark = pytest.mark.anyio

ROAD = "La nuit tombait sur le village, et la route qui montait vers le col disparaissait dans la brume."
HOUSE = "La maison était vide, et personne ne savait plus qui l'avait habitée avant la guerre ni pourquoi."
LONG = (
    "Elle attendit encore, car rien ne pressait, que la lampe fût éteinte, que les voisins fussent couchés, que le"
    " chien se tût enfin, et que la lune passât derrière le clocher, pour ouvrir la porte."
)
FIRST, SECOND = "Voir plus haut ce qui en est dit.", "On disait alors le pays de là-bas."

SPEC = all_pipelines()["sentences"].spec()


@pytest.fixture
async def house(sqlite_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(sqlite_url, redis_url, tmp_path / "data", drain_seconds=0.6) as opened:
        yield opened


def told(content: bytes, folder: Path) -> list[tuple[str, bool]]:
    pages, margins = read(content, folder)
    found = [(each.text, each.is_note) for each in sentences_of(pages, margins)]
    written = Counter(" ".join(line.text for page in pages for line in page.lines).split())
    kept = Counter(" ".join(text for text, _ in found).split())
    left_out = Counter(
        " ".join(page.lines[index].text for page in pages for index in margins.of(page.number)).split()
    )
    assert kept + left_out == written, "no word is lost or added"
    return found


def sheets(first: list[str], *more: Sheet) -> list[Sheet]:
    """A text whose first page has these notes, goes on in the midst of LONG."""
    lines = wrapped(f"{ROAD} {HOUSE} {LONG} {ROAD}", BODY, indent=16)
    lines[0] = f"  {lines[0]}"
    at = next(row for row, line in enumerate(lines) if "lampe" in line) + 1
    return [Sheet(lines[:at], first), Sheet(lines[at:]), *more]


@pytest.mark.parametrize("ruled", [True, False])
@pytest.mark.parametrize("size", [9.5, 8.5, 7.0])
@pytest.mark.parametrize(
    "calls",
    [
        ("^1 ", "^2 "),
        ("^1", "^2"),
        ("1. ", "2. "),
        ("(1) ", "(2) "),
        ("[1] ", "[2] "),
        ("* ", "** "),
        ("1 ", "2 "),
    ],
)
def test_notes_come_behind_the_sentence_that_crosses_the_page(
    tmp_path: Path,
    calls: tuple[str, str],
    size: float,
    ruled: bool,
) -> None:
    notes = [f"{call}{text}" for call, text in zip(calls, (FIRST, SECOND), strict=True)]
    pages = sheets(notes)
    pages[0].is_ruled = ruled
    found = told(book(pages, Type(notes=size)), tmp_path)
    assert [text for text, is_note in found if not is_note] == [ROAD, HOUSE, LONG, ROAD]
    assert [is_note for _, is_note in found] == [False] * 3 + [True] * 2 + [False]
    assert [text.endswith(said) for (text, _), said in zip(found[3:5], (FIRST, SECOND), strict=True)] == [
        True
    ] * 2


def test_a_note_of_many_lines_goes_on_at_the_next_foot(tmp_path: Path) -> None:
    note = wrapped(
        f"^1 Voir {' '.join(f'chapitre {n},' for n in range(40))} et la fin du livre. {SECOND}", SMALL
    )
    first, second = sheets(note[:3])
    second.notes = [*note[3:], "^2 Ici aussi."]
    found = told(book([first, second]), tmp_path)
    [long] = [text for text, _ in found if text.startswith("¹")]
    assert long.endswith("39, et la fin du livre.")
    assert [text for text, is_note in found if not is_note] == [ROAD, HOUSE, LONG, ROAD]
    assert [text for text, _ in found[-2:]] == [SECOND, "² Ici aussi."]


def test_a_note_that_fills_a_whole_page_is_one_note(tmp_path: Path) -> None:
    note = wrapped(f"^1 Voir {' '.join(f'chapitre {n},' for n in range(99))} et la fin du livre.", SMALL)
    first, second = sheets(note[:3])
    first.lines = [*first.lines[:1], first.lines[1].replace(" ", "^1 ", 1), *first.lines[2:]]
    second.notes = note[12:]
    found = told(book([first, Sheet([], note[3:12]), second]), tmp_path)
    assert [text for text, is_note in found if not is_note][1:] == [HOUSE, LONG, ROAD]
    assert [text.split()[-1] for text, is_note in found if is_note] == ["livre."]


def test_notes_stand_above_numbers_and_heads_that_are_none_of_the_text(tmp_path: Path) -> None:
    text = wrapped(" ".join([LONG] * 30), BODY)
    notes = [f"{at + 1}. {FIRST} {'Là. ' * at}{SECOND}" for at in range(8)]
    pages = [
        Sheet(text[at * 6 : at * 6 + 6], [notes[at]], head="LE MOULIN", number=f"– {at + 3} –")
        for at in range(8)
    ]
    found = told(book(pages), tmp_path)
    assert " ".join(text for text, is_note in found if is_note) == " ".join(notes)
    assert {text for text, is_note in found if not is_note and text.endswith(".")} == {LONG}


def test_notes_that_say_the_same_on_every_page_are_no_heads(tmp_path: Path) -> None:
    text = wrapped(" ".join([LONG.replace("encore,", "encore^1,")] * 30), BODY)
    pages = [Sheet(text[at * 6 : at * 6 + 6], ["1. Ibid."], head="LE MOULIN") for at in range(8)]
    found = told(book(pages), tmp_path)
    assert [text for text, is_note in found if is_note] == ["1. Ibid."] * 8


def test_where_notes_are_longer_than_the_text_they_are_notes_still(tmp_path: Path) -> None:
    text, pages = wrapped(" ".join([LONG] * 9), BODY), list[Sheet]()
    for at in range(6):
        note = wrapped(f"^{at + 1} " + " ".join([ROAD] * 8), SMALL)
        pages.append(Sheet(text[at * 4 : at * 4 + 4], note))
    found = told(book(pages), tmp_path)
    assert {text for text, is_note in found if not is_note and text.endswith(".")} == {LONG}


@pytest.mark.parametrize(
    "foot",
    [
        ["Un poème de trois vers", "qui n'a pas de numéro", "et finit la page."],
        ["1815 fut une année froide,", "12 hommes n'y virent rien."],
    ],
)
def test_small_type_without_a_call_stays_in_its_place(tmp_path: Path, foot: list[str]) -> None:
    found = told(book(sheets(foot)), tmp_path)
    assert not any(is_note for _, is_note in found)


def test_large_numbered_lines_at_the_foot_are_text(tmp_path: Path) -> None:
    found = told(book(sheets([f"1. {FIRST}", f"2. {SECOND}"]), Type(notes=BODY)), tmp_path)
    assert not any(is_note for _, is_note in found)


def test_notes_at_the_end_of_a_book_are_text(tmp_path: Path) -> None:
    pages = sheets([])
    pages += [
        Sheet(["NOTES"] * (not at), [f"{at * 9 + n}. {FIRST}" for n in range(1, 10)]) for at in range(3)
    ]
    found = [text for text, _ in told(book(pages), tmp_path)]
    assert found[5:] == [f"{n}. {FIRST}" for n in range(1, 28)]


def test_a_word_that_is_divided_at_the_page_is_whole(tmp_path: Path) -> None:
    first, second = sheets([f"^1 {FIRST}"])
    text = " ".join(first.lines)
    first.lines = [*first.lines[:-1], f"{first.lines[-1]} dou-"]
    second.lines = [f"leur {second.lines[0]}", *second.lines[1:]]
    pages, margins = read(book([first, second]), tmp_path)
    found = " ".join(each.text for each in sentences_of(pages, margins) if not each.is_note)
    assert found.startswith(f"{' '.join(text.split())} douleur {second.lines[0][5:]}")


def test_each_column_has_its_own_notes(tmp_path: Path) -> None:
    [left, right] = read(book(sheets([f"1. {FIRST}", f"2. {SECOND}"], Sheet([]))), tmp_path)[0][:2]
    beside = [
        replace(line, box=(line.box[0] + 400, *line.box[1:2], line.box[2] + 400, line.box[3]))
        for line in right.lines
    ]
    page = replace(left, width=840.0, lines=[*left.lines, *beside])
    found = [(each.text, each.is_note) for each in sentences_of([page], margins_of([Edges.of(page)]))]
    assert [text for text, _ in found] == [ROAD, HOUSE, LONG, f"1. {FIRST}", f"2. {SECOND}", ROAD]


async def test_a_book_with_notes_becomes_its_sentences(house: House) -> None:
    content = book(sheets([f"^1 {FIRST}", f"^2 {SECOND}"]))
    async with house.worker():
        accepted = await house.accept("book.pdf", "pdf", content, spec=SPEC, options={"max_words": 50})
        await house.state(accepted.job_id, "completed")
    rows = orjson.loads(await house.artifact(accepted.job_id, "sentences.json"))["sentences"]
    assert [(row["source"], row["opens"], row["page"]) for row in rows] == [
        (ROAD, True, 1), (HOUSE, False, 1), (LONG, False, 1),
        (f"¹ {FIRST}", True, 1), (f"² {SECOND}", True, 1), (ROAD, True, 2),
    ]  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 1000), size=st.integers(4, 9), overlap=st.integers(3, 4))
def test_chunks_of_any_size_give_what_the_whole_gives(
    tmp_path: Path, seed: int, size: int, overlap: int
) -> None:
    overlap = min(overlap, size - 1)
    pages, margins = read(book(noted(seed)), tmp_path)
    whole = list(Seams(8).take(row(each) for each in sentences_of(pages, margins)))
    assert any(each.is_note for each in whole)
    assert [each.start for each in whole] == sorted(each.start for each in whole)
    seams, rows = Seams(8), list[Row]()
    for chunk in chunks_of([page.number for page in pages], size, overlap):
        read_too = [page for page in pages if page.number in {chunk.before, *chunk.pages}]
        own = own_sentences(sentences_of(read_too, margins), chunk)
        rows += seams.take(Row.from_json(row(each).json(), 0) for each in own)
    assert [each.json() for each in rows] == [each.json() for each in whole]


def row(sentence: Sentence) -> Row:
    return Row.of(sentence, in_pieces(sentence.text, 8), is_near_seam=True)


def noted(seed: int) -> list[Sheet]:
    """A text whose pages have notes now and then, of which some go on at the next foot."""
    chosen, notes = random.Random(seed), list[str]()
    text = wrapped(" ".join(chosen.choice((ROAD, HOUSE, LONG)) for _ in range(100)), BODY)
    pages, number = list[Sheet](), 0
    for at in range(0, len(text), 9):
        if not notes and chosen.random() < 0.7:
            number += 1
            notes = wrapped(f"^{number} " + " ".join([FIRST, SECOND, ROAD] * chosen.randint(1, 3)), SMALL)
        most = chosen.randint(1, 6)
        pages.append(Sheet(text[at : at + 9], notes[:most]))
        notes = notes[most:]
    return pages
