"""The AsyncAPI 3 document of the socket, made of the same models that frames are checked by."""

import inspect
from typing import Any, Literal, get_args

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from service.domain.json import JsonObject
from service.protocol.close_codes import MEANING, come_back
from service.protocol.examples import EXAMPLES
from service.protocol.frames import SUBPROTOCOL, Down, Pong, Subscribe, Unsubscribe

UP_FRAMES: tuple[type[BaseModel], ...] = (Subscribe, Unsubscribe, Pong)
DOWN_FRAMES: tuple[type[BaseModel], ...] = get_args(Down)
TOPICS = {
    "job:<id>": "One job in full: every field, pages and log too.",
    "batch:<id>": "The counts, the weighted percentage and the jobs of a batch.",
    "jobs?…": "One's own jobs, newest first: filters state, pipeline, batch, limit.",
    "admin:jobs?…": "Everybody's jobs, for admins; further filter: owner.",
    "queue": "One's own places in the queue, when each is expected to begin, and whether the queue is paused.",
    "records": "How many ships and certificates one has, how many end when, and a mark that differs after any change.",
    "admin:workers": "Workers, queue and engines, for admins.",
}


def asyncapi(version: str) -> JsonObject:
    """The document, with all frames in both directions, close codes as `x-close-codes` and topics as `x-topics`."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Headway's live socket",
            "version": version,
            "description": "State comes down by WebSocket, commands go up by HTTP (see /openapi.json). "
            "Readers ignore fields and frame types that they do not know.",
            "license": {"name": "AGPL-3.0-or-later"},
        },
        "defaultContentType": "application/json",
        "channels": {
            "live": {
                "address": "/ws",
                "description": f"One JSON text frame a message; subprotocol {SUBPROTOCOL}.",
                "messages": {frame.__name__: _message_ref(frame) for frame in (*UP_FRAMES, *DOWN_FRAMES)},
                "bindings": {"ws": {"method": "GET"}},
            }
        },
        "operations": {
            "listen": _operation("receive", UP_FRAMES, "What a client sends."),
            "tell": _operation("send", DOWN_FRAMES, "What the service sends."),
        },
        "components": {
            "messages": {frame.__name__: _message(frame) for frame in (*UP_FRAMES, *DOWN_FRAMES)},
            "schemas": _schemas(),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "httpApiKey", "in": "cookie", "name": "headway_session"},
            },
        },
        "x-close-codes": {
            str(int(code)): {"name": code.name.lower(), "meaning": meaning, "comeBack": come_back(code)}
            for code, meaning in MEANING.items()
        },
        "x-topics": TOPICS,
    }


def _operation(
    action: Literal["send", "receive"], frames: tuple[type[BaseModel], ...], summary: str
) -> JsonObject:
    return {
        "action": action,
        "channel": {"$ref": "#/channels/live"},
        "summary": summary,
        "messages": [{"$ref": f"#/channels/live/messages/{frame.__name__}"} for frame in frames],
        "security": [
            {"$ref": "#/components/securitySchemes/token"},
            {"$ref": "#/components/securitySchemes/cookie"},
        ],
    }


def _message_ref(frame: type[BaseModel]) -> JsonObject:
    return {"$ref": f"#/components/messages/{frame.__name__}"}


def _message(frame: type[BaseModel]) -> JsonObject:
    return {
        "name": frame.model_fields["type"].default,
        "title": frame.__name__,
        "summary": inspect.getdoc(frame) or "",
        "payload": {"$ref": f"#/components/schemas/{frame.__name__}"},
        "examples": [{"payload": EXAMPLES[frame.__name__]}],
    }


def _schemas() -> JsonObject:
    modes: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        *((frame, "validation") for frame in UP_FRAMES),
        *((frame, "serialization") for frame in DOWN_FRAMES),
    ]
    _, made = models_json_schema(modes, ref_template="#/components/schemas/{model}")
    schemas: dict[str, Any] = made["$defs"]
    for frame in (*UP_FRAMES, *DOWN_FRAMES):
        # `type` has a default in Python; on the wire it says what a frame is, so it is never left out.
        schema = schemas[frame.__name__]
        schema["required"] = ["type", *(each for each in schema.get("required", []) if each != "type")]
    return schemas
