"""What the benchmarks of sentences count, and that they run."""

from pathlib import Path

import orjson
import pytest

from tests.benchmarks.__main__ import main
from tests.benchmarks.sentences.quality import boundaries, words
from tests.corpora.sentences import Written
from tests.support import programs
from tests.support.own_children import own_children

_TWO = [Written("any", ("Il vint.", "Elle partit ?", "Oui.")), Written("any", ("La nuit tomba.", "Enfin !"))]


def test_ends_count_that_are_inside_of_paragraphs() -> None:
    """Three of them here: one is missed, and one is found where none is."""
    all_found = [sentence for each in _TWO for sentence in each.sentences]
    assert boundaries(_TWO, all_found)[0] == 1
    found = ["Il", "vint.", "Elle partit ? Oui.", "La nuit tomba.", "Enfin !"]
    assert boundaries(_TWO, found) == (pytest.approx(2 / 3), "3 ends: 1 missed, 1 where none is.")


def test_marks_and_capitals_are_no_words() -> None:
    assert words("— Viens, dit-il : « L’AUBE » !") == ["viens", "dit-il", "l'aube"]


def test_a_book_is_held_against_what_was_written(tmp_path: Path) -> None:
    json = tmp_path / "rows.json"
    assert main(["sentences.quality", "--quick", "--json", str(json)]) == 0
    _, *rows = [orjson.loads(line) for line in json.read_bytes().splitlines()]
    assert {row["verdict"] for row in rows} == {"met"}
    assert any(row["what"].endswith("pages: sentences lost") for row in rows)
    assert not own_children("benchmark-")


def test_the_first_rows_come_on_the_page(tmp_path: Path) -> None:
    """What the page timed is told beside what came over the socket."""
    programs.chromium()
    json = tmp_path / "rows.json"
    assert main(["sentences.first_rows", "--quick", "--json", str(json)]) == 0
    _, *rows = [orjson.loads(line) for line in json.read_bytes().splitlines()]
    values = {row["what"]: row["value"] for row in rows}
    drawn, painted = (value for what, value in values.items() if what.startswith("on the page"))
    assert 0 < drawn < painted
    assert not own_children("benchmark-")
