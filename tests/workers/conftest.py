"""What the workers' tests share."""

from collections.abc import AsyncIterator

import pytest

from workers.sandbox import Sandbox


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A sandbox without heavy modules: its children start in a few milliseconds."""
    made = Sandbox(["tests.workers.targets"])
    await made.start()
    yield made
    await made.close()
