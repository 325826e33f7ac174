"""The rules follow how a page lies and how its lines go on: sideways, upside down, over two lines, side by side."""

from dataclasses import replace

import pytest

from service.domain.certificate.fields import FIELDS
from tests.support.certificate_pages import CERTIFICATE, lined, page_of
from workers.engines.language.port import Found
from workers.engines.language.rules.engine import fields_of
from workers.engines.page import Box, Page

WIDTH, HEIGHT = 595.0, 842.0


def found_in(page: Page) -> dict[str, Found]:
    return fields_of([page], FIELDS)


def turned_box(box: Box, quarters: int) -> Box:
    """Where it is after so many quarters clockwise, of a page that began upright."""
    width, height = WIDTH, HEIGHT
    for _ in range(quarters):
        x0, y0, x1, y1 = box
        box = (height - y1, x0, height - y0, x1)
        width, height = height, width
    return box


def turned(page: Page, quarters: int) -> Page:
    width, height = (WIDTH, HEIGHT) if quarters % 2 == 0 else (HEIGHT, WIDTH)
    lines = [replace(line, box=turned_box(line.box, quarters)) for line in page.lines]
    return replace(page, width=width, height=height, lines=lines)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_page_that_lies_wrongly_is_read_as_an_upright_one(quarters: int) -> None:
    upright = page_of(*CERTIFICATE, route="ocr")
    wanted, found = found_in(upright), found_in(turned(upright, quarters))
    assert {code: each.value for code, each in found.items()} == {
        code: each.value for code, each in wanted.items()
    }
    for code, each in found.items():
        assert each.box == pytest.approx(turned_box(wanted[code].box, quarters)), code
        assert each.confidence == pytest.approx(wanted[code].confidence)


def test_a_text_layer_is_taken_as_it_was_written() -> None:
    """Programs write in any order, upwards too."""
    page = page_of(*CERTIFICATE)
    backwards = replace(page, lines=page.lines[::-1])
    assert found_in(backwards)["ship_name"] == found_in(page)["ship_name"]


def test_a_name_goes_on_in_the_next_line() -> None:
    page = lined(
        ("Name of ship", 60, 100, 10),
        ("Port of registry", 260, 100, 10),
        ("MV SAPPHIRE", 60, 125, 12),
        ("Port Amber", 260, 125, 12),
        ("FORTUNE 12", 60, 138, 12),
    )
    assert found_in(page)["ship_name"].value == "MV SAPPHIRE FORTUNE 12"


def test_a_name_does_not_go_on_in_the_next_row() -> None:
    page = lined(
        ("Name of ship", 60, 100, 12),
        ("OCEAN STAR", 260, 100, 12),
        ("Port of registry", 60, 114, 12),
        ("PORT AMBER", 260, 114, 12),
    )
    assert found_in(page)["ship_name"].value == "OCEAN STAR"


def test_a_date_goes_on_in_the_next_line() -> None:
    page = lined(
        ("Ngày cấp / Date of issue:", 60, 100, 12),
        ("ngày 15 tháng 05 năm", 260, 100, 12),
        ("2022", 260, 113, 12),
        ("Annual survey", 60, 160, 12),
        ("Date: ngày 03 tháng 06 năm", 260, 160, 12),
        ("2023", 260, 173, 12),
    )
    found = found_in(page)
    assert found["issue_date"].value == "2022-05-15"
    assert found["last_endorsement"].value == "2023-06-03"


def test_a_title_is_one_though_it_was_read_in_two_parts() -> None:
    page = lined(
        ("International Energy", 100, 50, 20),
        ("Efficiency Certificate", 302, 50, 20),
        ("Certificate No.: 22-0417", 60, 100, 10),
        ("the ship complies with the requirements", 60, 130, 10),
    )
    assert found_in(page)["certificate_name"].value == "International Energy Efficiency Certificate"


def test_a_name_within_a_sentence_is_not_the_title() -> None:
    page = lined(
        ("Certificate No.: MCS-2023-65311", 60, 40, 12),
        ("SAFETY MANAGEMENT CERTIFICATE", 160, 60, 13),
        ("2. That the Document of Compliance of the company applies to this type of ship.", 60, 200, 15),
        ("That the safety management system has been audited", 60, 230, 12),
    )
    found = found_in(page)
    assert (found["certificate_name"].value, found["abbreviation"].value) == (
        "Safety Management Certificate", "SMC",
    )  # fmt: skip


def test_what_is_said_not_to_be_there_is_not_looked_for() -> None:
    page = lined(
        ("This certificate has no date of expiry.", 60, 100, 12),
        ("Completion date of the survey: 7 May 2025", 60, 114, 12),
    )
    assert "valid_until" not in found_in(page)


@pytest.mark.parametrize(
    ("rows", "name"),
    [
        (("Oriel Ship Inspection & Class Ltd.",), "Oriel Ship Inspection & Class Ltd."),
        (("Issuing authority: Oriel Tonnage Ltd.",), "Oriel Tonnage Ltd."),
        (("Maritime and Port Authority of", "Halden Isles"), "Maritime and Port Authority of Halden Isles"),
        (("Any alteration not made by the issuing office makes it void.",), None),
        (("under the authority of the Government of",), None),
        (("Name of ship", "Ship survey report"), None),
    ],
)
def test_offices_are_known_by_their_names(rows: tuple[str, ...], name: str | None) -> None:
    page = lined(*((row, 60.0, 50.0 + 13 * place, 12.0) for place, row in enumerate(rows)))
    found = found_in(page).get("issuing_authority")
    assert (found.value if found is not None else None) == name


def test_an_issue_is_dated_behind_its_place() -> None:
    page = lined(("Issued at Port Amber on November 14, 2021.", 60, 300, 12))
    assert found_in(page)["issue_date"].value == "2021-11-14"


def test_values_are_looked_for_on_the_side_where_numbers_and_days_stand() -> None:
    """Captions below what they name: the number is above its caption, and so is the name, whatever is below."""
    page = lined(
        ("OCEAN STAR", 60, 100, 12),
        ("9074729", 260, 100, 12),
        ("Name of ship", 60, 114, 8),
        ("IMO number", 260, 114, 8),
        ("Bulk carrier", 60, 130, 12),
        ("3 May 2024", 260, 130, 12),
        ("Type of ship", 60, 144, 8),
        ("Date of issue", 260, 144, 8),
        ("Hull and machinery", 60, 160, 12),
    )
    found = found_in(page)
    assert {code: found[code].value for code in ("ship_name", "imo_number", "issue_date")} == {
        "ship_name": "OCEAN STAR", "imo_number": "9074729", "issue_date": "2024-05-03",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "code", "value"),
    [
        ("Given under my hand at Port Amber this 3rd day of May 2024", "issue_date", "2024-05-03"),
        ("It is agreed that the cover ceases at noon on 2 May 2029", "valid_until", "2029-05-02"),
        ("Cover: 3 May 2024 – 2 May 2029", "valid_until", "2029-05-02"),
        ("was surveyed at Port Amber until 2 May 2023", "valid_until", None),
        ("the vessel OCEAN STAR (IMO 9074729) complies", "ship_name", "OCEAN STAR"),
        ('issued to the m/v "Ocean Star", M/V OCEAN STAR', "ship_name", "OCEAN STAR"),
        ("Số IMO / IMO No.: 9074729", "ship_name", None),
        ("Bureau Océan, 14 Harbour Street", "issuing_authority", "Bureau Océan"),
        ("Insured with: Norrland Mutual Assurance", "issuing_authority", "Norrland Mutual Assurance"),
        ("BMA-2024-10783", "certificate_number", "BMA-2024-10783"),
        ("9074729", "certificate_number", None),
    ],
)
def test_what_no_label_names_is_found_in_sentences_and_lines_of_its_own(
    row: str, code: str, value: str | None
) -> None:
    found = found_in(lined((row, 60, 60, 12))).get(code)
    assert (found.value if found is not None else None) == value
    assert found is None or found.confidence <= 0.9, "a guess is not sure"


@pytest.mark.parametrize(
    ("label", "code", "value"),
    [
        ("Vessel", "ship_name", "OCEAN STAR"),
        ("Issued", "issue_date", "2024-05-03"),
        ("Expires / Hết hạn", "valid_until", "2024-05-03"),
        ("Number", "certificate_number", "BMA-2024-10783"),
    ],
)
def test_a_short_word_is_a_label_where_it_stands_alone(label: str, code: str, value: str) -> None:
    printed = {"ship_name": "OCEAN STAR", "certificate_number": "BMA-2024-10783"}.get(code, "3 May 2024")
    assert found_in(lined((label, 60, 400, 12), (printed, 260, 400, 12)))[code].value == value
