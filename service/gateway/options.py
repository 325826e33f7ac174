"""A job's options, checked by the JSON Schema that the pipeline's worker wrote, with defaults filled in."""

from typing import Any

import orjson
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from service.domain.json import JsonObject
from service.domain.pipeline import PipelineSpec
from service.protocol.problems import refused

_LONGEST_REASON = 200


def complete_options(spec: PipelineSpec, raw: bytes) -> JsonObject:
    """All of the pipeline's options, from the JSON object that was sent (empty bytes count as an empty one).

    Raises Refused with 422 and the code `options_invalid`, naming the option and what is wrong.
    """
    return completed(spec, _object(raw))


def completed(spec: PipelineSpec, given: JsonObject) -> JsonObject:
    """All of the pipeline's options, from those that were given; raises as `complete_options`."""
    properties: JsonObject = spec.options_schema.get("properties", {})
    if strange := sorted(given.keys() - properties.keys()):
        known = ", ".join(properties) or "none"
        raise refused(422, "options_invalid", option=strange[0][:100], reason=f"known options are: {known}")
    defaults = {name: each["default"] for name, each in properties.items() if "default" in each}
    options = {**defaults, **given}
    # Some options fit each other or not, and one of them may have its default.
    wrong = best_match(Draft202012Validator(spec.options_schema).iter_errors(options))
    if wrong is not None:
        raise refused(422, "options_invalid", option=_place(wrong), reason=_reason(wrong, properties))
    return options


def _object(raw: bytes) -> JsonObject:
    try:
        value: Any = orjson.loads(raw) if raw.strip() else {}
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise refused(422, "options_invalid", option="options", reason="the field is not a JSON object")
    return value


def _reason(wrong: ValidationError, properties: JsonObject) -> str:
    """What is wrong; what was to be written, rather than the pattern by which that is known."""
    described: JsonObject = properties.get(_place(wrong), {})
    if wrong.validator == "pattern" and "description" in described:
        return f"it is not of the form wanted ({described['description']})"
    return wrong.message[:_LONGEST_REASON]


def _place(wrong: ValidationError) -> str:
    return ".".join(str(part) for part in wrong.absolute_path)[:100] or "options"
