"""What people send to the gateways, over whichever of them answers."""

import asyncio
from contextlib import suppress

import httpx

from service.domain.json import JsonObject
from tests.faults.chaos.place import Place

TRIES = 12
TRY_AGAIN_SECONDS = 0.25
_REQUEST_SECONDS = 8.0


class Calls:
    """Links to all gateways, as the house's user."""

    def __init__(self, place: Place) -> None:
        self._admin = {"Authorization": f"Bearer {place.admin_token}"}
        self._links = [
            httpx.AsyncClient(
                base_url=each.url,
                headers={"Authorization": f"Bearer {place.token}"},
                timeout=_REQUEST_SECONDS,
                # A gateway that was killed must not be met over a link that is dead.
                limits=httpx.Limits(max_keepalive_connections=0),
            )
            for each in place.site.gateways
        ]

    @property
    def gateways(self) -> int:
        """How many there are."""
        return len(self._links)

    def by(self, number: int) -> httpx.AsyncClient:
        """The link to a gateway; numbers go round."""
        return self._links[number % len(self._links)]

    async def close(self) -> None:
        """Ends all links."""
        for each in self._links:
            await each.aclose()

    async def command(
        self, path: str, *, body: JsonObject | None = None, admin: bool = False, first: int = 0
    ) -> JsonObject | None:
        """Posts it until a gateway has answered; None where the answer is a problem, or none came."""
        for attempt in range(TRIES):
            with suppress(httpx.HTTPError):
                http = self.by(first + attempt)
                answer = await http.post(path, json=body or {}, headers=self._admin if admin else {})
                if answer.status_code < 500:
                    return answer.json() if answer.status_code == 202 else None
            await asyncio.sleep(TRY_AGAIN_SECONDS)
        return None

    async def get(self, path: str, gateway: int) -> JsonObject:
        """What a gateway answers; raises where that is a problem."""
        return (await self.by(gateway).get(path)).raise_for_status().json()
