"""Whether a row is one of ours: clean values, and a ship to keep them with."""

from dataclasses import dataclass, field

from service.domain.certificate.dates import DateOrder
from service.domain.json import JsonObject
from service.domain.records.cleaning import NotTaken, cleaned, compared
from service.domain.records.columns import COLUMNS, EDITABLE, SHIP, SHIP_IMO
from workers.engines.tables.rows import Row


class RowRefused(Exception):
    """The row is not taken. `code` is a word of the family `failure.`."""

    def __init__(self, code: str, params: JsonObject | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.params: JsonObject = params or {}


@dataclass
class RowCheck:
    """Checks row after row. `once`: of two of a ship with the same number only the first is taken; `only_ship`: rows
    that name another IMO number are not."""

    order: DateOrder
    once: bool
    only_ship: str | None
    ship_chosen: bool
    _seen: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    def checked(self, row: Row) -> JsonObject | None:
        """{"row", "values", "imo", "name"}; None for a row without anything. Raises RowRefused."""
        if row.broken:
            raise RowRefused("row_broken")
        try:
            values = {code: cleaned(code, row.values.get(code), self.order) for code in COLUMNS}
        except NotTaken as wrong:
            raise RowRefused(wrong.code, wrong.params) from wrong
        if not any(values.values()):
            return None
        if not any(values[code] for code in EDITABLE):
            raise RowRefused("row_empty")
        imo, name = values[SHIP_IMO], values[SHIP]
        if imo is None and name is None:
            # Whoever writes a list by hand has one column for the ship: what is printed on the certificate.
            imo, name = values["imo_number"], values["ship_name"]
        if not self.ship_chosen and imo is None and name is None:
            raise RowRefused("row_no_ship")
        if self.only_ship is not None and imo not in (None, self.only_ship):
            raise RowRefused("row_other_ship", {"imo": imo})
        self._refuse_second(imo or name or "", values["certificate_number"])
        kept = {code: values[code] for code in EDITABLE}
        return {"row": row.number, "values": kept, "imo": imo, "name": name}

    def _refuse_second(self, ship: str, number: str | None) -> None:
        mark = compared(number)
        if not self.once or mark is None:
            return
        place = ("" if self.ship_chosen else ship.casefold(), mark)
        if place in self._seen:
            raise RowRefused("row_twice")
        self._seen.add(place)
