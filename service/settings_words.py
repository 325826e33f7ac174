"""What a setting should be, in words: nobody who starts Headway has to know how its values are checked."""

import types
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo


def wanted(field: FieldInfo) -> str:
    """Such as "should be a whole number from 0 to 65535"."""
    kind = _kind(field.annotation)
    if get_origin(kind) is Literal:
        *others, last = map(str, get_args(kind))
        return f"should be {', '.join(others)} or {last}"
    if kind is int:
        return f"should be a whole number{_range(field)}"
    if kind is float:
        return f"should be a number{_range(field)}"
    if kind is Path:
        return "should be a path"
    return "should be text" if kind in (str, SecretStr) else "is not understood"


def _kind(annotation: Any) -> Any:
    """The type, without the None of what may be left out."""
    if get_origin(annotation) in (Union, types.UnionType):
        (annotation,) = (each for each in get_args(annotation) if each is not types.NoneType)
    return annotation


def _range(field: FieldInfo) -> str:
    low, above, high = (_bound(field, name) for name in ("ge", "gt", "le"))
    if low is not None and high is not None:
        return f" from {low} to {high}"
    if low is not None:
        return f", {low} or more"
    return f" above {above}" if above is not None else ""


def _bound(field: FieldInfo, name: str) -> object:
    return next((bound for each in field.metadata if (bound := getattr(each, name, None)) is not None), None)
