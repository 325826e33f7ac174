"""A ship's certificate, as a registry might print it. Ships, ports and authorities are invented."""

from dataclasses import dataclass, replace
from typing import Any

from workers.engines.pdf.mupdf import pymupdf

_WIDTH, _HEIGHT = 595.3, 841.9
_INK, _NAVY, _PALE, _LINE = (0.1, 0.1, 0.13), (0.09, 0.2, 0.36), (0.93, 0.95, 0.98), (0.62, 0.67, 0.75)
_LEFT, _RIGHT = 64.0, _WIDTH - 64.0


@dataclass(frozen=True, slots=True)
class Certificate:
    """What is written on it."""

    title: str
    number: str
    authority: str
    society: str
    ship: tuple[tuple[str, str], ...]
    text: str
    issued: tuple[tuple[str, str], ...]
    endorsements: tuple[tuple[str, str, str], ...]


AURORA = Certificate(
    title="Cargo Ship Safety Construction Certificate",
    number="BRS-2024-01873",
    authority="Republic of Meridia",
    society="Boreal Register of Shipping",
    ship=(
        ("Name of ship", "MV AURORA STAR"),
        ("IMO number", "9074729"),
        ("Distinctive number or letters", "MDXQ7"),
        ("Port of registry", "Port Amber"),
        ("Gross tonnage", "28,470"),
        ("Deadweight (metric tons)", "46,250"),
        ("Type of ship", "Bulk carrier"),
        ("Date on which keel was laid", "14 March 2011"),
    ),
    text=(
        "This is to certify that the ship has been surveyed in accordance with the requirements of the Convention, and "
        "that the survey showed that the condition of the structure, machinery and equipment was satisfactory, and "
        "that the ship complied with the relevant requirements applicable to bulk carriers. The last two inspections "
        "of the outside of the ship's bottom took place on 2 May 2022 and 18 June 2024."
    ),
    issued=(
        ("Date of issue", "21 June 2024"),
        ("Valid until", "20 June 2029"),
        ("Place of issue", "Port Amber"),
        ("Surveyor", "Registered surveyor no. 417"),
    ),
    endorsements=(
        ("First annual survey", "Port Amber, 11 June 2025", "Satisfactory"),
        ("Second annual survey", "Kestrel Bay, 3 July 2026", "Satisfactory"),
        ("Intermediate survey", "due before 20 September 2027", "Open"),
    ),
)

NORDWIND = Certificate(
    title="International Load Line Certificate",
    number="HLR/LL/5520",
    authority="Commonwealth of Halden Isles",
    society="Halden Lloyd Register",
    ship=(
        ("Name of ship", "MV NORDWIND"),
        ("IMO number", "9319466"),
        ("Distinctive number or letters", "HDZA2"),
        ("Port of registry", "Saint Brannock"),
        ("Length (metres)", "134.65"),
        ("Freeboard assigned as", "A new ship"),
        ("Type of ship", "Type B"),
        ("Freeboard from deck line", "Summer 3,145 mm"),
    ),
    text=(
        "This is to certify that the ship has been surveyed in accordance with the requirements of the Convention, "
        "that the freeboards have been assigned and that the load lines shown above have been found to be correctly "
        "marked. The date of the initial or periodical survey on which this certificate is based was 9 October 2023."
    ),
    issued=(
        ("Date of issue", "16 October 2023"),
        ("Valid until", "8 October 2028"),
        ("Place of issue", "Saint Brannock"),
        ("Surveyor", "Registered surveyor no. 88"),
    ),
    endorsements=(
        ("First annual survey", "Saint Brannock, 1 October 2024", "Satisfactory"),
        ("Second annual survey", "Port Amber, 27 September 2025", "Satisfactory"),
    ),
)

AURORA_LOAD_LINE = replace(
    NORDWIND,
    number="BRS-2024-02214",
    authority=AURORA.authority,
    society=AURORA.society,
    ship=(*AURORA.ship[:4], ("Length (metres)", "182.40"), *NORDWIND.ship[5:]),
    issued=(("Date of issue", "2 July 2024"), ("Valid until", "1 July 2029"), *AURORA.issued[2:]),
    endorsements=(("First annual survey", "Port Amber, 11 June 2025", "Satisfactory"),),
)


def certificate_pdf(certificate: Certificate) -> bytes:
    """One A4 page with a text layer; the same bytes every time."""
    document = pymupdf.open()
    draw_certificate(document.new_page(width=_WIDTH, height=_HEIGHT), certificate)
    document.set_metadata({"title": certificate.title, "creator": "Headway samples"})
    document.subset_fonts()
    return document.tobytes(garbage=4, deflate=True, no_new_id=True)


def draw_certificate(page: Any, certificate: Certificate) -> None:
    """Draws it on an A4 page."""
    _Drawing(page).draw(certificate)


class _Drawing:
    """From the top of the page to its bottom."""

    def __init__(self, page: Any) -> None:
        self._page = page
        self._roman, self._bold, self._italic = (pymupdf.Font(name) for name in ("tiro", "tibo", "tiit"))

    def draw(self, certificate: Certificate) -> None:
        self._frame()
        self._centred(96, certificate.authority.upper(), self._bold, 11, _NAVY)
        self._centred(134, certificate.title, self._bold, 21, _NAVY)
        self._centred(156, f"Certificate No. {certificate.number}", self._roman, 11, _INK)
        self._centred(
            176,
            f"Issued under the authority of the Government by {certificate.society}",
            self._italic,
            10.5,
            _INK,
        )
        below = self._table(204, certificate.ship, 27)
        self._paragraph((_LEFT, below + 20, _RIGHT, below + 110), certificate.text)
        below = self._table(below + 96, certificate.issued, 24)
        below = self._endorsements(below + 34, certificate.endorsements)
        self._seal(_LEFT + 62, 752, certificate.society)
        self._signature(_RIGHT - 180, 760)

    def _frame(self) -> None:
        for inset, width in ((30, 1.6), (35, 0.5)):
            box = (inset, inset, _WIDTH - inset, _HEIGHT - inset)
            self._page.draw_rect(box, color=_NAVY, width=width)
        self._page.draw_line((_WIDTH / 2 - 90, 108), (_WIDTH / 2 + 90, 108), color=_LINE, width=0.6)

    def _table(self, top: float, rows: tuple[tuple[str, str], ...], height: float) -> float:
        middle = _LEFT + 190
        for index, (label, value) in enumerate(rows):
            y = top + index * height
            self._page.draw_rect((_LEFT, y, middle, y + height), color=None, fill=_PALE)
            self._page.draw_rect((_LEFT, y, _RIGHT, y + height), color=_LINE, width=0.5)
            self._text((_LEFT + 9, y + height / 2 + 3.6), label, self._roman, 10.5, _INK)
            self._text((middle + 10, y + height / 2 + 3.8), value, self._bold, 11, _INK)
        bottom = top + len(rows) * height
        self._page.draw_line((middle, top), (middle, bottom), color=_LINE, width=0.5)
        return bottom

    def _endorsements(self, top: float, rows: tuple[tuple[str, str, str], ...]) -> float:
        self._text((_LEFT, top - 8), "Endorsements for surveys", self._bold, 11, _NAVY)
        for index, cells in enumerate(rows):
            y = top + index * 20
            self._page.draw_line((_LEFT, y), (_RIGHT, y), color=_LINE, width=0.5)
            for x, cell in zip((_LEFT + 9, _LEFT + 160, _RIGHT - 92), cells, strict=True):
                self._text((x, y + 13.6), cell, self._roman, 10, _INK)
        bottom = top + len(rows) * 20
        self._page.draw_line((_LEFT, bottom), (_RIGHT, bottom), color=_LINE, width=0.5)
        return bottom

    def _seal(self, x: float, y: float, society: str) -> None:
        for radius, width in ((36, 1.2), (32, 0.5), (21, 0.5)):
            self._page.draw_circle((x, y), radius, color=_NAVY, width=width)
        initials = "".join(word[0] for word in society.split() if word[0].isupper())
        wide = self._bold.text_length(initials, 15)
        self._text((x - wide / 2, y + 5), initials, self._bold, 15, _NAVY)

    def _signature(self, x: float, y: float) -> None:
        self._page.draw_line((x, y), (x + 180, y), color=_INK, width=0.6)
        strokes = (
            (8, -8),
            (26, -34),
            (30, 2),
            (44, -22),
            (52, -4),
            (66, -26),
            (74, -2),
            (96, -14),
            (132, -10),
        )
        points = [(x + across, y + up) for across, up in strokes]
        for first, second, third in zip(points, points[1:], points[2:], strict=False):
            begin = ((first[0] + second[0]) / 2, (first[1] + second[1]) / 2)
            end = ((second[0] + third[0]) / 2, (second[1] + third[1]) / 2)
            self._page.draw_curve(begin, second, end, color=(0.12, 0.16, 0.45), width=1.1)
        self._text((x, y + 13), "Signature of authorized official", self._italic, 9.5, _INK)

    def _paragraph(self, box: tuple[float, float, float, float], text: str) -> None:
        writer = pymupdf.TextWriter(self._page.rect, color=_INK)
        writer.fill_textbox(box, text, font=self._roman, fontsize=10.8, lineheight=1.38)
        writer.write_text(self._page)

    def _centred(
        self, y: float, text: str, font: Any, size: float, colour: tuple[float, float, float]
    ) -> None:
        self._text(((_WIDTH - font.text_length(text, size)) / 2, y), text, font, size, colour)

    def _text(
        self, at: tuple[float, float], text: str, font: Any, size: float, colour: tuple[float, float, float]
    ) -> None:
        writer = pymupdf.TextWriter(self._page.rect, color=colour)
        writer.append(at, text, font=font, fontsize=size)
        writer.write_text(self._page)
