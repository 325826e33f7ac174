"""Files made to hurt whoever opens them, each at most a megabyte. Made in no time: what repeats is packed once."""

import io
import struct
import zipfile
import zlib

from tests.support.documents import zipped
from tests.support.pdf_files import raw_pdf

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_LAUGHS = "".join(
    f'<!ENTITY l{level} "{"".join(f"&l{level - 1};" for _ in range(10))}">' for level in range(1, 10)
)
LAUGHS = f'<!DOCTYPE d [<!ENTITY l0 "ha">{_LAUGHS}]>'
"""Ten thousand million laughs, in a kilobyte."""


def packed(chunk: bytes, times: int) -> bytes:
    """What zlib makes of the chunk so many times over."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    once = packer.compress(chunk) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = 1
    for _ in range(times):
        checksum = zlib.adler32(chunk, checksum)
    return b"\x78\xda" + once * times + b"\x03\x00" + struct.pack(">I", checksum)


def binary_pdf(*objects: tuple[str, bytes | None]) -> bytes:
    """A PDF of these objects, each a dictionary's inside, and a stream if it has one."""
    written = bytearray(b"%PDF-1.7\n")
    places: list[int] = []
    for number, (inside, stream) in enumerate(objects, start=1):
        places.append(len(written))
        length = f" /Length {len(stream)}" if stream is not None else ""
        written += f"{number} 0 obj\n<<{inside}{length}>>\n".encode()
        if stream is not None:
            written += b"stream\n" + stream + b"\nendstream\n"
        written += b"endobj\n"
    start = len(written)
    written += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    written += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    return bytes(written) + (
        f"trailer\n<</Size {len(objects) + 1} /Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n".encode()
    )


def _page_with(resources: str, contents: bytes, *more: tuple[str, bytes | None], filters: str = "") -> bytes:
    return binary_pdf(
        ("/Type /Catalog /Pages 2 0 R", None),
        ("/Type /Pages /Kids [3 0 R] /Count 1", None),
        (
            f"/Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources <<{resources}>>",
            None,
        ),
        (filters, contents),
        *more,
    )


def picture_pdf(filter_name: str, stream: bytes, side: int, more: str = "") -> bytes:
    """A page of one picture that says it is `side` pixels square."""
    image = (
        f"/Type /XObject /Subtype /Image /Width {side} /Height {side} /BitsPerComponent 8 /ColorSpace /DeviceGray"
        f" /Filter /{filter_name} {more}"
    )
    return _page_with("/XObject <</P 5 0 R>>", b"612 0 0 792 0 0 cm /P Do", (image, stream))


def flate_picture_pdf(side: int) -> bytes:
    """All of its pixels are there, and black."""
    return picture_pdf("FlateDecode", packed(bytes(side * side // 1000), 1000), side)


def jbig2_pdf(side: int) -> bytes:
    """A JBIG2 picture: a page and one generic region of this size, with next to no data."""
    page = struct.pack(">IIIIBH", side, side, 0, 0, 0, 0)
    region = (
        struct.pack(">IIIIB", side, side, 0, 0, 0)
        + b"\x00"
        + bytes((3, 0xFF, 0xFD, 0xFF, 2, 0xFE, 0xFE, 0xFE))
    )
    region += bytes(64)
    stream = _segment(0, 48, page) + _segment(1, 38, region) + _segment(2, 49, b"")
    return picture_pdf("JBIG2Decode", stream, side, "/BitsPerComponent 1")


def _segment(number: int, kind: int, content: bytes) -> bytes:
    return struct.pack(">IBBBI", number, kind, 0, 1, len(content)) + content


def jpx_pdf(side: int) -> bytes:
    """A JPEG 2000 codestream whose header says this size, in one tile, with no data of it."""
    sizes = struct.pack(">IIIIIIII", side, side, 0, 0, side, side, 0, 0)
    siz = b"\xff\x51" + struct.pack(">HH", 41, 0) + sizes + struct.pack(">HBBB", 1, 7, 1, 1)
    cod = b"\xff\x52" + struct.pack(">HBBHBBBBBB", 12, 0, 0, 1, 0, 5, 4, 4, 0, 0)
    qcd = b"\xff\x5c" + struct.pack(">HB", 19, 0x40) + bytes(16)
    sot = b"\xff\x90" + struct.pack(">HHIBB", 10, 0, 0, 0, 1) + b"\xff\x93" + bytes(40)
    return picture_pdf("JPXDecode", b"\xff\x4f" + siz + cod + qcd + sot + b"\xff\xd9", side)


def exploding_contents_pdf(mebibytes: int) -> bytes:
    """A page's drawing, a thousandth of its size: lines without end."""
    lines = packed(b"0 0 m 600 700 l S\n" * 58_000, mebibytes)
    return _page_with("", lines, filters="/Filter /FlateDecode")


def bomb_in_bomb_pdf(mebibytes: int) -> bytes:
    """Packed twice: a million to one."""
    return _page_with(
        "", zlib.compress(packed(bytes(1 << 20), mebibytes), 9), filters="/Filter [/FlateDecode /FlateDecode]"
    )


def font_bomb_pdf(mebibytes: int) -> bytes:
    """A font program that unpacks to nothing of use, and much of it."""
    return _page_with(
        "/Font <</F 5 0 R>>",
        b"BT /F 12 Tf 72 700 Td (words) Tj ET",
        ("/Type /Font /Subtype /TrueType /BaseFont /Bomb /FontDescriptor 6 0 R", None),
        ("/Type /FontDescriptor /FontName /Bomb /Flags 32 /FontFile2 7 0 R", None),
        ("/Filter /FlateDecode /Length1 1000", packed(bytes(1 << 20), mebibytes)),
    )


def nested_arrays_pdf(depth: int) -> bytes:
    """Arrays in arrays, where a page is expected."""
    return raw_pdf(
        "<</Type /Catalog /Pages 2 0 R>>",
        f"<</Type /Pages /Kids [3 0 R] /Count 1 /Nested {'[' * depth}{']' * depth}>>",
        "<</Type /Page /Parent 2 0 R /MediaBox [0 0 612 792]>>",
    )


def deep_tree_pdf(depth: int) -> bytes:
    """A page tree that is one long branch."""
    nodes = [
        f"<</Type /Pages /Parent {number - 1} 0 R /Kids [{number + 1} 0 R] /Count 1>>"
        for number in range(3, depth + 3)
    ]
    return raw_pdf(
        "<</Type /Catalog /Pages 2 0 R>>",
        "<</Type /Pages /Kids [3 0 R] /Count 1>>",
        *nodes,
        f"<</Type /Page /Parent {depth + 2} 0 R /MediaBox [0 0 612 792]>>",
    )


def huge_names_pdf(size: int) -> bytes:
    """A name, a key and a title of so many bytes each."""
    long = "x" * size
    return raw_pdf(
        f"<</Type /Catalog /Pages 2 0 R /{long} /{long}>>",
        f"<</Type /Pages /Kids [3 0 R] /Count 1 /Title ({long})>>",
        "<</Type /Page /Parent 2 0 R /MediaBox [0 0 612 792]>>",
    )


def form_in_itself_pdf() -> bytes:
    """A drawing that draws itself."""
    return _page_with(
        "/XObject <</F 5 0 R>>",
        b"/F Do",
        (
            "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources <</XObject <</F 5 0 R>>>>",
            b"/F Do /F Do /F Do",
        ),
    )


def png_bomb(side: int) -> bytes:
    """A PNG of so many pixels square, all of them there, and black."""
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = packed(bytes((side + 1) * side // 1000), 1000)
    chunks = ((b"IHDR", head), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )


def webp_bomb(side: int) -> bytes:
    """A lossless WEBP of one colour, whose pixels take no bits at all."""
    one_symbol = "1000"
    bits = f"{side - 1:014b}"[::-1] * 2 + "0" * 4 + "000" + one_symbol * 5
    content = b"\x2f" + int(bits[::-1], 2).to_bytes(-(-len(bits) // 8), "little")
    content += bytes(len(content) % 2 + 8)
    chunk = b"VP8L" + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


def word(body: str, doctype: str = "", parts: dict[str, bytes] | None = None) -> bytes:
    """A DOCX with this body, and further parts."""
    document = (
        f'<?xml version="1.0"?>{doctype}<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'
    )
    main = {"_rels/.rels": _relation("word/document.xml"), "word/document.xml": document}
    return zipped({**main, **(parts or {})})


def word_text(text: str) -> str:
    """A paragraph of a DOCX."""
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def slides(text: str, doctype: str) -> bytes:
    """A PPTX of one slide."""
    p = "http://schemas.openxmlformats.org/presentationml/2006/main"
    a = "http://schemas.openxmlformats.org/drawingml/2006/main"
    slide = (
        f'{doctype}<p:sld xmlns:p="{p}" xmlns:a="{a}"><p:cSld><p:spTree><p:sp><p:txBody><a:p><a:r><a:t>{text}'
        "</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>"
    )
    main = (
        f'<p:presentation xmlns:p="{p}" xmlns:r="{_OFFICE}"><p:sldIdLst><p:sldId r:id="r1"/></p:sldIdLst>'
        "</p:presentation>"
    )
    return zipped(
        {
            "_rels/.rels": _relation("ppt/presentation.xml"),
            "ppt/presentation.xml": main,
            "ppt/_rels/presentation.xml.rels": _relation("slides/one.xml", "slide"),
            "ppt/slides/one.xml": slide,
        }
    )


def workbook(text: str, doctype: str) -> bytes:
    """An XLSX of one cell."""
    m = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" '
        'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.'
        'openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
    )
    sheet = (
        f'{doctype}<worksheet xmlns="{m}"><sheetData><row><c t="inlineStr"><is><t>{text}</t></is></c></row>'
        "</sheetData></worksheet>"
    )
    main = (
        f'<workbook xmlns="{m}" xmlns:r="{_OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets>'
        "</workbook>"
    )
    return zipped(
        {
            "[Content_Types].xml": types,
            "_rels/.rels": _relation("xl/workbook.xml"),
            "xl/workbook.xml": main,
            "xl/_rels/workbook.xml.rels": _relation("worksheets/sheet1.xml", "worksheet"),
            "xl/worksheets/sheet1.xml": sheet,
        }
    )


def book(chapter: str, package_doctype: str = "") -> bytes:
    """An EPUB of one chapter."""
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="book.opf"/></rootfiles></container>'
    )
    package = (
        f'{package_doctype}<package xmlns="http://www.idpf.org/2007/opf"><manifest><item id="a" href="a.xhtml"/>'
        '</manifest><spine><itemref idref="a"/></spine></package>'
    )
    return zipped({"META-INF/container.xml": container, "book.opf": package, "a.xhtml": chapter})


def zip_bomb(unpacked: int) -> bytes:
    """A DOCX whose text is spaces without end."""
    return word(" " * unpacked)


def many_parts(count: int) -> bytes:
    """A DOCX of so many parts."""
    return word("", parts={f"part{number}": b"" for number in range(count - 2)})


def zip_that_lies(unpacked: int) -> bytes:
    """A DOCX whose part unpacks to more than its entry says."""
    honest = zip_bomb(unpacked)
    true, small = struct.pack("<I", _part_size(honest)), struct.pack("<I", 100)
    return honest.replace(true, small)


def _part_size(archive: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return opened.getinfo("word/document.xml").file_size


def zip_in_zip(depth: int) -> bytes:
    """Archives in archives, as a part of a DOCX."""
    inner = b"\0" * (1 << 20)
    for _ in range(depth):
        inner = zipped({"inner.zip": inner})
    return word(word_text("harmless words"), parts={"word/embeddings/inner.zip": inner})


def _relation(target: str, kind: str = "officeDocument") -> str:
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/{kind}" Target="{target}"/></Relationships>'
    )
