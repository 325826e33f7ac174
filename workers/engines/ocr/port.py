"""What an OCR engine is asked, and what it promises."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Literal, Protocol

from workers.engines.page import Page


@dataclass(frozen=True, slots=True)
class Pixels:
    """A page rendered: raw samples row by row without padding, 1 (grey) or 3 (RGB) bytes a pixel."""

    samples: bytes
    width: int
    height: int
    channels: Literal[1, 3] = 1


@dataclass(frozen=True, slots=True)
class PageToRead:
    """A page; `width` and `height` are points as shown. `pixels` is needed by engines that accept pixels."""

    number: int
    width: float
    height: float
    rotation: int = 0
    pixels: Pixels | None = None


@dataclass(frozen=True, slots=True)
class OcrRequest:
    """At most `pages_per_call` pages, in order.

    `pdf` is a PDF of just these pages, needed by engines that accept PDF. `languages` are ISO 639-1 codes, most
    important first; none means that the engine chooses.
    """

    pages: tuple[PageToRead, ...]
    pdf: bytes | None = None
    languages: tuple[str, ...] = ()


class OcrEngine(Protocol):
    """Reads what is drawn on pages. Safe to call from several tasks of one event loop."""

    @property
    def name(self) -> str:
        """The code that pages carry as their engine."""
        ...

    @property
    def accepts(self) -> Literal["pixels", "pdf"]:
        """Which form of the pages a request must hold."""
        ...

    @property
    def pages_per_call(self) -> int:
        """The most pages of one request."""
        ...

    @property
    def languages(self) -> frozenset[str]:
        """ISO 639-1 codes of the languages that it reads well here; empty when it has none to name."""
        ...

    def read(self, request: OcrRequest) -> AsyncGenerator[Page, None]:
        """The pages, in order, each as soon as it is read. Close the generator (or cancel) to stop at once.

        Raises EngineFailed; the pages given before are good.
        """
        ...

    async def check(self) -> str | None:
        """Why the engine can't be used here, in English for an operator; None when it can."""
        ...

    async def close(self) -> None:
        """Lets go of children and connections."""
        ...
