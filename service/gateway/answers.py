"""Bodies: JSON that is read with a limit and validated, and JSON that is written."""

from collections.abc import Mapping
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from service.protocol.problems import refused

M = TypeVar("M", bound=BaseModel)

_LONGEST_BODY = 256 * 1024


def json_answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """The value as JSON. What a user sees is never kept by a cache in between."""
    return Response(
        orjson.dumps(value),
        status,
        media_type="application/json",
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


async def json_body(request: Request, model: type[M]) -> M:
    """The body as this model; an empty body counts as an empty object.

    Raises Refused: 413 when it is too long, 400 when it is no JSON, 422 when it does not fit the model.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_BODY:
            raise refused(413, "body_too_large", limit=_LONGEST_BODY)
    try:
        value = orjson.loads(body) if body else {}
    except orjson.JSONDecodeError:
        raise refused(400, "bad_request", reason="the body is not JSON") from None
    try:
        return model.model_validate(value)
    except ValidationError as wrong:
        raise refused(422, "bad_request", reason=first_reason(wrong)) from None


def first_reason(wrong: ValidationError) -> str:
    """Where the first mistake is, and what is wrong there; never the value that was sent."""
    first = wrong.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])[:100]
    reason = first["msg"].removeprefix("Value error, ")
    return f"{place}: {reason}" if place else reason
