"""RapidOCR with the models of its own wheel: local, offline, in warm child processes."""

import asyncio
import importlib.util
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from service.domain.json import JsonObject
from workers.engines.failures import EngineFailed
from workers.engines.ocr.composing import composed
from workers.engines.ocr.layout import Corners, Fragment, arranged
from workers.engines.ocr.port import OcrRequest, PageToRead, Pixels
from workers.engines.page import Page
from workers.warm import ChildFailed, Limits, WarmChild

_SHOWN_NAME = "RapidOCR"
_TARGET = "workers.engines.ocr.rapid_child:serve"
_MODULES = ("rapidocr", "onnxruntime", "cv2")
_LEAST_MODELS = 3
_MEMORY_BYTES = 2 << 30
# Models with many sizes of input make the runtime's memory creep up.
_PAGES_PER_CHILD = 200


class RapidOcr:
    """Reads pixels, one page a call, in at most `children` processes with `threads` threads each.

    It reads English and French well; Vietnamese loses its diacritics, so it does not claim it.
    """

    name = "rapidocr"
    accepts: Literal["pixels", "pdf"] = "pixels"
    pages_per_call = 1
    languages = frozenset({"en", "fr", "de", "es", "it", "pt", "nl", "zh"})

    def __init__(
        self, *, children: int, threads: int, page_seconds: float = 60.0, cpu_seconds: float = 300.0
    ) -> None:
        limits = Limits(memory_bytes=_MEMORY_BYTES, item_seconds=page_seconds, cpu_seconds=cpu_seconds)
        self._page_seconds = page_seconds
        self._children = [
            WarmChild(_TARGET, {"threads": threads}, limits, recycle_after=_PAGES_PER_CHILD, threads=threads)
            for _ in range(children)
        ]
        # Last in, first out: a child that is warm is taken before one that is not.
        self._idle: asyncio.LifoQueue[WarmChild] = asyncio.LifoQueue()
        for child in self._children:
            self._idle.put_nowait(child)

    async def read(self, request: OcrRequest) -> AsyncGenerator[Page, None]:
        """See OcrEngine."""
        for page in request.pages:
            if page.pixels is None:
                raise ValueError("RapidOCR reads pixels")
            answer = await self._answer(page, page.pixels)
            yield _page(page, page.pixels, answer)

    async def check(self) -> str | None:
        """See OcrEngine; looks for modules and models and starts nothing."""
        return await asyncio.to_thread(_why_unavailable)

    async def close(self) -> None:
        """Kills all children; pages under way fail."""
        await asyncio.gather(*(child.close() for child in self._children))

    async def _answer(self, page: PageToRead, pixels: Pixels) -> JsonObject:
        call = {
            "width": pixels.width,
            "height": pixels.height,
            "channels": pixels.channels,
            "page_side": max(page.width, page.height),
        }
        async with self._child() as child:
            try:
                await child.start()
            except ChildFailed as failed:
                raise _failed("ocr_unavailable", "fatal", failed) from failed
            try:
                return await child.request(call, pixels.samples)
            except ChildFailed as failed:
                raise self._failure(failed) from failed

    @asynccontextmanager
    async def _child(self) -> AsyncGenerator[WarmChild]:
        child = await self._idle.get()
        try:
            yield child
        finally:
            self._idle.put_nowait(child)

    def _failure(self, failed: ChildFailed) -> EngineFailed:
        if failed.code is not None:
            return _failed(failed.code, "usage", failed)
        if failed.kind in ("timed_out", "out_of_cpu"):
            return _failed("ocr_timed_out", "transient", failed, seconds=round(self._page_seconds))
        return _failed("ocr_crashed", "transient", failed)


def _failed(
    code: str, kind: Literal["usage", "transient", "fatal"], failed: ChildFailed, **params: float
) -> EngineFailed:
    return EngineFailed(code, {"engine": _SHOWN_NAME, **params}, kind=kind, detail=str(failed))


def _page(page: PageToRead, pixels: Pixels, answer: JsonObject) -> Page:
    x_scale, y_scale = page.width / pixels.width, page.height / pixels.height
    fragments = [
        Fragment(text, _corners(flat, x_scale, y_scale), confidence)
        for text, confidence, flat in answer["lines"]
    ]
    return composed(page, RapidOcr.name, arranged(fragments))


def _corners(flat: list[float], x_scale: float, y_scale: float) -> Corners:
    x0, y0, x1, y1, x2, y2, x3, y3 = flat
    return (
        (x0 * x_scale, y0 * y_scale),
        (x1 * x_scale, y1 * y_scale),
        (x2 * x_scale, y2 * y_scale),
        (x3 * x_scale, y3 * y_scale),
    )


def _why_unavailable() -> str | None:
    for module in _MODULES:
        if importlib.util.find_spec(module) is None:
            return f"the Python package {module} is not installed"
    spec = importlib.util.find_spec("rapidocr")
    folder = Path(spec.origin or "").parent if spec else Path()
    if len(list((folder / "models").glob("*.onnx"))) < _LEAST_MODELS:
        return "the models that come with the package rapidocr are missing"
    return None
