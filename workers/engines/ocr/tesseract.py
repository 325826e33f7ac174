"""Tesseract, where it is installed: a process for each page, given pixels on its standard input."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncGenerator, Sequence
from typing import Literal

from workers.children.outcome import Limits
from workers.engines.failures import EngineFailed
from workers.engines.ocr.composing import composed
from workers.engines.ocr.port import OcrRequest, PageToRead, Pixels
from workers.engines.ocr.program import ProgramFailed, output_of
from workers.engines.ocr.straighten import straightened, tilt_of
from workers.engines.ocr.tesseract_words import paragraphs
from workers.engines.page import Page

_SHOWN_NAME = "Tesseract"
_CODES = {
    "cs": "ces",
    "da": "dan",
    "de": "deu",
    "el": "ell",
    "en": "eng",
    "es": "spa",
    "fi": "fin",
    "fr": "fra",
    "it": "ita",
    "ja": "jpn",
    "ko": "kor",
    "nb": "nor",
    "nl": "nld",
    "no": "nor",
    "pl": "pol",
    "pt": "por",
    "ru": "rus",
    "sv": "swe",
    "tr": "tur",
    "uk": "ukr",
    "vi": "vie",
    "zh": "chi_sim",
}
_FALLBACK = ("en",)
_LIST_SECONDS = 10.0
MEMORY_BYTES = 2 << 30
"""What the process may map: a page of 40 million pixels in colour takes a third of it."""
# With orientation found by itself, else without.
_SEGMENTATION_WITH_ORIENTATION, _SEGMENTATION = "1", "3"
_ORIENTATION = "osd"


class Tesseract:
    """Reads pixels, one page a call; a page takes one process with one thread, within limits of its own."""

    name = "tesseract"
    accepts: Literal["pixels", "pdf"] = "pixels"
    pages_per_call = 1

    def __init__(
        self,
        *,
        page_seconds: float = 60.0,
        cpu_seconds: float = 300.0,
        memory_bytes: int = MEMORY_BYTES,
        program: str = "tesseract",
    ) -> None:
        self._limits = Limits(memory_bytes=memory_bytes, item_seconds=page_seconds, cpu_seconds=cpu_seconds)
        self._program = program
        self._environment = {
            "LC_ALL": "C.UTF-8",
            # Its threads spin while they wait for each other: on busy cores several take far longer than one.
            "OMP_THREAD_LIMIT": "1",
            **{name: os.environ[name] for name in ("PATH", "TESSDATA_PREFIX") if name in os.environ},
        }
        self._installed: frozenset[str] | None = None

    async def read(self, request: OcrRequest) -> AsyncGenerator[Page, None]:
        """See OcrEngine."""
        language = await self._language(request.languages)
        for page in request.pages:
            if page.pixels is None:
                raise ValueError("Tesseract reads pixels")
            yield await self._read_page(page, page.pixels, language)

    @property
    def languages(self) -> frozenset[str]:
        """ISO 639-1 codes whose data is installed. Asks the program the first time, some milliseconds."""
        try:
            installed = self._list_languages()
        except EngineFailed:
            return frozenset()
        return frozenset(short for short, code in _CODES.items() if code in installed)

    async def check(self) -> str | None:
        """See OcrEngine."""
        try:
            await asyncio.to_thread(self._list_languages)
        except EngineFailed as failed:
            return failed.detail
        return None

    async def close(self) -> None:
        """Nothing stays open between pages."""

    async def _read_page(self, page: PageToRead, pixels: Pixels, language: str) -> Page:
        if len(pixels.samples) != pixels.width * pixels.height * pixels.channels or not pixels.samples:
            raise _failed("ocr_image_unreadable", "usage", "samples do not fit the size")
        # Tesseract loses most of a page that leans 1.5 degrees to the left.
        tilt = await asyncio.to_thread(tilt_of, pixels)
        upright = await asyncio.to_thread(straightened, pixels, tilt) if tilt else pixels
        dpi = max(70, round(pixels.width * 72 / page.width))
        command = [
            "stdin",
            "stdout",
            "-l",
            language,
            "--psm",
            await self._segmentation(),
            "--dpi",
            str(dpi),
            "tsv",
        ]
        table = await self._run(command, _portable_map(upright))
        try:
            found = paragraphs(table, page, pixels, tilt)
        except ValueError as error:
            raise _failed("ocr_nonsense", "transient", str(error)) from error
        return composed(page, self.name, found)

    async def _segmentation(self) -> str:
        has_orientation = _ORIENTATION in await asyncio.to_thread(self._list_languages)
        return _SEGMENTATION_WITH_ORIENTATION if has_orientation else _SEGMENTATION

    async def _language(self, asked: Sequence[str]) -> str:
        """Tesseract's way to name the languages; raises EngineFailed where one is not installed."""
        installed = await asyncio.to_thread(self._list_languages)
        codes = [_CODES.get(language.lower(), language.lower()) for language in asked or _FALLBACK]
        missing = [code for code in codes if code not in installed]
        if missing:
            packages = " ".join(f"tesseract-ocr-{code.replace('_', '-')}" for code in missing)
            params = {"languages": ", ".join(missing), "packages": packages}
            raise EngineFailed("ocr_language_missing", {"engine": _SHOWN_NAME, **params}, kind="usage")
        return "+".join(dict.fromkeys(codes))

    def _list_languages(self) -> frozenset[str]:
        """Tesseract's own codes; blocks the first time. Raises EngineFailed where it is missing or broken."""
        if self._installed is None:
            command = [self._path(), "--list-langs"]
            try:
                listed = subprocess.run(
                    command,
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    text=True,
                    check=True,
                    env=self._environment,
                    timeout=_LIST_SECONDS,
                )
            except (OSError, subprocess.SubprocessError) as error:
                raise _failed("ocr_unavailable", "fatal", f"tesseract --list-langs: {error}") from error
            self._installed = frozenset(
                line.strip() for line in listed.stdout.splitlines()[1:] if line.strip()
            )
        return self._installed

    def _path(self) -> str:
        path = shutil.which(self._program)
        if path is None:
            raise _failed("ocr_unavailable", "fatal", "tesseract is not on PATH (Debian: tesseract-ocr)")
        return path

    async def _run(self, arguments: Sequence[str], stdin: bytes) -> str:
        try:
            command = [self._path(), *arguments]
            output = await output_of(command, stdin, limits=self._limits, environment=self._environment)
        except TimeoutError as error:
            raise self._too_slow() from error
        except OSError as error:
            raise _failed("ocr_unavailable", "fatal", f"tesseract can't be started: {error}") from error
        except ProgramFailed as error:
            if error.kind == "out_of_cpu":
                raise self._too_slow() from error
            if error.kind == "out_of_memory":
                raise _failed("page_out_of_memory", "usage", str(error)) from error
            raise _failed("ocr_crashed", "transient", str(error)) from error
        return output.decode("utf-8", "replace")

    def _too_slow(self) -> EngineFailed:
        params = {"engine": _SHOWN_NAME, "seconds": round(self._limits.item_seconds)}
        return EngineFailed("ocr_timed_out", params, kind="transient")


def _portable_map(pixels: Pixels) -> bytes:
    """PGM or PPM. What Tesseract does not recognise as an image it takes for a list of files to open, so it is
    never given a file that somebody else made."""
    kind = b"P5" if pixels.channels == 1 else b"P6"
    return b"%b %d %d 255\n%b" % (kind, pixels.width, pixels.height, pixels.samples)


def _failed(code: str, kind: Literal["usage", "transient", "fatal"], detail: str) -> EngineFailed:
    return EngineFailed(code, {"engine": _SHOWN_NAME}, kind=kind, detail=detail)
