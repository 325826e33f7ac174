"""What is counted, in Prometheus' text form at `/metrics`. Nothing there tells of a user or a document."""

import time

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.process_collector import ProcessCollector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.gateway.operation import Answer, Operation

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60)


class Metrics:
    """The counters of one gateway process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Counter(
            "headway_http_requests",
            "Requests by method, route and status",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "headway_http_request_seconds",
            "Seconds until the answer began, by route",
            ("route",),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._under_way = Gauge(
            "headway_http_requests_under_way", "Requests under way", registry=self.registry
        )
        self._accepted = Counter(
            "headway_uploads_accepted", "Files that were accepted", registry=self.registry
        )
        self._rejected = Counter(
            "headway_uploads_rejected",
            "Files that were rejected, by problem",
            ("code",),
            registry=self.registry,
        )
        self._bytes = Counter(
            "headway_upload_bytes", "Bytes of files that were accepted", registry=self.registry
        )

    def operations(self) -> list[Operation]:
        """For the routes."""
        text = Answer(media_type="text/plain")
        return [
            Operation("GET", "/metrics", self.show, "Counters for Prometheus.", (text,), open_to_all=True)
        ]

    async def show(self, _request: Request) -> Response:
        """All counters."""
        return Response(
            generate_latest(self.registry),
            headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"},
        )

    def accepted(self, size: int) -> None:
        """A file of so many bytes was accepted."""
        self._accepted.inc()
        self._bytes.inc(size)

    def rejected(self, code: str) -> None:
        """A file was rejected with this problem."""
        self._rejected.labels(code).inc()

    def begun(self) -> None:
        """A request has begun."""
        self._under_way.inc()

    def ended(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request has ended; its answer began after so many seconds."""
        self._under_way.dec()
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)


class Measured:
    """The ASGI middleware that counts requests. Routes are told by pattern: an id would be a counter of its own."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status, seconds = 499, None

        async def noting(message: Message) -> None:
            nonlocal status, seconds
            if message["type"] == "http.response.start":
                status, seconds = message["status"], time.perf_counter() - began
            await send(message)

        self._metrics.begun()
        try:
            await self._app(scope, receive, noting)
        finally:
            self._metrics.ended(
                scope["method"] if scope["method"] in _METHODS else "other",
                _pattern(scope),
                status,
                time.perf_counter() - began if seconds is None else seconds,
            )


_METHODS = frozenset({"GET", "HEAD", "POST", "DELETE", "PUT", "PATCH", "OPTIONS"})


def _pattern(scope: Scope) -> str:
    route = scope.get("route")
    return route.path if isinstance(route, Route) else "other"
