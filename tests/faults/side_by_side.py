"""Tasks that go on while a block runs. One that fails ends the block with its error: a storm in which something has
silently died would prove nothing."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def side_by_side(*services: Coroutine[Any, Any, None]) -> AsyncGenerator[None, None]:
    """Runs them until the block ends, then cancels them; raises what one of them raised, in a group."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(each, name="beside the storm") for each in services]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
