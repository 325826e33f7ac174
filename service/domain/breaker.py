"""An engine behind the network that does not answer: since when, and when it is asked again."""

import random
from dataclasses import dataclass, replace

from service.domain.json import JsonObject
from service.domain.message import Message

FIRST_WAIT_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 300.0
LONGEST_ASKED_SECONDS = 3600.0
"""An engine may itself ask to be left alone for longer, up to this."""
VERDICT_SECONDS = 15.0
"""Steps that wait for a probe's verdict look again after this, should the probe never come to one."""


@dataclass(frozen=True)
class Probe:
    """The one attempt that may ask the engine while all others wait."""

    step_id: str
    attempt: int


@dataclass(frozen=True)
class Away:
    """An engine that is away. One that answers has no such state.

    `engine` is its code and `name` what people call it; `code` and `params` are the failure that it was left with,
    and `rounds` how often in a row it was found so; `probe` is there while somebody asks it.
    """

    engine: str
    name: str
    code: str
    params: JsonObject
    since: float
    next_try: float
    rounds: int = 1
    probe: Probe | None = None

    def again(self, found: "Away", asked: float | None) -> "Away":
        """It was asked once more and is still away, as was just `found`."""
        rounds = self.rounds + 1
        next_try = found.since + wait_seconds(rounds, asked)
        return replace(found, since=self.since, next_try=next_try, rounds=rounds)

    def probed(self, probe: Probe) -> "Away":
        """Somebody asks it."""
        return replace(self, probe=probe)

    def failure(self) -> Message:
        """What was found wrong with it last."""
        return Message("failure", self.code, self.params)

    def waits_for(self) -> Message:
        """What its jobs wait for; `at` is when it is asked again, in seconds since 1970."""
        return Message("waits", "engine_unavailable", {"engine": self.name, "at": round(self.next_try, 3)})

    def json(self) -> JsonObject:
        """For the row that all workers share."""
        probe = self.probe
        return {
            "name": self.name,
            "code": self.code,
            "params": self.params,
            "since": self.since,
            "next_try": self.next_try,
            "rounds": self.rounds,
            "probe": None if probe is None else [probe.step_id, probe.attempt],
        }


def away(engine: str, name: str, code: str, params: JsonObject, now: float, asked: float | None) -> Away:
    """An engine that answered until now; `asked` are the seconds for which it asked to be left alone, if it did."""
    return Away(engine, name, code, params, since=now, next_try=now + wait_seconds(1, asked))


def away_from(engine: str, value: JsonObject) -> Away:
    """What `json()` wrote."""
    probe = value["probe"]
    return Away(
        engine,
        value["name"],
        value["code"],
        value["params"],
        value["since"],
        value["next_try"],
        value["rounds"],
        None if probe is None else Probe(*probe),
    )


def wait_seconds(rounds: int, asked: float | None = None) -> float:
    """How long to leave an engine alone that was found away so often in a row: doubling, with jitter."""
    doubled = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** min(rounds - 1, 30))
    return max(doubled * random.uniform(0.8, 1.0), min(asked or 0.0, LONGEST_ASKED_SECONDS))
