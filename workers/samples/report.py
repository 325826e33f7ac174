"""A survey report that mixes typed pages and scanned ones, and a manual as a DOCX."""

import datetime as dt
import io
import zipfile
from typing import Any

import docx
from docx.shared import Pt

from workers.engines.pdf.mupdf import pymupdf
from workers.samples.certificate import NORDWIND, draw_certificate
from workers.samples.scan import insert_scan

_STYLE = """
body { font-family: serif; font-size: 11pt; line-height: 1.45; color: #1a1a20; }
h1 { font-size: 20pt; color: #17335c; margin: 0 0 4pt 0; }
h2 { font-size: 13.5pt; color: #17335c; margin: 14pt 0 4pt 0; }
p { margin: 0 0 8pt 0; }
.note { font-family: monospace; font-size: 12.5pt; line-height: 1.7; }
"""
_PAGES = (
    """<h1>Condition survey of MV Nordwind</h1>
    <p>Saint Brannock, 12 October 2023. Report 5520-B, prepared for the owners.</p>
    <h2>1. Occasion and scope</h2>
    <p>The owners asked for a survey of hull, hatch covers and deck fittings before the load line certificate is
    renewed. The ship lay afloat at the repair berth with all holds empty and clean. Weather was dry, the wind light
    from the north-west.</p>
    <h2>2. Hull</h2>
    <p>Shell plating was examined from a boat along the whole waterline. Coating is intact but for two scars of about
    forty centimetres at frames 61 and 62 on the port side, which had been ground and primed. Thickness was gauged at
    twenty-four points; the least remaining thickness was 11.2 mm against 12.5 mm as built.</p>
    <h2>3. Hatch covers</h2>
    <p>All five covers were opened and closed twice. Rubber packing on hatch 3 had hardened over a length of two metres
    and was renewed during the survey. A hose test at two bar showed no leak.</p>
    <p>The certificate now in force is attached on the next page as it was received from the ship.</p>""",
    """<h2>4. Deck fittings</h2>
    <p>Ventilators, air pipes and sounding pipes carry their closing devices. One ball float in the air pipe of ballast
    tank 4 starboard was found stuck; it was freed and tried several times.</p>
    <h2>5. Freeing ports and railings</h2>
    <p>Freeing ports move freely. A stanchion of the railing beside the pilot ladder was bent and has been replaced.
    The load line marks were measured again and agree with the certificate within two millimetres.</p>
    <h2>6. Recommendations</h2>
    <p>Renew the packing of hatches 1, 2, 4 and 5 at the next docking. Repair the coating at frames 61 and 62. Keep a
    spare ball float of each size on board.</p>
    <p>The surveyor's own notes from the quay are added as the last page.</p>""",
)
_NOTE = """<div class="note"><p>Notes from the quay, 12 Oct</p>
<p>hatch 3 packing hard, 2 m, renewed</p><p>frames 61 and 62 port: paint only</p><p>air pipe 4 stbd stuck, freed</p>
<p>stanchion bent at pilot ladder</p><p>marks measured: all good</p></div>"""


def mixed_pdf() -> bytes:
    """Four pages: typed, scanned, typed, scanned."""
    document = pymupdf.open()
    with pymupdf.open() as originals:
        draw_certificate(originals.new_page(width=595.3, height=841.9), NORDWIND)
        _typed(originals, _NOTE)
        for number, html in enumerate(_PAGES):
            _typed(document, html)
            insert_scan(document, originals[number], (-0.6, 0.9)[number], seed=40 + number)
    document.set_metadata({"title": "Condition survey of MV Nordwind", "creator": "Headway samples"})
    document.subset_fonts()
    return document.tobytes(garbage=4, deflate=True, no_new_id=True)


def manual_docx() -> bytes:
    """A short manual: headings, a numbered and a bulleted list, a table."""
    made: Any = docx.Document()
    made.styles["Normal"].font.size = Pt(11)
    stamp = dt.datetime(2024, 1, 1)  # noqa: DTZ001  # python-docx writes it as it is
    made.core_properties.created = made.core_properties.modified = stamp
    made.core_properties.author = "Headway samples"
    made.add_heading("Keeping the deck log", 0)
    made.add_paragraph(
        "The deck log tells what happened, in the order in which it happened, in words that a stranger understands "
        "ten years later. This manual says how it is kept on board."
    )
    made.add_heading("Every watch", 1)
    for step in (
        "Write the time, the position and the course.",
        "Note wind, sea and visibility; a number where there is one.",
        "Sign the page before the watch is handed over.",
    ):
        made.add_paragraph(step, style="List Number")
    made.add_heading("What is never left out", 1)
    for thing in (
        "alarms, and who answered them",
        "people who came aboard",
        "changes of course of more than 10°",
    ):
        made.add_paragraph(thing, style="List Bullet")
    made.add_heading("Signals", 1)
    _table(made, (("Signal", "Meaning", "Answer"), ("One long", "Turning", "None"), ("Two short", "To port", "Same"),
                  ("Five short", "Doubt", "Slow down")))  # fmt: skip
    made.add_paragraph()
    made.add_paragraph(
        "Nobody erases a line. A mistake is struck through once, so that it can still be read."
    )
    buffer = io.BytesIO()
    made.save(buffer)
    return _timeless(buffer.getvalue())


def _typed(document: Any, html: str) -> None:
    page = document.new_page(width=595.3, height=841.9)
    page.insert_htmlbox((72, 80, 523, 780), html, css=_STYLE)


def _table(made: Any, rows: tuple[tuple[str, ...], ...]) -> None:
    table = made.add_table(rows=len(rows), cols=len(rows[0]), style="Light Grid Accent 1")
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text


def _timeless(content: bytes) -> bytes:
    """The same archive without the time of its making."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in source.namelist():
            made.writestr(
                zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), source.read(name), zipfile.ZIP_DEFLATED
            )
    return buffer.getvalue()
