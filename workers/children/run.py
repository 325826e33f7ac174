"""Runs a target in this process and sends what it yields; every exception becomes a failure frame."""

import importlib
import traceback
from collections.abc import Callable
from typing import Any

import orjson

from workers.children import frames
from workers.children.frames import ChildEnd, OutputTooLarge
from workers.engines.failures import DocumentRefused

_DETAIL_CHARACTERS = 4000
# Made beforehand: when memory is gone there is none to make it with.
_OUT_OF_MEMORY = frames.frame(
    frames.FAILURE, orjson.dumps({"kind": "out_of_memory", "detail": "memory limit reached"})
)


def find_target(name: str) -> Callable[..., Any]:
    """The function that `package.module:function` names."""
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)


def failure_frame(error: BaseException) -> bytes:
    """How an exception travels to the parent."""
    if isinstance(error, MemoryError) or _mupdf_ran_out(error):
        return _OUT_OF_MEMORY
    if isinstance(error, DocumentRefused):
        kind = error.code if error.code in ("out_of_memory", "timed_out") else "error"
        said = {"kind": kind, "detail": error.code, "code": error.code, "params": error.params}
    elif isinstance(error, OutputTooLarge):
        said = {"kind": "error", "detail": "output_too_large", "code": "output_too_large", "params": {}}
    else:
        trace = "".join(traceback.format_exception(error))
        said = {"kind": "error", "detail": trace[-_DETAIL_CHARACTERS:], "code": None, "params": {}}
    return frames.frame(frames.FAILURE, orjson.dumps(said))


def send_failure(wire: ChildEnd, error: BaseException) -> None:
    """Drops what the failed frames hold, so that there is memory to speak with, then sends."""
    if isinstance(error, MemoryError):
        traceback.clear_frames(error.__traceback__)
    wire.send(failure_frame(error))


def _mupdf_ran_out(error: BaseException) -> bool:
    text = str(error)[:500]
    return "malloc" in text or "calloc" in text or "realloc" in text or "Cannot allocate memory" in text
