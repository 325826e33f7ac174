"""The fields of a certificate: their codes are a contract with tables, files and pages."""

from service.domain.certificate.fields import FIELD_BY_CODE, FIELDS


def test_the_fields_stand_in_the_order_in_which_they_are_shown() -> None:
    assert [field.code for field in FIELDS] == [
        "ship_name",
        "imo_number",
        "certificate_name",
        "abbreviation",
        "certificate_number",
        "certificate_type",
        "issue_date",
        "valid_until",
        "last_endorsement",
        "next_survey",
        "issuing_authority",
    ]


def test_kinds_say_how_values_are_written() -> None:
    assert FIELD_BY_CODE["imo_number"].kind == "imo"
    assert [field.code for field in FIELDS if field.kind == "date"] == [
        "issue_date",
        "valid_until",
        "last_endorsement",
        "next_survey",
    ]
