"""PDF files for tests: honest ones through PyMuPDF, hostile ones written by hand."""

import random

from workers.engines.pdf.mupdf import pymupdf

WORDS = (
    "harbour", "lantern", "compass", "meadow", "granite", "whistle", "orchard", "velvet", "thunder", "ribbon",
    "copper", "willow", "anchor", "pepper", "marble", "saddle", "candle", "forest", "button", "island",
)  # fmt: skip


def words(count: int, seed: int = 1) -> str:
    """So many known words."""
    chosen = random.Random(seed)
    return " ".join(chosen.choice(WORDS) for _ in range(count))


def text_pdf(*texts: str, rotation: int = 0, password: str | None = None) -> bytes:
    """A page of text for each of the texts."""
    document = pymupdf.open()
    for text in texts:
        page = document.new_page()
        page.insert_textbox((72, 72, 523, 770), text, fontsize=11)
        page.set_rotation(rotation)
    if password is None:
        return document.tobytes()
    return document.tobytes(encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw=password, owner_pw="owner")


def junk_layer_pdf(*texts: str) -> bytes:
    """The same pages, to be seen as they are; but what can be copied out of them is private-use characters only, as
    some programs write their fonts."""
    document = pymupdf.open()
    for text in texts:
        page = document.new_page()
        writer = pymupdf.TextWriter(page.rect)
        writer.fill_textbox((72, 72, 523, 770), text, font=pymupdf.Font("helv"), fontsize=11)
        writer.write_text(page)
    for xref in range(1, document.xref_length()):
        kind, reference = document.xref_get_key(xref, "ToUnicode")
        if kind == "xref":
            document.update_stream(int(reference.split()[0]), _TO_PRIVATE_USE)
    return document.tobytes()


_TO_PRIVATE_USE = b"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap
/CMapName /Private def /CMapType 2 def 1 begincodespacerange <0000> <FFFF> endcodespacerange
1 beginbfrange <0000> <0FFF> <E000> endbfrange
endcmap end end"""


def scanned_pdf(*texts: str, dpi: int = 150) -> bytes:
    """The same pages as pictures only."""
    document = pymupdf.open()
    for page in pymupdf.open(stream=text_pdf(*texts), filetype="pdf"):
        pixels = page.get_pixmap(dpi=dpi, colorspace=pymupdf.csGRAY)
        document.new_page(width=page.rect.width, height=page.rect.height).insert_image(
            page.rect, pixmap=pixels
        )
    return document.tobytes()


def mixed_pdf() -> bytes:
    """Text, scan, text, blank."""
    document = pymupdf.open(stream=text_pdf(words(80)), filetype="pdf")
    document.insert_pdf(pymupdf.open(stream=scanned_pdf(words(80)), filetype="pdf"))
    document.insert_pdf(pymupdf.open(stream=text_pdf(words(80, seed=2)), filetype="pdf"))
    document.new_page()
    return document.tobytes()


def raw_pdf(*objects: str) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    written = b"%PDF-1.7\n"
    places: list[int] = []
    for number, text in enumerate(objects, start=1):
        places.append(len(written))
        written += f"{number} 0 obj\n{text}\nendobj\n".encode()
    start = len(written)
    written += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    written += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    trailer = f"trailer\n<</Size {len(objects) + 1} /Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"
    return written + trailer.encode()


def empty_pdf() -> bytes:
    """No pages at all."""
    return raw_pdf("<</Type /Catalog /Pages 2 0 R>>", "<</Type /Pages /Kids [] /Count 0>>")


def cyclic_pdf() -> bytes:
    """A page tree that holds itself."""
    return raw_pdf(
        "<</Type /Catalog /Pages 2 0 R>>",
        "<</Type /Pages /Kids [3 0 R 4 0 R] /Count 2>>",
        "<</Type /Pages /Parent 2 0 R /Kids [2 0 R] /Count 1>>",
        "<</Type /Page /Parent 2 0 R /MediaBox [0 0 612 792]>>",
    )


def lying_pdf(count: int) -> bytes:
    """One page that says it is many."""
    return raw_pdf(
        "<</Type /Catalog /Pages 2 0 R>>",
        f"<</Type /Pages /Kids [3 0 R] /Count {count}>>",
        "<</Type /Page /Parent 2 0 R /MediaBox [0 0 612 792]>>",
    )


def many_pages_pdf(count: int) -> bytes:
    """So many blank pages, which share one object."""
    kids = " ".join(f"{number} 0 R" for number in range(3, count + 3))
    page = "<</Type /Page /Parent 2 0 R /MediaBox [0 0 612 792]>>"
    pages = f"<</Type /Pages /Kids [{kids}] /Count {count}>>"
    return raw_pdf("<</Type /Catalog /Pages 2 0 R>>", pages, *[page] * count)


def pages_alike(count: int) -> bytes:
    """A PDF of so many pages that share their text."""
    lines = " ".join(f"({words(12, seed)}) Tj T*" for seed in range(40))
    text = f"BT /F 9 Tf 72 740 Td 14 TL {lines} ET"
    kids = " ".join(f"{number} 0 R" for number in range(5, count + 5))
    page = "<</Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources <</Font <</F 3 0 R>>>>>>"
    return raw_pdf(
        "<</Type /Catalog /Pages 2 0 R>>",
        f"<</Type /Pages /Kids [{kids}] /Count {count}>>",
        "<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>",
        f"<</Length {len(text)}>>\nstream\n{text}\nendstream",
        *[page] * count,
    )


def giant_page_pdf(side: int) -> bytes:
    """One page, `side` points square."""
    return raw_pdf(
        "<</Type /Catalog /Pages 2 0 R>>",
        "<</Type /Pages /Kids [3 0 R] /Count 1>>",
        f"<</Type /Page /Parent 2 0 R /MediaBox [0 0 {side} {side}]>>",
    )
