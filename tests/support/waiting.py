"""Waiting for a condition, and naming the one that never came true.

A condition may look up what is not there yet: a LookupError, as of a missing key or place, means "not yet".
"""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar, cast

T = TypeVar("T")

PATIENCE = 90.0
"""Seconds until a wait is given up: what only a hang takes, however busy the machine. Who promises a time names it."""


async def until(
    condition: Callable[[], T | Awaitable[T]], what: str, *, seconds: float = PATIENCE, every: float = 0.01
) -> T:
    """Returns the first truthy answer of the condition; fails, naming `what`, when the seconds are over."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            answer = condition()
            if inspect.isawaitable(answer):
                answer = await cast("Awaitable[T]", answer)
            if answer:
                return cast("T", answer)
            last, missing = repr(answer), None
        except LookupError as missed:
            last, missing = repr(missed), missed
        if time.monotonic() > deadline:
            raise _never(what, seconds, last) from missing
        await asyncio.sleep(every)


def wait_for(condition: Callable[[], T], what: str, *, seconds: float = PATIENCE, every: float = 0.05) -> T:
    """As `until`, for tests that drive a browser, whose event loop has their thread."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            if answer := condition():
                return answer
            last, missing = repr(answer), None
        except LookupError as missed:
            last, missing = repr(missed), missed
        if time.monotonic() > deadline:
            raise _never(what, seconds, last) from missing
        time.sleep(every)


def _never(what: str, seconds: float, last: str) -> AssertionError:
    return AssertionError(f"within {seconds:g} s it never came true: {what} (last: {last})")
