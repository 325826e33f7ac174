"""The gateway's composition root: opens the adapters, hands them to the operations, and makes the application."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from pathlib import Path

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from service.adapters.clamd import Clamd
from service.adapters.local_account import open_local_account
from service.adapters.opened import Adapters, open_adapters
from service.gateway.admin import Admin
from service.gateway.announcer import Announcer
from service.gateway.auth import Auth
from service.gateway.batches import Batches
from service.gateway.cards import Cards
from service.gateway.certificates import Certificates
from service.gateway.counts import COUNTS
from service.gateway.declared import Pipelines
from service.gateway.descriptors import room_for_sockets
from service.gateway.documents import Documents
from service.gateway.errors import Problems, not_routed
from service.gateway.health import Health
from service.gateway.jobs import Jobs
from service.gateway.live import Live, Pulse, open_live
from service.gateway.live_metrics import LiveMetrics
from service.gateway.metrics import Measured, Metrics
from service.gateway.openapi import Documentation
from service.gateway.operation import Operation, routes
from service.gateway.origins import Origins
from service.gateway.page_images import PageImages
from service.gateway.patience import Patience
from service.gateway.receiving import Limits, Scanning
from service.gateway.reordering import Reordering
from service.gateway.security import SecurityHeaders
from service.gateway.sentences import Sentences
from service.gateway.sheets import Sheets
from service.gateway.ships import Ships
from service.gateway.sign_in import SignInOut
from service.gateway.socket_documents import SocketDocuments
from service.gateway.static_files import StaticFiles
from service.gateway.uploads import Uploads
from service.settings import Settings

_log = structlog.get_logger()

_PAGE = Path(__file__).parents[2] / "frontend_static"


def create_app(settings: Settings, *, migrate: bool = True) -> Starlette:
    """The application. Its lifespan opens everything and, unless told not to, brings the schema up to date.

    `app.state.live` holds the sockets while it runs: whoever stops the server drains them first.
    """
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None, None]:
        async with AsyncExitStack() as stack:
            opened = await stack.enter_async_context(open_adapters(settings))
            if migrate:
                await opened.db.migrate()
            token = settings.token.get_secret_value() if settings.token else None
            await open_local_account(opened.db, settings.data_dir, token)
            announcer = Announcer(opened.echo, opened.dispatcher)
            await stack.enter_async_context(announcer.running())
            auth = Auth(opened.db, Origins(settings.public_url, settings.allowed_origins))
            live = await stack.enter_async_context(_live(settings, opened, auth))
            metrics.registry.register(LiveMetrics(live, COUNTS))
            operations = _operations(settings, opened, auth, announcer, live, metrics)
            app.router.routes[:] = [*routes(operations, auth.signed_in), live.route()]
            app.state.live = live
            _log.info("gateway_open", database="sqlite" if opened.db.is_sqlite else "postgresql")
            yield

    return Starlette(
        lifespan=lifespan,
        exception_handlers={HTTPException: not_routed},
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(Measured, metrics=metrics),
            Middleware(Problems),
            Middleware(Patience, seconds=settings.upload_idle_seconds),
        ],
    )


def _live(settings: Settings, opened: Adapters, auth: Auth):
    assert settings.redis_url is not None, "the adapters were opened with it"
    redis_url = settings.redis_url.get_secret_value()
    pulse = Pulse(sockets=room_for_sockets())
    return open_live(redis_url, opened.db, opened.echo, opened.log, auth, pulse)


def _operations(
    settings: Settings,
    opened: Adapters,
    auth: Auth,
    announcer: Announcer,
    live: Live,
    metrics: Metrics,
) -> list[Operation]:
    limits = Limits(settings.file_bytes, settings.files_per_request, settings.free_disk_bytes)
    cards = Cards(opened.db, opened.log)
    images = PageImages(opened.blobs, opened.queue, opened.redis)
    parts = (
        SignInOut(opened.db, auth, limits, _version(), settings.public_url),
        Pipelines(opened.db),
        Uploads(opened.db, opened.blobs, announcer, limits, metrics, _scanning(settings)),
        Jobs(opened.db, opened.blobs, opened.echo, opened.commands, opened.many, cards),
        Reordering(opened.db, opened.echo, opened.commands, announcer),
        Sentences(opened.db, opened.blobs, opened.commands),
        Sheets(opened.db, announcer),
        Documents(opened.db, opened.blobs, opened.commands, images),
        Batches(opened.db, opened.blobs, opened.many, cards),
        Ships(opened.db, opened.news),
        Certificates(opened.db, opened.news),
        Admin(opened.db, opened.many, opened.whole_queue, cards),
        Health(opened.db, opened.redis, lambda: live.is_ready),
        metrics,
        SocketDocuments(_version()),
        StaticFiles(_PAGE),
    )
    found = [operation for part in parts for operation in part.operations()]
    return [*found, *Documentation(found, _version()).operations()]


def _scanning(settings: Settings) -> Scanning | None:
    if settings.clamd is None:
        return None
    return Scanning(Clamd(settings.clamd), accepts_unseen=settings.clamd_away == "accept")


def _version() -> str:
    try:
        return installed_version("headway")
    except PackageNotFoundError:
        return "unknown"
