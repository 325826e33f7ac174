"""What becomes of a certificate: kept for a ship, rejected, or left out since it is there already."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal, Self

from service.domain.certificate.names import number_as_name
from service.domain.json import JsonObject
from service.domain.message import english
from service.domain.records.new import OfShip
from service.domain.work import PastWork


@dataclass(frozen=True)
class ShipOfIt:
    """The ship that a certificate is kept with; without an id one that is still to be made."""

    id: str | None
    name: str | None
    imo: str | None

    @property
    def shown(self) -> str:
        """What people call it."""
        return self.name or number_as_name(self.imo or "")

    @property
    def folder(self) -> str:
        """Of the archive: ships of one name are told apart by their numbers."""
        return f"{self.name} ({self.imo})" if self.name and self.imo else self.shown

    def wanted(self) -> OfShip:
        """As records take it."""
        return OfShip(id=self.id) if self.id else OfShip(imo=self.imo, name=self.name)


@dataclass(frozen=True)
class Same:
    """A record of the same number of the same ship, and what a person chose to do about it."""

    id: str
    choice: str


@dataclass(frozen=True)
class Decision:
    """`notes` are codes with parameters: what a person accepted that is not as it should be."""

    ship: ShipOfIt
    outcome: Literal["rejected", "duplicate"] | None = None
    notes: tuple[JsonObject, ...] = ()
    same: Same | None = None

    @property
    def kept(self) -> bool:
        """Whether it is archived and recorded."""
        return self.outcome is None

    def noted(self, code: str, params: JsonObject) -> Self:
        """With one note more."""
        return replace(self, notes=(*self.notes, {"code": code, "params": params}))

    def json(self) -> JsonObject:
        """As Checking hands it on."""
        return asdict(self)

    @classmethod
    def given(cls, before: Sequence[PastWork]) -> Self:
        """What Checking decided."""
        value: JsonObject = next(past.output["decision"] for past in before if "decision" in past.output)
        return cls(
            ship=ShipOfIt(**value["ship"]),
            outcome=value["outcome"],
            notes=tuple(value["notes"]),
            same=Same(**value["same"]) if value["same"] else None,
        )


def note_text(notes: Sequence[JsonObject]) -> str | None:
    """The notes as a record keeps them."""
    return " ".join(english("note", each["code"], each["params"]) for each in notes) or None
