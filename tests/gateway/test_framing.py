"""What a client's bytes say, however they are cut into pieces; and what they may not say."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from service.gateway.framing import (
    LARGEST_MESSAGE,
    FrameReader,
    Kind,
    Violation,
    close_code,
    close_frame,
    control_frame,
)
from tests.support.bare_socket import BINARY, CLOSE, FINAL, PING, PONG, TEXT, frame

PART = 0x0
_payloads = st.one_of(st.binary(max_size=8), st.binary(min_size=120, max_size=130), st.just(b"x" * 65536))
_controls = st.tuples(st.sampled_from([PING, PONG]), st.binary(max_size=125))
_messages = st.tuples(
    st.sampled_from([TEXT, BINARY]),
    st.lists(_payloads, min_size=1, max_size=3),
    st.lists(_controls, max_size=2),
)


def read(reader: FrameReader, pieces: Iterator[bytes]) -> list[tuple[Kind, bytes]]:
    return [each for piece in pieces for each in reader.feed(piece) if each[0] is not Kind.PART]


def pieces_of(data: bytes, cuts: list[int]) -> Iterator[bytes]:
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return (data[start:end] for start, end in pairwise(places))


@settings(max_examples=200, deadline=None)
@given(st.lists(_messages, max_size=4), st.lists(st.integers(0, 10**6), max_size=12))
def test_messages_are_whole_however_they_are_split_into_frames_and_bytes(
    messages: list[tuple[int, list[bytes], list[tuple[int, bytes]]]], cuts: list[int]
) -> None:
    """Control frames between the pieces of a message are told when they come."""
    data, expected = b"", list[tuple[Kind, bytes]]()
    for opcode, parts, controls in messages:
        whole = b"".join(parts)
        if len(whole) > LARGEST_MESSAGE:
            continue
        for number, part in enumerate(parts):
            is_last = number == len(parts) - 1
            data += frame(opcode if number == 0 else PART, part, first=FINAL if is_last else 0)
            if not is_last:
                for kind, payload in controls:
                    data += frame(kind, payload)
                    expected.append((Kind(kind), payload))
        expected.append((Kind(opcode), whole))
    reader = FrameReader()
    assert read(reader, pieces_of(data, cuts)) == expected
    assert read(reader, iter([frame(PING, b"still")])) == [(Kind.PING, b"still")]


@given(st.binary(max_size=300), st.binary(min_size=4, max_size=4))
def test_what_the_websockets_library_masks_is_unmasked(payload: bytes, mask: bytes) -> None:
    theirs = Frame(Opcode.BINARY, payload).serialize(mask=True)
    assert read(FrameReader(), iter([theirs])) == [(Kind.BINARY, payload)]
    assert read(FrameReader(), iter([frame(BINARY, payload, mask=mask)])) == [(Kind.BINARY, payload)]


@pytest.mark.parametrize("first", [0x40, 0x20, 0x10])
def test_reserved_bits_are_for_extensions_that_nobody_agreed_on(first: int) -> None:
    assert broken(frame(TEXT, b"x", first=FINAL | first)) == 1002


@pytest.mark.parametrize("opcode", [3, 4, 5, 6, 7, 11, 12, 13, 14, 15])
def test_unknown_opcodes_are_refused(opcode: int) -> None:
    assert broken(frame(opcode)) == 1002


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x81\x01x", 1002),
        (frame(PART, b"x"), 1002),
        (frame(TEXT, b"x", first=0) + frame(TEXT, b"y"), 1002),
        (frame(PING, b"x", first=0), 1002),
        (frame(CLOSE, b"x" * 126), 1002),
        (b"\x81\xff" + (1 << 40).to_bytes(8, "big"), 1009),
        (b"\x81\xff" + b"\xff" * 8, 1009),
        (frame(TEXT, b"x" * (LARGEST_MESSAGE + 1))[:14], 1009),
        (frame(TEXT, b"x" * LARGEST_MESSAGE, first=0) + frame(PART, b"y")[:2], 1009),
    ],
)
def test_broken_frames_are_refused_as_soon_as_they_show(data: bytes, code: int) -> None:
    assert broken(data) == code


def broken(data: bytes) -> int | None:
    """With which code, whether it comes at once or byte by byte."""
    codes: set[int | None] = set()
    for pieces in ([data], [data[at : at + 1] for at in range(len(data))]):
        reader = FrameReader()
        try:
            read(reader, iter(pieces))
            codes.add(None)
        except Violation as violation:
            codes.add(violation.code)
    (code,) = codes
    return code


def test_a_message_as_long_as_may_be_and_the_pings_in_it_are_taken() -> None:
    data = frame(TEXT, b"x" * LARGEST_MESSAGE, first=0) + frame(PING, b"p") + frame(PART)
    told = read(FrameReader(), iter([data]))
    assert [(kind, len(payload)) for kind, payload in told] == [(Kind.PING, 1), (Kind.TEXT, LARGEST_MESSAGE)]


def test_close_frames_say_a_code_that_exists_and_a_reason_that_is_text() -> None:
    assert close_code(b"") is None
    assert [close_code(code.to_bytes(2, "big") + b"bye") for code in (1000, 1012, 4200)] == [1000, 1012, 4200]
    for payload, code in (
        (b"x", 1002),
        *((each.to_bytes(2, "big"), 1002) for each in (0, 999, 1005, 1006, 1015, 5000)),
    ):
        with pytest.raises(Violation) as refused:
            close_code(payload)
        assert refused.value.code == code
    with pytest.raises(Violation) as refused:
        close_code((1000).to_bytes(2, "big") + b"\xff")
    assert refused.value.code == 1007


def test_what_the_server_sends_fits_and_is_text() -> None:
    assert control_frame(Kind.PONG, b"abc") == b"\x8a\x03abc"
    told = close_frame(4200, "é" * 100)
    assert told[:4] == b"\x88\x7c\x10\x68" and len(told) <= 2 + 125
    assert told[4:].decode() == "é" * 61
