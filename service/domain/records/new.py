"""Certificates that a step wants recorded: facts, which are carried out in the transaction that records the step."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from service.domain.json import JsonObject

OnSame: TypeAlias = Literal["keep", "skip", "replace", "ask"]
"""What is done where the ship has a certificate of the same number: both are kept, the new one is left out, or takes
the place of the old, whose id it gets; `ask`: nothing is recorded, and the step runs again and sees it."""


@dataclass(frozen=True)
class OfShip:
    """The ship by its id; else by its IMO number, else by its name, and made where there is none of that."""

    id: str | None = None
    imo: str | None = None
    name: str | None = None


@dataclass(frozen=True)
class NewCertificate:
    """A record to be made. Values are clean (see `cleaning`), by the codes of EDITABLE.

    `key` is the remote effect's, `job:step` and more where a step records several: nothing is made twice under the
    same. `evidence` is by field {page, page_size, box, confidence, as_printed}, `archived` a list of {name, url}.
    `replaces` is the id of the record whose place it takes, where somebody has chosen that; `on_same` decides about any
    other, but for `ask` not about the one that is `beside`: that is known.
    """

    key: str
    ship: OfShip
    values: dict[str, str | None]
    evidence: JsonObject = field(default_factory=dict[str, object])
    archived: tuple[JsonObject, ...] = ()
    replaces: str | None = None
    beside: str | None = None


@dataclass(frozen=True)
class ToRecord:
    """What a step has to record. `from_document`: the job's document is what the records were read from, and can be
    shown beside them. `rehearsed`: nothing is kept, only counted."""

    certificates: tuple[NewCertificate, ...]
    on_same: OnSame = "keep"
    from_document: bool = True
    rehearsed: bool = False


_IDS_TOLD = 20


@dataclass
class Recorded:
    """What became of them: how many, and the ids of those that were made or took another's place."""

    ids: list[str] = field(default_factory=list[str])
    made: int = 0
    replaced: int = 0
    skipped: int = 0
    ships_made: int = 0

    def json(self) -> JsonObject:
        """As the step's output has it under `recorded`; of many ids the first 20."""
        return {
            "ids": self.ids[:_IDS_TOLD],
            "made": self.made,
            "replaced": self.replaced,
            "skipped": self.skipped,
            "ships_made": self.ships_made,
        }
