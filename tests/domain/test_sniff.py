"""A document's kind is in its bytes; its name decides only among text kinds."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.document import EXTENSIONS, MEDIA_TYPES, Kind
from service.domain.sniff import HEAD_BYTES, sniff


def packed(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return file.getvalue()[:HEAD_BYTES]


def streamed(*entries: tuple[str, bytes]) -> bytes:
    """A ZIP written to a pipe: sizes stand behind the entries, not before them."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.written = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            chunk = bytes(memoryview(data))  # pyright: ignore[reportArgumentType] -- any buffer
            self.written += chunk
            return len(chunk)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return bytes(pipe.written)


TYPES = ("[Content_Types].xml", b"<Types/>" * 50)
RELS = ("_rels/.rels", b"<Relationships/>")
EPUB = ("mimetype", b"application/epub+zip")


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"%PDF-1.7\n", Kind.PDF),
        (b"\x00junk before\r\n%PDF-1.4\n", Kind.PDF),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", Kind.PNG),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", Kind.JPEG),
        (b"II*\x00\x08\x00\x00\x00", Kind.TIFF),
        (b"MM\x00*\x00\x00\x00\x08", Kind.TIFF),
        (b"MM\x00+\x00\x08\x00\x00", Kind.TIFF),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", Kind.WEBP),
        (packed(TYPES, RELS, ("word/document.xml", b"<w/>")), Kind.DOCX),
        (packed(TYPES, ("ppt/presentation.xml", b"<p/>")), Kind.PPTX),
        (packed(("xl/workbook.xml", b"<x/>"), TYPES), Kind.XLSX),
        (streamed(TYPES, RELS, ("word/document.xml", b"<w/>")), Kind.DOCX),
        (packed(EPUB, ("META-INF/container.xml", b"<c/>"), method=zipfile.ZIP_STORED), Kind.EPUB),
        (packed(EPUB, ("META-INF/container.xml", b"<c/>")), Kind.EPUB),
        (b"  <!DOCTYPE html><title>x</title>", Kind.HTML),
        (b"\xef\xbb\xbf<HTML lang=en>", Kind.HTML),
    ],
)
@pytest.mark.parametrize("name", ["", "report.txt", "image.png", "book.epub"])
def test_a_signature_decides_whatever_the_name_says(head: bytes, kind: Kind, name: str) -> None:
    assert sniff(head, name) is kind


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"  \r\n\t ",
        b"\x7fELF\x02\x01\x01\x00\x00",
        b"MZ\x90\x00\x03\x00",
        b"GIF89a\x01\x00\x01\x00\x80\x00\x00",
        b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00",
        bytes(range(1, 32)) * 10,
        packed(("notes/a.txt", b"words")),
        packed(("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", b"<o/>")),
    ],
)
@pytest.mark.parametrize("name", ["", "a.pdf", "a.docx", "a.txt"])
def test_what_cannot_be_read_is_no_kind_whatever_it_is_called(head: bytes, name: str) -> None:
    assert sniff(head, name) is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.csv", Kind.CSV), ("a.MD", Kind.MD), ("a.txt", Kind.TXT), ("a.htm", Kind.HTML)]
    + [(name, Kind.TXT) for name in ("a", "", ".csv", "a.pdf", "a.docx", "a.py")],
)
@pytest.mark.parametrize(
    "head", ["a;b\n1;ü\n".encode(), "a;b\n1;ü\n".encode("latin-1"), "a;b\n1;ü\n".encode("utf-16")]
)
def test_among_text_kinds_the_name_decides(head: bytes, name: str, kind: Kind) -> None:
    assert sniff(head, name) is kind


def test_an_office_file_whose_first_part_fills_the_head_goes_by_its_name() -> None:
    head = packed(TYPES, ("customXml/item1.xml", bytes(HEAD_BYTES)), method=zipfile.ZIP_STORED)
    assert sniff(head, "plan.xlsx") is Kind.XLSX
    assert sniff(head, "plan.txt") is None


@given(st.binary(max_size=300), st.text(max_size=10))
def test_any_bytes_under_any_name_have_an_answer(head: bytes, name: str) -> None:
    assert sniff(head, name) in {None, *Kind}


@given(st.binary(max_size=300), st.sampled_from([b"PK\x03\x04", b"PK\x03\x04" + bytes(26)]))
def test_a_broken_archive_has_an_answer(rest: bytes, start: bytes) -> None:
    assert sniff(start + rest, "a.docx") in {None, *Kind}


def test_every_kind_has_a_media_type_and_an_extension() -> None:
    assert set(MEDIA_TYPES) == set(Kind) == set(EXTENSIONS.values())
