"""A multipart body means the same however it is cut into chunks."""

import hashlib
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.gateway.multipart import BrokenBody, Parts
from tests.support.http_gateway import multipart


async def stream(body: bytes, size: int) -> AsyncIterator[bytes]:
    for at in range(0, len(body), size):
        yield body[at : at + size]


async def read(
    body: bytes, content_type: str, size: int, *, skip: bool = False
) -> tuple[list[tuple[str, str | None, bytes]], str]:
    digest = hashlib.sha256()
    parts = Parts(stream(body, size), content_type, digest)
    found: list[tuple[str, str | None, bytes]] = []
    async for part in parts:
        content = b"" if skip else b"".join([piece async for piece in parts.content()])
        found.append((part.name, part.filename, content))
    return found, digest.hexdigest()


GIVEN: tuple[tuple[str, str | None, bytes], ...] = (
    ("options", None, b'{"a":1}'),
    ("files", "ü.pdf", b"\r\n--XXboundaryX\r\n--\r\n" * 20),
    ("files", "", b""),
    ("files", "b.bin", bytes(range(256))),
)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 100_000])
async def test_any_cut_gives_the_same_parts_and_the_same_digest(size: int) -> None:
    body, headers = multipart(*GIVEN)
    whole, digest = await read(body, headers["Content-Type"], 100_000)
    assert whole == list(GIVEN)
    assert await read(body, headers["Content-Type"], size) == (whole, digest)
    skipped, same = await read(body, headers["Content-Type"], size, skip=True)
    assert [each[:2] for each in skipped] == [each[:2] for each in GIVEN]
    assert same == digest, "what is dropped counts as well"


@pytest.mark.parametrize("cut", range(1, 200, 13))
async def test_a_body_that_ends_early_is_broken(cut: int) -> None:
    body, headers = multipart(*GIVEN)
    with pytest.raises(BrokenBody):
        await read(body[: -cut - 4], headers["Content-Type"], 50)


@given(st.binary(max_size=400), st.integers(1, 50))
async def test_garbage_is_broken_or_empty_and_never_something_else(body: bytes, size: int) -> None:
    for content in (body, b"--XXboundaryXX\r\n" + body):
        try:
            found, _ = await read(content, "multipart/form-data; boundary=XXboundaryXX", size)
        except BrokenBody:
            continue
        assert all(isinstance(each[0], str) for each in found)
