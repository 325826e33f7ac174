"""A file that is sent while it is written."""

import io


class Sink(io.RawIOBase):
    """A file that cannot seek and forgets what has been taken from it."""

    def __init__(self) -> None:
        super().__init__()
        self._held = bytearray()
        self._at = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        piece = bytes(data)  # pyright: ignore[reportArgumentType] -- a bytes-like object, which has no common type
        self._held += piece
        self._at += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self._at

    def taken(self) -> bytes:
        taken, self._held = bytes(self._held), bytearray()
        return taken
