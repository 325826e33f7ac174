"""Dates of certificates: every usual form gives the day that was written, nothing else gives one."""

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.certificate.dates import DateOrder, dates_in, read_date

days = st.dates(date(1980, 1, 1), date(2079, 12, 31))
VIETNAMESE = ("một", "hai", "ba", "tư", "năm", "sáu", "bảy", "tám", "chín", "mười", "mười một", "mười hai")
FORMS = [
    "{day} {month} {year}",
    "{day:02} {month3} {short}",
    "{day:02}-{MONTH3}-{year}",
    "{day:02}{MONTH3}{year}",
    "{day}{th} {month} {year}",
    "{day}{th} day of {month}, {year}",
    "{month} {day}, {year}",
    "{MONTH} {day:02} {year}",
    "{month3}. {day} {year}",
    "{year}-{number:02}-{day:02}",
    "{year}/{number}/{day}",
    "{year}.{number:02}.{day:02}",
    "{day:02}/{number:02}/{year}",
    "{day}.{number}.{year}",
    "{day:02} / {number:02} / {year}",
    "{day:02} {number:02} {year}",
    "{day:02}-{number:02}-{short}",
    "ngày {day:02} tháng {number:02} năm {year}",
    "Ngày {day} tháng {viet} năm {year}",
    "{day} tháng {number}, {year}",
    "ngay {day:02} thang {number:02} nam {year}",
    "Ngày {day:02} tháng (month) {number:02} năm (year) {year}",
]


def written(form: str, day: date) -> str:
    month = f"{day:%B}"
    th = "th" if 10 < day.day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    return form.format(
        day=day.day,
        th=th,
        month=month,
        MONTH=month.upper(),
        month3=month[:3],
        MONTH3=month[:3].upper(),
        number=day.month,
        viet=VIETNAMESE[day.month - 1],
        year=day.year,
        short=f"{day:%y}",
    )


@pytest.mark.parametrize("form", FORMS)
@given(day=days)
def test_every_usual_form_gives_the_day_that_was_written(form: str, day: date) -> None:
    assert read_date(written(form, day)) == day


@given(
    day=days, form=st.sampled_from(FORMS), before=st.sampled_from(["Valid until: ", "cấp ", "(", "Hà Nội, "])
)
def test_a_date_is_found_within_a_text_at_its_place(day: date, form: str, before: str) -> None:
    text = f"{before}{written(form, day)} and no more"
    [found] = dates_in(text)
    assert found.value == day
    assert text.startswith(written(form, day)[:1], len(before))
    assert len(before) <= found.start < found.end == len(text) - len(" and no more")


@given(day=days)
def test_the_order_decides_what_could_be_either(day: date) -> None:
    orders: list[tuple[DateOrder, str]] = [("dmy", "%d/%m/%Y"), ("mdy", "%m/%d/%Y"), ("ymd", "%y/%m/%d")]
    for order, form in orders:
        assert read_date(day.strftime(form), order) == day


def test_the_order_gives_way_where_it_gives_no_day() -> None:
    assert read_date("03/25/2027") == date(2027, 3, 25)
    assert read_date("25/03/2027", "mdy") == date(2027, 3, 25)


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("03/05/2027", False),
        ("25/05/2027", True),
        ("05/05/2027", True),
        ("3 May 27", False),
        ("3 May 2027", True),
    ],
)
def test_what_could_be_another_day_is_not_sure(text: str, sure: bool) -> None:
    assert [found.is_sure for found in dates_in(text)] == [sure]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "May 2027",
        "31 February 2027",
        "99/99/9999",
        "00/00/0000",
        "0001-01-01",
        "3 May 1492",
        "3 May 20277",
        "1.2.2027.5",
        "192.168.12.27.1",
        "A3 May 2027",
        "3 May 2027 to 4 May 2028",
        "\u0660\u0663/\u0660\u0665/2027",
        "2027-13-45",
        "12/2027",
    ],
)
def test_what_is_no_single_day_is_none(text: str) -> None:
    assert read_date(text) is None


@given(st.text(max_size=200))
def test_any_text_is_read_without_a_crash_and_places_are_within_it(text: str) -> None:
    last = 0
    for found in dates_in(text):
        assert last <= found.start < found.end
        last = found.end


@pytest.mark.parametrize("part", ["1 ", "1/", "jan ", "1 jan", "ngay 1 thang 1 ", "2027-", "  ", "1 thang ("])
def test_a_hostile_line_takes_time_by_its_length_alone(part: str) -> None:
    def seconds(length: int) -> float:
        text = part * (length // len(part))
        began = time.process_time()
        dates_in(text)
        return time.process_time() - began

    assert seconds(400_000) < 20 * max(seconds(50_000), 0.02)
