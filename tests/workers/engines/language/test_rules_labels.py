"""Labels are known by what they are made of, in two languages, and values by the side on which a page has them."""

import pytest

from service.domain.certificate.fields import FIELDS
from service.domain.certificate.folding import composed, folded
from tests.support.certificate_pages import lined
from workers.engines.language.rules.engine import fields_of
from workers.engines.language.rules.labels import labels_in, named_by
from workers.engines.language.rules.offices import goes_on, known_office
from workers.engines.language.rules.sheet import sheets_of
from workers.engines.page import Page


def alike(text: str) -> str:
    return folded(composed(text)).translate(str.maketrans("01|58!", "oilsbi"))


def values_in(page: Page) -> dict[str, str]:
    return {code: found.value for code, found in fields_of([page], FIELDS).items()}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Date of issue of this certificate", "issue_date"),
        ("Day of issue", "issue_date"),
        ("Granted on", "issue_date"),
        ("Ngày phát hành", "issue_date"),
        ("Not valid after", "valid_until"),
        ("End of validity", "valid_until"),
        ("Good through", "valid_until"),
        ("Giá trị đến hết ngày", "valid_until"),
        ("Survey due by", "next_survey"),
        ("To be surveyed before", "next_survey"),
        ("Kiểm tra tiếp theo không muộn hơn", "next_survey"),
        ("Most recent endorsement", "last_endorsement"),
        ("Xác nhận mới nhất", "last_endorsement"),
        ("Cert. Nr", "certificate_number"),
        ("Unique Tracking Number", "certificate_number"),
        ("Số hiệu / Our ref.", "certificate_number"),
        ("I.M.O. No.", "imo_number"),
        ("Ship identification no.", "imo_number"),
        ("Vessel's name", "ship_name"),
        ("Tên con tàu · Ship's name", "ship_name"),
        ("Tn tu / Name of ship", "ship_name"),
        ("Nature of certificate", "certificate_type"),
        ("Recognized organization", "issuing_authority"),
        ("Đơn vị cấp", "issuing_authority"),
        ("Dateofissue", "issue_date"),
        ("Certif1cate numbor", "certificate_number"),
        ("Date on which this certificate was issued", "issue_date"),
        ("Date by which next survey is due", "next_survey"),
        ("Giy chng nhn s", "certificate_number"),
        ("Có giá tr đn", "valid_until"),
    ],
)
def test_a_label_is_known_by_its_words(text: str, code: str) -> None:
    assert named_by(alike(text)) == code


@pytest.mark.parametrize(
    "text",
    [
        "Place of issue", "Official number", "Register No.", "Type of ship", "Date of build", "Port of registry",
        "Date of survey", "Registered office", "Ngày bàn giao", "Số đăng ký", "Loại tàu", "", "12 34",
    ],
)  # fmt: skip
def test_what_has_another_word_is_another_label(text: str) -> None:
    assert named_by(alike(text)) is None


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("Official number: 64871", [("other", "Official number")]),
        (
            "Name of ship: OCEAN STAR IMO No.: 9074729",
            [("ship_name", "Name of ship"), ("imo_number", "IMO No.")],
        ),
        ("4. GOOD UNTIL ........ 3 MAY 2024", [("valid_until", "GOOD UNTIL ")]),
        ("Tên tàu BIỂN XANH", [("ship_name", "Tên tàu")]),
        ("Date of build", [("other", "Date of build")]),
        ("ngày 03 tháng 05 năm 2024", []),
    ],
)
def test_a_label_ends_at_its_mark_or_where_its_value_begins(text: str, labels: list[tuple[str, str]]) -> None:
    found = labels_in(text, folded(text), alike(text))
    assert [(each.code, text[each.start : each.end]) for each in found] == labels


def test_a_label_may_be_broken_over_two_lines() -> None:
    page = lined(
        ("To be surveyed", 60, 100, 10),
        ("3 May 2024", 260, 100, 10),
        ("before", 60, 111, 10),
        ("Date of initial", 60, 130, 10),
        ("5 June 2023", 260, 130, 10),
        ("survey", 60, 141, 10),
    )
    assert values_in(page) == {"next_survey": "2024-05-03"}


def test_each_part_of_a_form_has_its_own_manner() -> None:
    """Numbers and days nearby tell where values stand: boxes at the head, rows below."""
    page = lined(
        ("Number", 60, 100, 8),
        ("Date of issue", 200, 100, 8),
        ("Port of registry", 340, 100, 8),
        ("BMA-2024-10783", 60, 112, 12),
        ("3 May 2024", 200, 112, 12),
        ("Port Amber", 340, 112, 12),
        ("Vessel", 60, 500, 12),
        ("OCEAN STAR", 260, 500, 12),
        ("Bulk carrier", 60, 514, 12),
        ("IMO number", 60, 560, 12),
        ("9074729", 260, 560, 12),
    )
    found = values_in(page)
    assert (found["certificate_number"], found["issue_date"]) == ("BMA-2024-10783", "2024-05-03")
    assert (found["ship_name"], found["imo_number"]) == ("OCEAN STAR", "9074729")


def test_where_a_form_has_a_dash_nothing_else_is_looked_for() -> None:
    page = lined(
        ("Date of issue", 60, 100, 8),
        ("Expiry", 200, 100, 8),
        ("Survey completed", 340, 100, 8),
        ("3 May 2024", 60, 112, 12),
        ("– – –", 200, 112, 12),
        ("1 May 2024", 340, 112, 12),
        ("Archive", 60, 140, 12),
        ("2 May 2020", 200, 140, 12),
    )
    assert values_in(page) == {"issue_date": "2024-05-03"}


def test_a_period_may_be_broken_over_two_lines() -> None:
    page = lined(
        ("Period of validity", 60, 100, 12),
        ("from 3 May 2024 to 2 May", 260, 100, 12),
        ("2029", 260, 113, 12),
    )
    assert values_in(page)["valid_until"] == "2029-05-02"


def test_a_value_has_one_label() -> None:
    page = lined(
        ("Name of ship", 60, 100, 10),
        ("OCEAN STAR", 260, 100, 10),
        ("Issuing authority", 260, 113, 10),
        ("Oriel Register of Shipping", 260, 126, 10),
    )
    found = values_in(page)
    assert (found["ship_name"], found["issuing_authority"]) == ("OCEAN STAR", "Oriel Register of Shipping")


@pytest.mark.parametrize(
    ("rows", "code", "value"),
    [
        (("Know all men by these presents, numbered BRS-2024-00123,", "that the ship was built."),
         "certificate_number", "BRS-2024-00123"),
        (("This paper was made in good faith for the motor vessel NORTHERN", "DAWN II, IMO 9074729, of Port Amber"),
         "ship_name", "NORTHERN DAWN II"),
        (("The keel was laid on 2 May 2011 and the ship is to be presented again", "not later than 3 May 2026."),
         "next_survey", "2026-05-03"),
        (("and we find that in every way it shall cease to have effect after", "3 May 2027, subject to surveys."),
         "valid_until", "2027-05-03"),
        (("The ship was examined, and it was last endorsed at Port Amber on", "4 June 2025 by our surveyor."),
         "last_endorsement", "2025-06-04"),
        (("Being of the kind called Short term, it may be withdrawn.",), "certificate_type", "Short term"),
        (("Date on which the keel of the ship was laid, as declared: 2 May 2011",), "issue_date", None),
        (("Port Amber, 3 May 2024",), "issue_date", "2024-05-03"),
        (("BMA/IAPP/2571",), "certificate_number", "BMA/IAPP/2571"),
        (("Cp ti Hà Ni theo quy đnh, giy này ht hiu lc sau ngày 23 tháng 11 năm", "2025, vi điu kin kim tra."),
         "valid_until", "2025-11-23"),
    ],
)  # fmt: skip
def test_running_text_is_read_over_its_lines(rows: tuple[str, ...], code: str, value: str | None) -> None:
    """The nearest word before a day says what it is."""
    page = lined(*((row, 60.0, 400.0 + 16 * place, 10.0) for place, row in enumerate(rows)))
    assert values_in(page).get(code) == value


def test_running_text_ends_where_a_form_begins() -> None:
    page = lined(
        ("The master shall report at once any damage that may affect this", 60, 100, 10),
        ("Valid until: 3 May 2027", 60, 112, 10),
    )
    (sheet,) = sheets_of([page])
    assert [cell.text for cell in sheet.paragraphs] == [cell.text for cell in sheet.cells]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Amber Steamship Mutual Underwriting Association", None),
        ("Steamship Mutual", "Steamship Mutual"),
        ("issued by DNV at Port Amber", "DNV"),
        ("The New Marine Department of Meridia", None),
    ],
)
def test_a_known_office_is_none_within_a_longer_name(text: str, name: str | None) -> None:
    place = known_office(text)
    assert (text[slice(*place)] if place is not None else None) == name


@pytest.mark.parametrize(
    ("first", "second", "is_one"),
    [
        ("Maritime and Port Authority", "of Meridia", True),
        ("Directorate of Merchant", "Shipping", True),
        ("Amber Steamship Mutual Underwriting", "Association", True),
        ("Bureau Océan", "Tavoy Harbour", False),
        ("Boreal Register of Shipping", "27 Ropewalk Lane", False),
        ("Đăng kiểm Biển Đông", "Bien Dong Register", False),
    ],
)
def test_the_name_of_an_office_may_go_on_in_the_next_line(first: str, second: str, is_one: bool) -> None:
    assert goes_on(first, second) is is_one
