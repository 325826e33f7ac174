"""Waiting for a condition, and naming the one that never came true."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar, cast

T = TypeVar("T")


async def until(
    condition: Callable[[], T | Awaitable[T]], what: str, *, seconds: float = 10.0, every: float = 0.01
) -> T:
    """Returns the first truthy answer of the condition; fails, naming `what`, when the seconds are over."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if inspect.isawaitable(answer):
            answer = await cast("Awaitable[T]", answer)
        if answer:
            return cast("T", answer)
        if time.monotonic() > deadline:
            raise AssertionError(f"within {seconds:g} s it never came true: {what} (last: {answer!r})")
        await asyncio.sleep(every)


def wait_for(condition: Callable[[], T], what: str, *, seconds: float = 30.0, every: float = 0.05) -> T:
    """As `until`, for tests that drive a browser, whose event loop has their thread."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"within {seconds:g} s it never came true: {what} (last: {answer!r})")
        time.sleep(every)
    return answer
