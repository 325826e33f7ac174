"""The target that the sandbox runs."""

from collections.abc import Iterator

from service.domain.certificate.dates import DateOrder
from service.domain.json import JsonObject
from workers.engines.flow.limits import FlowLimits
from workers.engines.tables.checking import RowCheck, RowRefused
from workers.engines.tables.rows import rows_of

_ROWS_TOGETHER = 200


def read_certificates(
    path: str, kind: str, order: DateOrder, checks: JsonObject, limits: JsonObject
) -> Iterator[JsonObject]:
    """Yields {"rows", "refused", "at"}: so many rows that are right, those that are not with the reason, and the number
    of the last row that was looked at. Raises DocumentRefused.

    `checks` are fields of RowCheck, `limits` of FlowLimits.
    """
    check = RowCheck(order, **checks)
    item: JsonObject = {"rows": [], "refused": [], "at": 0}
    for row in rows_of(path, kind, FlowLimits(**limits)):
        try:
            taken = check.checked(row)
            if taken is not None:
                item["rows"].append(taken)
        except RowRefused as refused:
            params = {**refused.params, "row": row.number}
            values = {code: value[:_SHOWN] for code, value in row.values.items()}
            item["refused"].append({"code": refused.code, "params": params, "values": values})
        item["at"] = row.number
        if len(item["rows"]) + len(item["refused"]) >= _ROWS_TOGETHER:
            yield item
            item = {"rows": [], "refused": [], "at": row.number}
    yield item


_SHOWN = 4000
"""Characters of a refused value that are handed back."""
