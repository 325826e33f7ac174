"""Patches of topics that are one value, such as `batch:`: JSON merge patches (RFC 7396). Objects merge by key to any
depth, null deletes, all else is replaced."""

from service.domain.json import Json, JsonObject


def without_nulls(value: JsonObject) -> JsonObject:
    """The value as readers keep it: what is null is not there, to any depth of objects."""
    return {
        key: without_nulls(each) if isinstance(each, dict) else each
        for key, each in value.items()
        if each is not None
    }


def difference(before: JsonObject, after: JsonObject) -> JsonObject:
    """The patch that leads from one to the other; empty when they are equal. Neither holds nulls."""
    changed: JsonObject = dict.fromkeys(before.keys() - after.keys())
    for key, new in after.items():
        old = before.get(key)
        if isinstance(old, dict) and isinstance(new, dict):
            if inner := difference(old, new):
                changed[key] = inner
        elif old != new:
            changed[key] = new
    return changed


def apply_value(value: JsonObject, changed: JsonObject) -> JsonObject:
    """The value after the patch."""
    after = dict(value)
    for key, new in changed.items():
        if new is None:
            after.pop(key, None)
        elif isinstance(new, dict):
            after[key] = apply_value(_object(after.get(key)), new)
        else:
            after[key] = new
    return after


def _object(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {}
