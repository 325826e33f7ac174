"""Ctrl-C ends a command that waits, whenever the signal comes and whoever takes it."""

import asyncio
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from service.cli import interrupt

_NEXT_BEAT_SECONDS = 5.0


class Command:
    """One that waits for what never comes, and tidies up when it is cancelled."""

    def __init__(self) -> None:
        self.waited = 0.0

    async def waits(self, then: Any) -> None:
        loop = asyncio.get_running_loop()
        began_at = loop.time()
        loop.call_soon(then)
        try:
            async with asyncio.timeout(_NEXT_BEAT_SECONDS):
                await asyncio.Event().wait()
        finally:
            self.waited = loop.time() - began_at


def taken_by_another_thread() -> None:
    """The signal does not break off what the loop's thread waits in."""

    def take() -> None:
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)

    threading.Timer(0.1, take).start()


def taken_by_the_loops_thread() -> None:
    signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("then", [taken_by_another_thread, taken_by_the_loops_thread])
def test_what_waits_is_cancelled_and_tidies_up(then: Any) -> None:
    command = Command()
    with pytest.raises(KeyboardInterrupt):
        interrupt.run(command.waits(then))
    assert 0 < command.waited < _NEXT_BEAT_SECONDS, "nothing else had to happen"


def test_a_second_one_ends_what_does_not_let_go() -> None:
    async def stubborn() -> None:
        signal.raise_signal(signal.SIGINT)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            signal.raise_signal(signal.SIGINT)
            await asyncio.Event().wait()

    with pytest.raises(KeyboardInterrupt):
        interrupt.run(stubborn())


def test_what_ends_by_itself_is_its_answer_and_what_fails_its_error() -> None:
    async def answers() -> int:
        return 3

    async def gives_up() -> int:
        raise asyncio.CancelledError

    before = signal.getsignal(signal.SIGINT)
    assert interrupt.run(answers()) == 3
    with pytest.raises(asyncio.CancelledError):
        interrupt.run(gives_up())
    assert signal.getsignal(signal.SIGINT) is before


def test_in_another_thread_a_command_runs_too() -> None:
    async def answers() -> int:
        return 3

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(interrupt.run, answers()).result() == 3
