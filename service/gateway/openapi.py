"""The OpenAPI 3.1 document, made of the same operations as the routes."""

import re
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from service.domain.json import JsonObject
from service.domain.words import WORDS
from service.gateway.answers import json_answer
from service.gateway.models import Problem
from service.gateway.operation import JSON, Answer, Operation
from service.protocol.problems import MEDIA_TYPE, refused

_REF = "#/components/schemas/{model}"
_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")
_ALWAYS = (405, 500, 503)
_SAYS = {
    400: "The request is not understood",
    401: "Nobody is signed in",
    403: "Not allowed",
    404: "Not there, or somebody else's",
    405: "Not with this method",
    408: "The body stopped in the middle",
    409: "Not in this state",
    412: "Changed since it was read",
    413: "Too large",
    416: "The file has no such part",
    422: "Understood, and refused",
    500: "Our fault",
    503: "Come back later",
}


def openapi(operations: Iterable[Operation], version: str) -> JsonObject:
    """The document."""
    listed = list(operations)
    used = {Problem, *(model for each in listed for model in _models(each))}
    ordered = sorted(used, key=lambda model: model.__name__)
    _, schemas = models_json_schema([(model, "validation") for model in ordered], ref_template=_REF)
    paths: JsonObject = {}
    for each in listed:
        path = _PARAMETER.sub(r"{\1}", each.path)
        paths.setdefault(path, {})[each.method.lower()] = _described(each)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Headway", "version": version, "license": {"name": "AGPL-3.0-or-later"}},
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "headway_session"},
            },
        },
        "security": [{"token": []}, {"cookie": []}],
    }


class Documentation:
    """The operations that tell how to use the others."""

    def __init__(self, operations: Iterable[Operation], version: str) -> None:
        self._operations = [*operations, *self.operations()]
        self._version = version
        self._document: JsonObject | None = None

    def operations(self) -> list[Operation]:
        """For the routes."""
        return [
            Operation("GET", "/openapi.json", self.openapi, "This document.", (Answer(),), open_to_all=True),
            Operation(
                "GET",
                "/problems/{code}",
                self.problem,
                "What a problem's type means.",
                (Answer(media_type="text/plain"),),
                problems=(404,),
                open_to_all=True,
            ),
        ]

    async def openapi(self, _request: Request) -> Response:
        """The OpenAPI document."""
        if self._document is None:
            self._document = openapi(self._operations, self._version)
        return json_answer(self._document, headers={"Cache-Control": "no-cache"})

    async def problem(self, request: Request) -> Response:
        """The words of a problem, with its parameters' names."""
        text = WORDS.get(f"problem.{request.path_params['code']}")
        if text is None:
            raise refused(404, "not_found")
        return PlainTextResponse(text + "\n")


def _models(operation: Operation) -> list[type[BaseModel]]:
    told = [each.model for each in operation.answers if each.model]
    return [*told, *([operation.body] if operation.body else [])]


def _described(operation: Operation) -> JsonObject:
    said: JsonObject = {
        "summary": operation.says,
        "operationId": f"{operation.method.lower()} {operation.path}",
        "responses": _responses(operation),
    }
    if parameters := _parameters(operation):
        said["parameters"] = parameters
    if operation.body:
        schema = {"$ref": _REF.format(model=operation.body.__name__)}
        said["requestBody"] = {"content": {operation.body_media_type: {"schema": schema}}}
    elif operation.body_media_type == "multipart/form-data":
        said["requestBody"] = {"required": True, "content": {operation.body_media_type: {"schema": _UPLOAD}}}
    if operation.open_to_all:
        said["security"] = []
    return said


_UPLOAD: JsonObject = {
    "type": "object",
    "properties": {
        "options": {"type": "string", "contentMediaType": "application/json"},
        "files": {
            "type": "array",
            "items": {"type": "string", "contentMediaType": "application/octet-stream"},
        },
    },
    "required": ["files"],
}


def _parameters(operation: Operation) -> list[JsonObject]:
    path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PARAMETER.findall(operation.path)
    ]
    query: list[JsonObject] = [
        {"name": each.name, "in": "query", "description": each.says, "schema": {"type": each.schema}}
        for each in operation.parameters
    ]
    return [*path, *query]


def _responses(operation: Operation) -> JsonObject:
    responses: dict[str, Any] = {}
    for each in operation.answers:
        said = responses.setdefault(str(each.status), {"description": "As asked"})
        if each.media_type:
            said.setdefault("content", {})[each.media_type] = _content(each)
    for status in sorted({*operation.problems, *_ALWAYS, *_of_rights(operation), *_of_body(operation)}):
        said = responses.setdefault(str(status), {"description": _SAYS[status]})
        said.setdefault("content", {})[MEDIA_TYPE] = {"schema": {"$ref": _REF.format(model="Problem")}}
    return responses


def _of_rights(operation: Operation) -> set[int]:
    if operation.open_to_all and operation.method == "GET":
        return set()
    return {401, 403} if operation.for_admins or operation.method != "GET" else {401}


def _of_body(operation: Operation) -> set[int]:
    return {408} if operation.body or operation.body_media_type != JSON else set()


def _content(answer: Answer) -> JsonObject:
    return {"schema": {"$ref": _REF.format(model=answer.model.__name__)}} if answer.model else {}
