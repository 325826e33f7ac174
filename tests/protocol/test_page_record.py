"""Stored pages come back as they were, and nothing else is taken for one."""

from contextlib import suppress

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.protocol.page_record import BadRecord, is_record_of, page_record, page_records

WORDS = st.text(st.characters(exclude_categories=["Cs"]))
PAGES = st.lists(st.tuples(st.integers(1, 10_000), WORDS, WORDS))


@given(PAGES)
def test_records_one_after_the_other_come_back_as_they_were(pages: list[tuple[int, str, str]]) -> None:
    content = b"".join(page_record(number, {"text": text}, text, told) for number, text, told in pages)
    found = list(page_records(content))
    assert [each.number for each in found] == [number for number, _, _ in pages]
    assert [each.page() for each in found] == [{"text": text} for _, text, _ in pages]
    assert [each.text.decode() for each in found] == [text.strip() for _, text, _ in pages]
    assert [each.markdown.decode() for each in found] == [told.strip() for _, _, told in pages]


@given(st.binary() | PAGES.map(lambda pages: orjson.dumps(pages) + b"\n"), st.integers(0, 40))
def test_other_bytes_are_refused_by_name(content: bytes, cut: int) -> None:
    with suppress(BadRecord):
        list(page_records(content))
    whole = page_record(3, {"text": "three"}, "three", "# three")
    with pytest.raises(BadRecord):
        list(page_records(whole + whole[: 1 + cut]))


@pytest.mark.parametrize(
    "head",
    [b"3", b"[]", b"{}", b'{"number":3,"sizes":[1,2]}', b'{"number":3,"sizes":[-5,9,0]}'],
)
def test_a_head_that_lies_is_refused(head: bytes) -> None:
    with pytest.raises(BadRecord):
        list(page_records(head + b"\n" + b"x" * 20))


def test_a_record_is_that_of_its_page_only_and_whole() -> None:
    record = page_record(3, {}, "three", "")
    assert is_record_of(3, record)
    assert not is_record_of(4, record)
    assert not is_record_of(3, record + record)
    assert not is_record_of(3, record[:-1])
    assert not is_record_of(3, b"three")


def test_a_model_that_is_no_object_is_refused() -> None:
    (record,) = page_records(b'{"number":1,"sizes":[2,0,0]}\n[]')
    with pytest.raises(BadRecord):
        record.page()
