"""Notes of books in PDF: their numbers in the text are no digits of the words before."""

from collections.abc import Sequence
from typing import Any

import pytest

from workers.engines.pdf.mupdf import pymupdf
from workers.engines.pdf.reading import read_text

RAISED, LOWERED = (6.5, 4.0), (6.5, -2.0)


def line(sheet: Any, y: float, *parts: str | tuple[str, float, float]) -> None:
    """A line whose parts follow each other; each is text in 11 points, or text with its size and how high it stands."""
    x = 72.0
    for part in parts:
        text, size, higher = (part, 11.0, 0.0) if isinstance(part, str) else part
        sheet.insert_text((x, y - higher), text, fontsize=size)
        x += pymupdf.get_text_length(text, fontsize=size)


def read(
    tmp_path: Any, lines: Sequence[Sequence[str | tuple[str, float, float]]], rotation: int = 0
) -> list[str]:
    made = pymupdf.open()
    sheet = made.new_page()
    for row, parts in enumerate(lines):
        line(sheet, 100 + 20 * row, *parts)
    sheet.set_rotation(rotation)
    path = tmp_path / "book.pdf"
    path.write_bytes(made.tobytes())
    [page] = read_text(str(path), [1])
    assert page["text"].split() == " ".join(each["text"] for each in page["lines"]).split()
    return [each["text"] for each in page["lines"]]


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (("Elle est vide.", ("1", *RAISED), " Le vent"), "Elle est vide.¹ Le vent"),
        (("Elle est vide", ("12", *RAISED), ". Le vent"), "Elle est vide¹². Le vent"),
        (("« Elle est vide ! »", ("123", *RAISED), " Le vent"), "« Elle est vide ! »¹²³ Le vent"),
        (("Elle est vide. ", ("1", *RAISED), " Le vent"), "Elle est vide.¹ Le vent"),
        (("Elle est vide.", ("1", 11.0, 4.0), " Le vent"), "Elle est vide.¹ Le vent"),
        (("Elle est vide.", ("1", *RAISED)), "Elle est vide.¹"),
        (("En 1815 elle est vide.", ("1", *RAISED), " Le 3 mai"), "En 1815 elle est vide.¹ Le 3 mai"),
        (("un carré de x", ("2", *RAISED), " et y"), "un carré de x² et y"),
        ((("1", *RAISED), "Voir plus haut."), "¹ Voir plus haut."),
        ((("1", *RAISED), " Voir plus haut."), "¹ Voir plus haut."),
    ],
)
def test_raised_numbers_are_set_apart(tmp_path: Any, parts: tuple[Any, ...], text: str) -> None:
    assert read(tmp_path, [parts]) == [text]


@pytest.mark.parametrize(
    "parts",
    [
        ("A4 et R2D2, 12 hommes, en 1815.",),
        ("Il a dit: 12 hommes.", "3 femmes."),
        ("H", ("2", *LOWERED), "O est de l'eau."),
        ("le 1", ("er", *RAISED), " mars du XIX", ("e", *RAISED), " siècle"),
        ("Elle est vide", ("1234", *RAISED), " alors"),
        ("Elle est vide", ("2e", *RAISED), " alors"),
        (("Tome ", 7.0, 0.0), ("2", 7.0, 0.0), (" Fin", 7.0, 0.0)),
    ],
)
def test_other_numbers_stay_as_they_are(tmp_path: Any, parts: tuple[Any, ...]) -> None:
    text = "".join(part if isinstance(part, str) else part[0] for part in parts)
    assert read(tmp_path, [parts]) == [text]


def test_only_the_lines_with_raised_numbers_change(tmp_path: Any) -> None:
    lines = [("Une ligne avec 3 nombres.",), ("   ",), ("Deux", ("2", *RAISED), " lignes."), ("vide.7 Rien",)]
    assert read(tmp_path, lines) == ["Une ligne avec 3 nombres.", "Deux² lignes.", "vide.7 Rien"]


def test_lines_up_a_page_are_left_alone(tmp_path: Any) -> None:
    lines = [("Elle est vide.", ("1", *RAISED), " Le vent")]
    assert read(tmp_path, lines, rotation=90) == ["Elle est vide.1 Le vent"]
