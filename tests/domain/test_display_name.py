"""Names of files come from strangers: they are shown, and nothing else."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.document import display_name, extension


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("Rapport été.pdf", "Rapport été.pdf"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\scan.pdf", "scan.pdf"),
        ("/", "document"),
        ("..", "document"),
        (" . . ", "document"),
        ("", "document"),
        (None, "document"),
        ("a\x00b\r\n\x1b[31m.pdf", "ab[31m.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("\u2066a\u2069\u200f.pdf", "a.pdf"),
        ("\ud800half.pdf", "half.pdf"),
        ("  many\t\t spaces .pdf ", "many spaces .pdf"),
        (".gitignore", ".gitignore"),
        ("<script>alert(1)</script>.html", "script>.html"),
    ],
)
def test_a_name_is_shown_without_what_could_harm(given_name: str | None, shown: str) -> None:
    assert display_name(given_name) == shown


def test_of_a_long_name_the_beginning_and_the_ending_stay() -> None:
    shown = display_name("Report of the year " + "x" * 400 + " part 2.pdf")
    assert len(shown) == 200
    assert shown.startswith("Report of the year ")
    assert shown.endswith(" part 2.pdf")
    assert "…" in shown


@given(st.text() | st.text("./\\ \u202e\x00a", max_size=8))
def test_whatever_was_given_what_is_shown_is_short_plain_and_no_path(name: str) -> None:
    shown = display_name(name)
    assert 0 < len(shown) <= 200
    assert shown not in {".", ".."}
    assert not set(shown) & set("/\\")
    assert not any(unicodedata.category(each).startswith("C") for each in shown)
    assert shown.encode()


@pytest.mark.parametrize(
    ("name", "dotted"),
    [("a.PDF", ".pdf"), ("a.tar.gz", ".gz"), ("a", ""), (".bashrc", ""), ("a.", "."), ("", "")],
)
def test_the_extension_is_what_follows_the_last_dot(name: str, dotted: str) -> None:
    assert extension(name) == dotted
