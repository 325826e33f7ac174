"""Certificates: lists by what ends when, each with its evidence, corrections and exports."""

import re
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from service.adapters.csv_lines import CsvForm
from service.adapters.database import Database
from service.adapters.record_news import RecordNews
from service.adapters.records import certificate_lists, certificates
from service.adapters.records.certificate_lists import Shown
from service.adapters.records.certificates import Change, EditedMeanwhile
from service.adapters.records.expiring import spans_today
from service.adapters.records.ships import keeping
from service.domain.account import Actor
from service.domain.certificate.checks import flaws_of, imo_flaw, name_flaw, told_by
from service.domain.ids import is_id
from service.domain.json import JsonObject
from service.domain.message import Message
from service.domain.records.columns import EDITABLE
from service.domain.records.expiry import Expiry, Span, narrowest
from service.gateway.answers import json_answer, json_body
from service.gateway.exports import MEDIA_TYPES, exported
from service.gateway.files import disposition
from service.gateway.operation import EMPTY, Answer, Operation, Parameter, actor
from service.gateway.record_models import (
    CertificateAnswer,
    CertificateChange,
    CertificatesAnswer,
    EditsAnswer,
)
from service.gateway.record_queries import (
    FILTERS,
    choice_in,
    clean_value,
    cursor_in,
    known_only,
    limit_in,
    separator_in,
    sorting_in,
    wanted_in,
)
from service.gateway.security import CONTENT_POLICY
from service.gateway.ships import seen_ship, ship_value
from service.protocol.problems import refused

_MOST_EDITS = 500
_FILTER_NAMES = tuple(each.name for each in FILTERS)
_ETAG = re.compile(r'"(\d{1,9})"')


class Certificates:
    """The operations under `/api/certificates`. A certificate of somebody else is not there."""

    def __init__(self, db: Database, news: RecordNews) -> None:
        self._db = db
        self._news = news

    def operations(self) -> list[Operation]:
        """For the routes."""
        one = "/api/certificates/{certificate_id}"
        shown = (Answer(200, CertificateAnswer),)
        return [
            Operation(
                "GET",
                "/api/certificates",
                self.list,
                "One's own certificates: what ends first, or the newest.",
                (Answer(200, CertificatesAnswer),),
                parameters=(
                    *FILTERS,
                    Parameter("sort", "valid_until (what has no date is last), or created: the newest first"),
                    Parameter("limit", "certificates a page, at most 500", "integer"),
                    Parameter("cursor", "`next` of the page before"),
                ),
                problems=(422,),
            ),
            # Before those to one certificate, for whose id `export` would pass.
            Operation(
                "GET",
                "/api/certificates/export",
                self.export,
                "A file of all certificates that match, in the order in which they were recorded. "
                "The pipeline `records` takes each form back.",
                tuple(Answer(media_type=each) for each in MEDIA_TYPES.values()),
                parameters=(
                    *FILTERS,
                    Parameter("format", "csv, xlsx or json"),
                    Parameter(
                        "bom", "whether CSV begins with a byte order mark, as Excel wants it", "boolean"
                    ),
                    Parameter("separator", "of CSV: , ; | or tab"),
                    Parameter("heads", "of CSV and XLSX: titles for people, or codes"),
                ),
                problems=(422,),
            ),
            Operation("GET", one, self.show, "A certificate with its evidence.", shown, problems=(404,)),
            Operation(
                "PATCH",
                one,
                self.change,
                "Corrects fields; each change is noted. With If-Match, or `version`, only what was seen is changed.",
                shown,
                body=CertificateChange,
                problems=(400, 404, 409, 412, 413, 422),
            ),
            Operation(
                "DELETE",
                one,
                self.delete,
                "Deletes a record with its edits; the document that it was read from stays.",
                (EMPTY,),
                problems=(404,),
            ),
            Operation(
                "GET",
                f"{one}/edits",
                self.edits,
                "Who changed what, and when; the newest first.",
                (Answer(200, EditsAnswer),),
                problems=(404,),
            ),
        ]

    async def list(self, request: Request) -> Response:
        """A page of them."""
        query = known_only(request, *_FILTER_NAMES, "sort", "limit", "cursor")
        wanted = wanted_in(query, actor(request).user_id)
        sorting, limit, after = sorting_in(query), limit_in(query), cursor_in(query)
        async with self._db.reading() as session:
            page = await certificate_lists.page(session, wanted, sorting, limit, after)
            counts = await certificate_lists.counts(session, wanted)
            categories = await certificate_lists.categories(session, wanted.owner_id)
            today = await spans_today(session)
        return json_answer(
            {
                "items": [_item(each, today) for each in page.items],
                "next": page.next,
                "counts": counts,
                "categories": categories,
            }
        )

    async def show(self, request: Request) -> Response:
        """One of them, with an ETag for a change of it."""
        async with self._db.reading() as session:
            found = await _certificate(session, request)
            today = await spans_today(session)
        return _whole(found, today)

    async def change(self, request: Request) -> Response:
        """Corrects it."""
        wanted = await json_body(request, CertificateChange)
        if strange := wanted.fields.keys() - set(EDITABLE):
            raise refused(422, "bad_request", reason=f"fields: unknown field {min(strange)[:100]}")
        values = {code: clean_value(code, each, wanted.date_order) for code, each in wanted.fields.items()}
        async with self._db.writing() as session:
            found = await _certificate(session, request)
            if wanted.ship_id is not None:
                await keeping(session, found.row.owner_id)
                ship = await seen_ship(session, wanted.ship_id, Actor(found.row.owner_id, ""))
                found = Shown(found.row, ship)
            version = wanted.version
            header = request.headers.get("if-match", "*")
            if header != "*":
                version = _version(header)
            change = Change(values, wanted.ship_id)
            try:
                row = await certificates.change(session, found.row.id, change, actor(request), version)
            except EditedMeanwhile as meanwhile:
                status = 412 if header != "*" else 409
                raise refused(status, "edited_meanwhile", version=meanwhile.version) from None
            if row is None:
                raise refused(404, "not_found")
            today = await spans_today(session)
        await self._news.changed([row.owner_id])
        return _whole(Shown(row, found.ship), today)

    async def delete(self, request: Request) -> Response:
        """Deletes it; repeating that finds nothing."""
        async with self._db.writing() as session:
            found = await _certificate(session, request)
            await certificates.remove(session, found.row.id)
        await self._news.changed([found.row.owner_id])
        return Response(status_code=204)

    async def edits(self, request: Request) -> Response:
        """What was changed."""
        async with self._db.reading() as session:
            found = await _certificate(session, request)
            rows = await certificates.edits(session, found.row.id, _MOST_EDITS)
        return json_answer(
            {
                "items": [
                    {
                        "id": row.id,
                        "at": row.at,
                        "by": {"id": row.by_id, "name": row.by_name},
                        "field": row.field,
                        "old": row.old,
                        "new": row.new,
                    }
                    for row in rows
                ]
            }
        )

    async def export(self, request: Request) -> Response:
        """The file, made while it is sent."""
        query = known_only(request, *_FILTER_NAMES, "format", "bom", "separator", "heads")
        wanted = wanted_in(query, actor(request).user_id)
        form = choice_in(query, "format", "csv", "xlsx", "json")
        titled = choice_in(query, "heads", "titles", "codes") == "titles"
        csv_form = CsvForm(separator_in(query), choice_in(query, "bom", "true", "false") == "true")
        return StreamingResponse(
            exported(self._db, wanted, form, csv_form, titled=titled),
            media_type=MEDIA_TYPES[form],
            headers={
                "Content-Disposition": disposition(f"certificates.{form}"),
                "Content-Security-Policy": CONTENT_POLICY,
                "Cache-Control": "no-store",
            },
        )


async def _certificate(session: AsyncSession, request: Request) -> Shown:
    certificate_id, who = request.path_params["certificate_id"], actor(request)
    found = await certificate_lists.shown(session, certificate_id) if is_id(certificate_id) else None
    if found is None or not (who.is_admin or found.row.owner_id == who.user_id):
        raise refused(404, "not_found")
    return found


def _version(header: str) -> int:
    """The version that an If-Match names; one that no record has for what is none of ours."""
    matched = _ETAG.fullmatch(header.strip())
    return int(matched[1]) if matched else 0


def _item(shown: Shown, today: dict[Expiry, Span]) -> JsonObject:
    row = shown.row
    return {
        "id": row.id,
        "ship": ship_value(shown.ship),
        "fields": certificates.values_of(row),
        "expiry": str(narrowest(row.due, today)),
        "job_id": row.job_id,
        "document_id": row.document_id,
        "archived": row.archived,
        "version": row.version,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def _whole(shown: Shown, today: dict[Expiry, Span]) -> Response:
    row = shown.row
    more = {"owner_id": row.owner_id, "evidence": row.evidence, "flaws": _flaws(shown, today)}
    value = {**_item(shown, today), **more}
    return json_answer(value, headers={"ETag": f'"{row.version}"'})


def _flaws(shown: Shown, today: dict[Expiry, Span]) -> list[JsonObject]:
    """What is wrong with it as it stands now, in the order of the fields."""
    values = certificates.values_of(shown.row)
    found = flaws_of(values, date.fromisoformat(today[Expiry.VALID].start))
    ship = shown.ship
    others = imo_flaw(values, ship.imo), name_flaw(values, ship.name, ship.imo)
    return [
        {"fields": list(each.fields), **Message("failure", told_by(each), each.params).json()}
        for each in (*found, *(other for other in others if other is not None))
    ]
