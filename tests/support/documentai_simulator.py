"""A Document AI that runs here: real gRPC, the real messages, and misbehaviour on request.

    async with DocumentAiSimulator() as simulator:
        simulator.next(refuse(grpc.StatusCode.RESOURCE_EXHAUSTED), answer_well)
        engine = DocumentAi(DocumentAiPlace("p", "us", "x", endpoint=simulator.endpoint))

Each request takes the next behaviour; when none is left it is answered well.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, NoReturn, Self, TypeAlias, cast

import grpc
from google.cloud import documentai_v1 as documentai
from google.protobuf.duration_pb2 import Duration
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from tests.support.cutting_proxy import CuttingProxy
from tests.support.documentai_truth import Truth, masked, text_layer

Request: TypeAlias = documentai.ProcessRequest
Response: TypeAlias = documentai.ProcessResponse
Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"
Behaviour: TypeAlias = Callable[["DocumentAiSimulator", Request, Context], Awaitable[Response]]

_SERVICE = "google.cloud.documentai.v1.DocumentProcessorService"
_PADDING = 6 << 20


class DocumentAiSimulator:
    """`truth` makes the document that is the right answer to a PDF; by default its text layer."""

    def __init__(self, truth: Truth = text_layer) -> None:
        self.truth = truth
        self.requests: list[Request] = []
        self.under_way = 0
        self.most_under_way = 0
        self.given_up = 0
        self.proxy: CuttingProxy
        self._behaviours: deque[Behaviour] = deque()
        self._server = grpc.aio.server(options=[("grpc.max_receive_message_length", -1)])

    @property
    def endpoint(self) -> str:
        """Where clients find it; without TLS."""
        return f"http://127.0.0.1:{self.proxy.port}"

    def next(self, *behaviours: Behaviour) -> None:
        """What the coming requests meet, one each."""
        self._behaviours.extend(behaviours)

    def good_answer(self, request: Request) -> Response:
        """The truth about the PDF, with the fields asked for."""
        document = self.truth(bytes(request.raw_document.content))
        return documentai.ProcessResponse(document=masked(document, list(request.field_mask.paths)))

    async def __aenter__(self) -> Self:
        method = grpc.unary_unary_rpc_method_handler(
            cast(Any, self._process),
            request_deserializer=documentai.ProcessRequest.deserialize,
            response_serializer=documentai.ProcessResponse.serialize,
        )
        handler = grpc.method_handlers_generic_handler(_SERVICE, {"ProcessDocument": method})
        self._server.add_generic_rpc_handlers((handler,))
        port = self._server.add_insecure_port("127.0.0.1:0")
        await self._server.start()
        self.proxy = await CuttingProxy.before(port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.proxy.close()
        await self._server.stop(None)

    async def _process(self, request: Request, context: Context) -> Response:
        self.requests.append(request)
        behaviour = self._behaviours.popleft() if self._behaviours else answer_well
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            return await behaviour(self, request, context)
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        finally:
            self.under_way -= 1


async def answer_well(simulator: DocumentAiSimulator, request: Request, _: Context) -> Response:
    """The right answer."""
    return simulator.good_answer(request)


async def stall(simulator: DocumentAiSimulator, request: Request, _: Context) -> Response:
    """No answer, until the client gives up."""
    await asyncio.Event().wait()
    return simulator.good_answer(request)


async def answer_at_length(simulator: DocumentAiSimulator, request: Request, _: Context) -> Response:
    """The right answer, and 6 MiB that nobody asked for."""
    response = simulator.good_answer(request)
    response.document.content = b"\0" * _PADDING
    return response


async def break_off(simulator: DocumentAiSimulator, request: Request, context: Context) -> Response:
    """An answer whose connection is cut when half of it is through."""
    simulator.proxy.cut_after(_PADDING // 2)
    return await answer_at_length(simulator, request, context)


def refuse(code: grpc.StatusCode, message: str = "refused", *, retry_after: float | None = None) -> Behaviour:
    """An error of this status; with `retry_after` seconds it says when to come back, as Google's do."""

    async def refusing(_: DocumentAiSimulator, __: Request, context: Context) -> Response:
        if retry_after is None:
            await _abort(context, code, message)
        whole = int(retry_after)
        delay = Duration(seconds=whole, nanos=int((retry_after - whole) * 1e9))
        status = status_pb2.Status(code=code.value[0], message=message)
        status.details.add().Pack(error_details_pb2.RetryInfo(retry_delay=delay))
        with contextlib.suppress(AttributeError):
            context.set_trailing_metadata(rpc_status.to_status(status).trailing_metadata)
        await _abort(context, code, message)

    return refusing


def answer_changed(change: Callable[[documentai.Document], None]) -> Behaviour:
    """The right answer, after this has been done to it."""

    async def changing(simulator: DocumentAiSimulator, request: Request, _: Context) -> Response:
        response = simulator.good_answer(request)
        change(response.document)
        return response

    return changing


def held_by(gate: asyncio.Event) -> Behaviour:
    """The right answer, once the gate is open."""

    async def holding(simulator: DocumentAiSimulator, request: Request, _: Context) -> Response:
        await gate.wait()
        return simulator.good_answer(request)

    return holding


async def _abort(context: Context, code: grpc.StatusCode, message: str) -> NoReturn:
    await context.abort(code, message)
    raise AssertionError("abort raises")
