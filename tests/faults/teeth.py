"""Storms over gateways without one of their protections. Each must find what that protection keeps away."""

from tests.faults import kinds
from tests.faults.kinds import Strike
from tests.faults.storm import Plan

_BITES: dict[str, tuple[Strike, ...]] = {
    "history": (kinds.redis_is_wiped, kinds.link_is_cut),
    "generation": (kinds.link_is_cut, kinds.link_is_cut),
    "seq": (kinds.redis_is_wiped, kinds.listeners_killed),
}
"""The faults after which a gateway without that protection tells what is not so."""

PROTECTIONS = tuple(_BITES)

_ROUNDS = 10
"""A fault bites only when it meets a client at the wrong moment; so often it is given the chance."""


def toothless(protection: str, seed: int) -> Plan:
    """A short storm that must not come out clean."""
    return Plan(
        seed,
        faults=0,
        deliveries=0,
        clients=6,
        jobs=3,
        page_seconds=0.05,
        client_fault_seconds=0,
        patience=3.0,
        only=_BITES[protection],
        rounds=_ROUNDS,
        without=protection,
    )
