"""Which ship a certificate is of: the chosen one, else by IMO number, else by name, else a new one."""

from collections.abc import Sequence

from service.adapters.record_tables import ShipRow
from service.domain.certificate.names import NAMES_AGREE, name_score
from service.domain.ids import is_id
from workers.engines.failures import DocumentRefused
from workers.pipelines.certificate.decision import ShipOfIt
from workers.pipelines.certificate.facts import Facts
from workers.pipelines.declaration import StepContext


async def chosen_ship(context: StepContext) -> ShipOfIt | None:
    """The ship of the options, if they name one; raises DocumentRefused where it is gone."""
    ship_id: str | None = context.options.ship
    if ship_id is None:
        return None
    row = await context.records.ship(context.document.owner_id, ship_id) if is_id(ship_id) else None
    if row is None:
        raise DocumentRefused("ship_gone")
    return _of(row)


async def printed_ship(context: StepContext, facts: Facts) -> ShipOfIt:
    """The ship that the certificate itself names; raises DocumentRefused where that is nobody.

    A number tells ships apart and names do not: a ship of the same name is taken only where one of both has no number.
    """
    imo, name = facts.values.get("imo_number"), facts.values.get("ship_name")
    owner_id = context.document.owner_id
    row = await context.records.ship_by_imo(owner_id, imo) if imo else None
    if row is None and name:
        row = _named(await context.records.ships(owner_id), name, imo)
    if row is not None:
        return _of(row)
    if imo is None and name is None:
        raise DocumentRefused("ship_unknown")
    return ShipOfIt(None, name, imo)


def _named(ships: Sequence[ShipRow], name: str, imo: str | None) -> ShipRow | None:
    """The only one whose name is as good as this."""
    scored = [(name_score(each.name, name), each) for each in ships if not (imo and each.imo)]
    best = max((score for score, _ in scored), default=0.0)
    found = [each for score, each in scored if score == best >= NAMES_AGREE]
    return found[0] if len(found) == 1 else None


def _of(row: ShipRow) -> ShipOfIt:
    return ShipOfIt(row.id, row.name, row.imo)
