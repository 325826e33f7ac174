"""Being asked to stop: the first signal drains, the second stops at once."""

import asyncio
import signal
from collections.abc import Iterable
from typing import Any

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopSignals:
    """Hears the signals of this process from `listen` on."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.at_once = asyncio.Event()

    def listen(self, numbers: Iterable[signal.Signals] = STOPPING) -> None:
        """Within the running event loop, in the main thread."""
        loop = asyncio.get_running_loop()
        for number in numbers:
            loop.add_signal_handler(number, self.stop)

    def stop(self) -> None:
        """What a signal does."""
        (self.at_once if self.asked.is_set() else self.asked).set()


async def first_of(event: asyncio.Event, *others: asyncio.Future[Any], seconds: float | None = None) -> None:
    """Waits for the event or one of the others, at most so long; raises nothing of theirs."""
    waiting = asyncio.ensure_future(event.wait())
    await asyncio.wait({waiting, *others}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    await asyncio.wait({waiting})
