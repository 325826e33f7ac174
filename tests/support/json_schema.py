"""Checking a value against a JSON Schema: the keywords that our documents use; any other one is an error."""

import re
from collections.abc import Callable, Iterator
from typing import Any, cast

_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}
_PLAIN: dict[str, Callable[[Any, Any], bool]] = {
    "const": lambda wanted, value: value == wanted,
    "enum": lambda wanted, value: value in wanted,
    "type": lambda wanted, value: _TYPES[wanted](value),
    "minimum": lambda wanted, value: value >= wanted,
    "maximum": lambda wanted, value: value <= wanted,
    "minLength": lambda wanted, value: len(value) >= wanted,
    "maxLength": lambda wanted, value: len(value) <= wanted,
    "minItems": lambda wanted, value: len(value) >= wanted,
    "maxItems": lambda wanted, value: len(value) <= wanted,
    "pattern": lambda wanted, value: re.search(wanted, value) is not None,
    "propertyNames": lambda wanted, value: all(re.search(wanted["pattern"], name) for name in value),
    "required": lambda wanted, value: set(wanted) <= set(value),
}
_SAYS_NOTHING = frozenset({"title", "description", "default"})


def faults(document: dict[str, Any], schema: dict[str, Any], value: Any, at: str = "$") -> list[str]:
    """What is wrong with the value, one sentence each; empty when it fits. `$ref`s are looked up in the document."""
    return list(_faults(document, schema, value, at))


def _faults(document: dict[str, Any], schema: dict[str, Any], value: Any, at: str) -> Iterator[str]:
    # The type first: the others are about values that have it.
    for keyword, wanted in sorted(schema.items(), key=lambda each: each[0] != "type"):
        if keyword in _SAYS_NOTHING:
            continue
        if keyword in _PLAIN:
            if not _PLAIN[keyword](wanted, value):
                yield f"{at}: {keyword} {wanted!r} is not met by {value!r}"
                return
        elif keyword == "$ref":
            yield from _faults(document, looked_up(document, wanted), value, at)
        elif keyword == "anyOf":
            if all(faults(document, each, value, at) for each in wanted):
                yield f"{at}: none of {len(wanted)} possibilities is met by {value!r}"
        else:
            yield from _in_parts(document, schema, keyword, value, at)


def _in_parts(
    document: dict[str, Any], schema: dict[str, Any], keyword: str, value: Any, at: str
) -> Iterator[str]:
    wanted = schema[keyword]
    match keyword:
        case "properties":
            for name in wanted.keys() & value.keys():
                yield from _faults(document, wanted[name], value[name], f"{at}.{name}")
        case "additionalProperties":
            if isinstance(wanted, dict):
                for name in value.keys() - schema.get("properties", {}).keys():
                    yield from _faults(document, cast("dict[str, Any]", wanted), value[name], f"{at}.{name}")
        case "items":
            for number, each in enumerate(value):
                yield from _faults(document, wanted, each, f"{at}[{number}]")
        case "prefixItems":
            for number, (part, each) in enumerate(zip(wanted, value, strict=False)):
                yield from _faults(document, part, each, f"{at}[{number}]")
        case _:
            raise AssertionError(f"a keyword that this check does not know: {keyword}")


def looked_up(document: dict[str, Any], reference: str) -> dict[str, Any]:
    """The part of the document that a `$ref` names."""
    found: Any = document
    for name in reference.removeprefix("#/").split("/"):
        found = found[name]
    return found
