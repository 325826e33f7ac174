"""Ships: a fleet's list, and each by itself."""

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from service.adapters.database import Database
from service.adapters.record_news import RecordNews
from service.adapters.record_tables import ShipRow
from service.adapters.records import ships
from service.adapters.records.ships import ShipInUse, ShipShown, ShipThere
from service.domain.account import Actor
from service.domain.ids import is_id
from service.domain.json import JsonObject
from service.domain.records.columns import SHIP, SHIP_IMO
from service.gateway.answers import json_answer, json_body
from service.gateway.operation import EMPTY, Answer, Operation, Parameter, actor
from service.gateway.record_models import NewShip, ShipAnswer, ShipChange, ShipsAnswer
from service.gateway.record_queries import clean_value, cursor_in, known_only, limit_in, text_in
from service.protocol.problems import refused


class Ships:
    """The operations under `/api/ships`. A ship of somebody else is not there."""

    def __init__(self, db: Database, news: RecordNews) -> None:
        self._db = db
        self._news = news

    def operations(self) -> list[Operation]:
        """For the routes."""
        one = "/api/ships/{ship_id}"
        shown = (Answer(200, ShipAnswer),)
        return [
            Operation(
                "GET",
                "/api/ships",
                self.list,
                "One's own ships, by name.",
                (Answer(200, ShipsAnswer),),
                parameters=(
                    Parameter("q", "text in the name or the IMO number, whatever its case"),
                    Parameter("limit", "ships a page, at most 500", "integer"),
                    Parameter("cursor", "`next` of the page before"),
                ),
                problems=(422,),
            ),
            Operation(
                "POST",
                "/api/ships",
                self.make,
                "Adds a ship; no two of one's own have the same IMO number.",
                (Answer(201, ShipAnswer),),
                body=NewShip,
                problems=(400, 409, 413, 422),
            ),
            Operation("GET", one, self.show, "A ship.", shown, problems=(404,)),
            Operation(
                "PATCH",
                one,
                self.change,
                "Gives a ship another name or number; its certificates stay as they are printed.",
                shown,
                body=ShipChange,
                problems=(400, 404, 409, 413, 422),
            ),
            Operation(
                "DELETE",
                one,
                self.delete,
                "Deletes a ship without certificates.",
                (EMPTY,),
                problems=(404, 409),
            ),
        ]

    async def list(self, request: Request) -> Response:
        """A page of the fleet."""
        query = known_only(request, "q", "limit", "cursor")
        text, limit, after = text_in(query), limit_in(query), cursor_in(query)
        async with self._db.reading() as session:
            page = await ships.fleet(session, actor(request).user_id, text=text, after=after, limit=limit)
        return json_answer({"items": [_shown(each) for each in page.ships], "next": page.next})

    async def make(self, request: Request) -> Response:
        """Makes a ship."""
        wanted = await json_body(request, NewShip)
        name, imo = _name(wanted.name), clean_value(SHIP_IMO, wanted.imo)
        owner_id = actor(request).user_id
        async with self._db.writing() as session:
            await ships.keeping(session, owner_id)
            try:
                row = await ships.new_ship(session, owner_id, name, imo)
            except ShipThere as there:
                raise refused(409, "ship_there", imo=imo, ship_id=there.ship_id) from None
            (shown,) = await ships.shown_ships(session, [row])
        await self._news.changed([owner_id])
        return json_answer(_shown(shown), 201, {"Location": f"/api/ships/{row.id}"})

    async def show(self, request: Request) -> Response:
        """One ship."""
        async with self._db.reading() as session:
            (shown,) = await ships.shown_ships(session, [await _ship(session, request)])
        return json_answer(_shown(shown))

    async def change(self, request: Request) -> Response:
        """Renames or renumbers it."""
        given = (await json_body(request, ShipChange)).model_dump(exclude_unset=True)
        async with self._db.writing() as session:
            row = await _ship(session, request)
            await ships.keeping(session, row.owner_id)
            name = _name(given["name"]) if given.get("name") else row.name
            imo = clean_value(SHIP_IMO, given["imo"]) if "imo" in given else row.imo
            try:
                await ships.change_ship(session, row, name=name, imo=imo)
            except ShipThere as there:
                raise refused(409, "ship_there", imo=imo, ship_id=there.ship_id) from None
            (shown,) = await ships.shown_ships(session, [row])
        await self._news.changed([row.owner_id])
        return json_answer(_shown(shown))

    async def delete(self, request: Request) -> Response:
        """Deletes it."""
        async with self._db.writing() as session:
            row = await _ship(session, request)
            await ships.keeping(session, row.owner_id)
            try:
                await ships.remove_ship(session, row)
            except ShipInUse:
                raise refused(409, "ship_in_use") from None
        await self._news.changed([row.owner_id])
        return Response(status_code=204)


async def _ship(session: AsyncSession, request: Request) -> ShipRow:
    return await seen_ship(session, request.path_params["ship_id"], actor(request))


async def seen_ship(session: AsyncSession, ship_id: str, who: Actor) -> ShipRow:
    """The ship, for whoever may see it; raises Refused with 404 for anybody else."""
    row = await session.get(ShipRow, ship_id) if is_id(ship_id) else None
    if row is None or not (who.is_admin or row.owner_id == who.user_id):
        raise refused(404, "not_found")
    return row


def _name(text: str) -> str:
    name = clean_value(SHIP, text)
    if name is None:
        raise refused(422, "bad_request", reason="name is empty")
    return name


def _shown(ship: ShipShown) -> JsonObject:
    more = {"created_at": ship.row.created_at, "counts": ship.counts, "next_end": ship.next_end}
    return {**ship_value(ship.row), **more}


def ship_value(row: ShipRow) -> dict[str, str | None]:
    """A ship as certificates have it."""
    return {"id": row.id, "name": row.name, "imo": row.imo}
