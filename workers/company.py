"""Who runs in this worker together: a step that may be the death of it runs alone."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


class Place:
    """A step's place in the worker, from before its claim to its end."""

    def __init__(self, company: "Company") -> None:
        self._company = company

    async def alone(self) -> bool:
        """Waits until the others have left, and lets none in until this one leaves.

        False where another has asked for that: two that wait for one another would never be told apart.
        """
        return await self._company.empty_for(self)


class Company:
    """The places of one worker."""

    def __init__(self) -> None:
        self._inside: set[Place] = set()
        self._alone: Place | None = None
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def place(self) -> AsyncGenerator[Place, None]:
        """Waits for whoever is alone to leave."""
        place = Place(self)
        async with self._changed:
            await self._changed.wait_for(lambda: self._alone is None)
            self._inside.add(place)
        try:
            yield place
        finally:
            await asyncio.shield(self._left(place))

    async def empty_for(self, place: Place) -> bool:
        """See Place.alone."""
        async with self._changed:
            if self._alone is not None:
                return False
            self._alone = place
            await self._changed.wait_for(lambda: self._inside == {place})
        return True

    async def _left(self, place: Place) -> None:
        async with self._changed:
            self._inside.discard(place)
            if self._alone is place:
                self._alone = None
            self._changed.notify_all()
