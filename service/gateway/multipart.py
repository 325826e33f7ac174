"""A multipart body, part by part, as it comes in. Nothing of a part is kept beyond the piece at hand."""

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, cast

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

_MOST_HEADERS = 16
_LONGEST_HEADER = 16 * 1024


class BrokenBody(Exception):
    """The body is not multipart, or ends in the middle; the text says which, in words fit for a user."""


class Digest(Protocol):
    """A hash that is fed piece by piece."""

    def update(self, data: bytes, /) -> None:
        """The next bytes."""
        ...


@dataclass(frozen=True)
class Part:
    """What a part's headers say; `filename` is None for a field, and whatever the client chose for a file."""

    name: str
    filename: str | None


Event: TypeAlias = tuple[Literal["begin"], Part] | tuple[Literal["data"], bytes] | tuple[Literal["end"], None]


class Parts:
    """Reads one body. Iterate over it for the parts, and over `content()` for the bytes of the part at hand.

    What is not read of a part is dropped when the next one is asked for. Both raise BrokenBody. The digest is fed with
    all names and contents, dropped ones too: the same parts give the same digest, whatever the boundary.
    """

    def __init__(
        self, stream: AsyncIterator[bytes], content_type: str | None, digest: Digest | None = None
    ) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if kind != b"multipart/form-data" or not boundary:
            raise BrokenBody("it is not multipart/form-data with a boundary")
        self._stream = stream
        self._digest = digest
        self._events: deque[Event] = deque()
        self._headers: list[tuple[bytes, bytes]] = []
        self._field, self._value = bytearray(), bytearray()
        self._length = 0
        self._whole = False
        self._inside = False
        try:
            self._parser = MultipartParser(
                boundary,
                cast("MultipartCallbacks", self._callbacks()),
                max_header_count=_MOST_HEADERS,
                max_header_size=_LONGEST_HEADER,
            )
        except FormParserError:
            raise BrokenBody("its boundary is too long") from None

    async def __aiter__(self) -> AsyncGenerator[Part, None]:
        while True:
            while self._inside:
                await self._next()
            event = await self._next()
            if event is None:
                return
            if event[0] == "begin":
                yield event[1]

    async def content(self) -> AsyncGenerator[bytes, None]:
        """The bytes of the part at hand, up to its end."""
        while self._inside:
            event = await self._next()
            if event is not None and event[0] == "data":
                yield event[1]

    async def _next(self) -> Event | None:
        """The next event, or None at the end of a whole body."""
        while not self._events:
            if self._whole:
                return None
            await self._feed()
        event = self._events.popleft()
        if event[0] != "data":
            self._inside = event[0] == "begin"
        if self._digest is not None:
            self._note(event, self._digest)
        return event

    def _note(self, event: Event, digest: Digest) -> None:
        if event[0] == "data":
            self._length += len(event[1])
            digest.update(event[1])
        elif event[0] == "begin":
            self._length = 0
            digest.update(repr(event[1]).encode("utf-8", "surrogatepass"))
        else:
            digest.update(f"|{self._length}|".encode())

    async def _feed(self) -> None:
        async for chunk in self._stream:
            if chunk:
                try:
                    self._parser.write(chunk)
                except FormParserError:
                    raise BrokenBody("it is not well formed") from None
                return
        raise BrokenBody("it ends before its closing boundary")

    def _callbacks(self) -> dict[str, object]:
        def on_field(data: bytes, start: int, end: int) -> None:
            self._field += data[start:end]

        def on_value(data: bytes, start: int, end: int) -> None:
            self._value += data[start:end]

        def on_header() -> None:
            self._headers.append((bytes(self._field).lower(), bytes(self._value)))
            self._field.clear()
            self._value.clear()

        def on_headers() -> None:
            part = _part(dict(self._headers))
            self._headers.clear()
            self._events.append(("begin", part))

        def on_data(data: bytes, start: int, end: int) -> None:
            self._events.append(("data", data[start:end]))

        def on_end() -> None:
            self._whole = True

        return {
            "on_header_field": on_field,
            "on_header_value": on_value,
            "on_header_end": on_header,
            "on_headers_finished": on_headers,
            "on_part_data": on_data,
            "on_part_end": lambda: self._events.append(("end", None)),
            "on_end": on_end,
        }


def _part(headers: dict[bytes, bytes]) -> Part:
    _, options = parse_options_header(headers.get(b"content-disposition"))
    given = options.get(b"filename")
    return Part(
        name=_text(options.get(b"name", b"")),
        filename=None if given is None else _text(given).replace("%22", '"'),
    )


def _text(raw: bytes) -> str:
    # Browsers send UTF-8 whatever the page's encoding; anything else is some older client's.
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
