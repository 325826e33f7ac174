"""Text in UTF-16 is known without a mark; binary files with many NULs stay what they are."""

import random
import sqlite3
import struct
import wave
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.document import Kind
from service.domain.sniff import HEAD_BYTES, sniff
from service.domain.utf16 import unmarked_utf16

TEXTS = {
    "French": "« Œuvre née à l’été », dit-elle — puis rien…\r\n" * 40,
    "Vietnamese": "Người thợ xay nhìn dòng sông mà không nói gì.\n" * 40,
    "Russian": "Мельник смотрел на реку и молчал. Он ждал лета.\n" * 40,
    "Greek": "Ένας μυλωνάς κοίταζε χωρίς λέξη, είπε μόνο όχι.\n" * 40,
    "a table": "name;valid until;number\r\nAurora;2027-05-03;4711\r\n" * 40,
    "a word": "Oui",
    "beyond the plane": "A smile 😀 and a clef 𝄞 in the text.\n" * 2000,
}


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", TEXTS)
def test_text_without_a_mark_is_text(name: str, encoding: str) -> None:
    content = TEXTS[name].encode(encoding)
    assert unmarked_utf16(content) == encoding
    assert sniff(content[:HEAD_BYTES], "a.csv") is Kind.CSV
    assert sniff(content[:HEAD_BYTES], "a") is Kind.TXT
    assert unmarked_utf16(content[:-1]) == encoding, "cut off in a letter"


def binaries() -> Iterator[tuple[str, bytes]]:
    """By what they are: none of them is text, and all have many NULs."""
    chance = random.Random(4)
    yield "NULs", bytes(4096)
    yield "spaces", b" \x00" * 2048
    yield "UTF-32", "Some words in four bytes each. ".encode("utf-32-le") * 50
    yield "small numbers", b"".join(struct.pack("<H", chance.randrange(256)) for _ in range(4000))
    yield "big numbers", b"".join(struct.pack(">H", chance.randrange(256)) for _ in range(4000))
    yield "numbers of 32 bits", b"".join(struct.pack("<I", chance.randrange(9999)) for _ in range(4000))
    yield "halves", b"".join(struct.pack("<h", chance.randrange(-90, 90)) for _ in range(4000))
    yield "grey values", b"".join(struct.pack("<H", chance.randrange(160, 256)) for _ in range(4000))
    yield "letters without a space", b"".join(struct.pack("<H", chance.randrange(65, 91)) for _ in range(999))
    yield "digits", b"".join(struct.pack("<H", chance.randrange(48, 58)) for _ in range(999))
    yield "a program", b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\x00>\x00\x01\x00\x00\x00" * 200
    yield (
        "a program with texts",
        b"MZ\x90\x00\x03\x00\x00\x00" + "This program cannot be run.".encode("utf-16-le"),
    )
    yield "text, then a record", TEXTS["French"].encode("utf-16-le") + struct.pack("<IIHH", 7, 0, 1, 0)
    yield "text with a control", "Some words\x07 of a text. ".encode("utf-16-le") * 40
    yield "lone surrogates", "Some words ".encode("utf-16-le") * 40 + b"\x00\xdc" * 4
    sound = BytesIO()
    with wave.open(sound, "wb") as written:
        written.setparams((1, 2, 8000, 0, "NONE", ""))
        written.writeframes(struct.pack("<2000h", *[each % 100 for each in range(2000)]))
    yield "a sound", sound.getvalue()


@pytest.mark.parametrize(("what", "content"), list(binaries()), ids=[what for what, _ in binaries()])
@pytest.mark.parametrize("odd", [False, True])
def test_what_is_no_text_is_none_whatever_it_is_called(what: str, content: bytes, odd: bool) -> None:
    shifted = b"\x01" + content if odd else content
    assert unmarked_utf16(shifted) is None, what
    for name in ("a.txt", "a.csv", "a.md", "a"):
        assert sniff(shifted[:HEAD_BYTES], name) is None


def test_a_database_is_none(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.db") as database:
        database.execute("PRAGMA encoding = 'UTF-16le'")
        database.execute("CREATE TABLE notes (said TEXT)")
        database.executemany("INSERT INTO notes VALUES (?)", [("Some words of a text.",)] * 500)
    assert unmarked_utf16((tmp_path / "a.db").read_bytes()) is None


@given(st.binary(max_size=400))
def test_any_bytes_have_an_answer(content: bytes) -> None:
    found = unmarked_utf16(content)
    assert found is None or b"\x00" in content


@given(st.text(min_size=1, max_size=200))
def test_whatever_text_is_recognised_is_read_as_it_was_written(text: str) -> None:
    try:
        content = text.encode("utf-16-le")
    except UnicodeEncodeError:
        return
    if unmarked_utf16(content) == "utf-16-le":
        assert content.decode("utf-16-le") == text


def test_bytes_of_one_byte_each_are_not_taken_for_it() -> None:
    assert unmarked_utf16(b"Plain words, one byte each.") is None
    assert unmarked_utf16(b"") is None and unmarked_utf16(b"\x00") is None
