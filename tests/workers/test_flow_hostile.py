"""Hostile office and text files: refused by name, before they cost anything."""

import io
import os
import time
from pathlib import Path

import docx
import pytest

from tests.support.documents import zipped
from workers.engines.failures import DocumentRefused
from workers.engines.flow.child import convert
from workers.sandbox import ChildFailed, Limits, Sandbox

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1"'
    ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"'
    ' Target="word/document.xml"/></Relationships>'
)


def word_file(document_xml: str) -> bytes:
    return zipped({"_rels/.rels": _RELATIONS, "word/document.xml": document_xml})


def text_of(tmp_path: Path, content: bytes, kind: str, **limits: int) -> str:
    path = tmp_path / "document"
    path.write_bytes(content)
    return "".join(item.get("markdown", "") for item in convert(str(path), kind, **limits))


def refusal(tmp_path: Path, content: bytes, kind: str, **limits: int) -> DocumentRefused:
    with pytest.raises(DocumentRefused) as caught:
        text_of(tmp_path, content, kind, **limits)
    return caught.value


@pytest.mark.parametrize("kind", ["docx", "pptx", "xlsx", "epub", "csv", "html", "md", "txt"])
def test_zero_bytes_are_an_empty_document(tmp_path: Path, kind: str) -> None:
    assert refusal(tmp_path, b"", kind).code == "empty_document"


@pytest.mark.parametrize("kind", ["docx", "pptx", "xlsx", "epub"])
def test_garbage_and_truncated_archives_are_broken(tmp_path: Path, kind: str) -> None:
    assert refusal(tmp_path, b"PK\x03\x04" + os.urandom(5000), kind).code == "broken_document"
    buffer = io.BytesIO()
    docx.Document().save(buffer)
    assert refusal(tmp_path, buffer.getvalue()[:-500], kind).code == "broken_document"


@pytest.mark.parametrize("kind", ["docx", "pptx", "xlsx", "epub"])
def test_another_kind_of_archive_is_refused(tmp_path: Path, kind: str) -> None:
    assert refusal(tmp_path, zipped({"readme.txt": "hello"}), kind).code in ("wrong_kind", "broken_document")


def test_an_encrypted_office_file_says_so(tmp_path: Path) -> None:
    assert (
        refusal(tmp_path, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "docx").code
        == "archive_encrypted"
    )


@pytest.mark.parametrize("lock", ["rights.xml", "license.lcpl", "encryption.xml"])
def test_a_book_that_a_shop_has_locked_says_so(tmp_path: Path, lock: str) -> None:
    assert refusal(tmp_path, locked_book(lock, "chapter%201.xhtml"), "epub").code == "archive_encrypted"


def test_a_book_whose_fonts_alone_are_disguised_is_read(tmp_path: Path) -> None:
    assert "text" in text_of(tmp_path, locked_book("encryption.xml", "font.otf"), "epub")


def locked_book(lock: str, locked: str) -> bytes:
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="book.opf"/></rootfiles></container>'
    )
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><manifest><item id="a" href="chapter%201.xhtml"/>'
        '</manifest><spine><itemref idref="a"/></spine></package>'
    )
    encryption = (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
        '<EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#"><CipherData>'
        f'<CipherReference URI="{locked}"/></CipherData></EncryptedData></encryption>'
    )
    return zipped(
        {
            "META-INF/container.xml": container,
            f"META-INF/{lock}": encryption,
            "book.opf": package,
            "chapter 1.xhtml": "<p>text</p>",
        }
    )


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = zipped({"_rels/.rels": _RELATIONS, "word/document.xml": b" " * (300 << 20)})
    assert len(bomb) < 1 << 20
    assert refusal(tmp_path, bomb, "docx").code == "archive_bomb"


def test_too_many_parts_are_refused(tmp_path: Path) -> None:
    parts = {f"part{number}": "" for number in range(101)}
    refused = refusal(tmp_path, zipped(parts), "docx", archive_entries=100)
    assert (refused.code, refused.params) == ("archive_too_many_files", {"entries": 101, "limit": 100})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_neither_expanded_nor_fetched(tmp_path: Path, encoding: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("of the machine")
    xml = (
        f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE d [<!ENTITY x SYSTEM "file://{secret}">]>'
        f'<w:document xmlns:w="{_WORD}"><w:body><w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:body></w:document>'
    )
    files = {"_rels/.rels": _RELATIONS, "word/document.xml": xml.encode(encoding)}
    assert refusal(tmp_path, zipped(files), "docx").code == "unsafe_document"


def test_entities_in_a_book_stay_unexpanded(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("of the machine")
    container = (
        f'<!DOCTYPE c [<!ENTITY x SYSTEM "file://{secret}">]>'
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="book.opf"/></rootfiles></container>'
    )
    chapter = f'<!DOCTYPE h [<!ENTITY x SYSTEM "file://{secret}">]><html><body><p>text &x;</p></body></html>'
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><manifest><item id="a" href="a.xhtml"/></manifest>'
        '<spine><itemref idref="a"/></spine></package>'
    )
    book = zipped({"META-INF/container.xml": container, "book.opf": package, "a.xhtml": chapter})
    text = text_of(tmp_path, book, "epub")
    assert "text" in text and "machine" not in text


def test_markup_nested_without_end_does_not_break_the_reader(tmp_path: Path) -> None:
    page = "<div>" * 100_000 + "deep" + "</div>" * 100_000
    try:
        assert "deep" in text_of(tmp_path, page.encode(), "html")
    except DocumentRefused as refused:
        if refused.code != "markup_too_deep":
            raise


@pytest.mark.parametrize("content", [os.urandom(4000), b"\x7fELF\x00\x00\x01\x02" * 100])
def test_bytes_that_are_no_text_are_refused(tmp_path: Path, content: bytes) -> None:
    assert refusal(tmp_path, content, "txt").code == "text_undecodable"


def test_limits_of_text_tables_and_pages_hold(tmp_path: Path) -> None:
    assert refusal(tmp_path, b"word " * 1000, "txt", text_bytes=100).code == "text_too_large"
    assert refusal(tmp_path, b"a,b,c\n" * 1000, "csv", cells=100).code == "table_too_large"
    assert refusal(tmp_path, b"line\n\n" * 5000, "txt", pages=10).code == "too_many_pages"


def test_a_workbook_without_its_main_part_is_broken(tmp_path: Path) -> None:
    types = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    book = '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    made = zipped({"[Content_Types].xml": types, "xl/workbook.xml": book})
    assert refusal(tmp_path, made, "xlsx").code == "broken_document"


@pytest.mark.parametrize("kind", ["txt", "csv"])
def test_a_word_as_long_as_a_file_costs_no_more_than_its_length(tmp_path: Path, kind: str) -> None:
    """Ten times the word takes ten times as long, not a hundred."""

    def seconds(length: int) -> float:
        started = time.process_time()
        assert text_of(tmp_path, b"a" * length, kind).count("a") == length
        return time.process_time() - started

    seconds(1000)
    assert seconds(1_000_000) < 30 * seconds(100_000)


def test_a_sheet_that_says_it_is_huge_costs_nothing(tmp_path: Path) -> None:
    import openpyxl

    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    sheet["A1"], sheet["XFD1048576"] = "first", "last"
    buffer = io.BytesIO()
    made.save(buffer)
    text = text_of(tmp_path, buffer.getvalue(), "xlsx")
    assert "first" in text and "last" in text


@pytest.mark.anyio
async def test_a_document_that_eats_memory_costs_its_child_only(tmp_path: Path) -> None:
    path = tmp_path / "document"
    path.write_bytes(b"<p>" + b"<b>x" * 2_000_000)
    sandbox = Sandbox(["workers.engines.flow.child"])
    call = {"path": str(path), "kind": "html"}

    async def run() -> None:
        target = "workers.engines.flow.child:convert"
        async with sandbox.call(target, call, Limits(memory_bytes=64 << 20)) as items:
            async for _ in items:
                pass

    with pytest.raises(ChildFailed) as caught:
        await run()
    await sandbox.close()
    assert caught.value.kind == "out_of_memory" or caught.value.code == "markup_too_deep"
