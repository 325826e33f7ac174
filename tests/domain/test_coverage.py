"""Which chunks are there is said in few words, however many gaps there are."""

import pytest

from service.domain.coverage import Coverage


@pytest.mark.parametrize(
    ("chunks", "header", "name"),
    [
        (range(1, 13), "1-12/23", "chunks 1-12 of 23"),
        ([6, 1, 3, 2], "1-3,6/23", "chunks 1-3, 6 of 23"),
        ([5], "5/23", "chunk 5 of 23"),
        ([23], "23/23", "chunk 23 of 23"),
        (range(1, 24, 2), "1,3,5,7,9,11,13,15,17,19,21,23/23", "12 of 23 chunks"),
    ],
)
def test_what_is_there_is_told(chunks: list[int], header: str, name: str) -> None:
    some = Coverage.of(chunks, 23)
    assert (some.header, some.name, some.is_all) == (header, name, False)


def test_all_chunks_are_all() -> None:
    assert Coverage.of(range(1, 24), 23).is_all and Coverage.of([1], 1).is_all
    assert not Coverage.of([], 1).is_all
