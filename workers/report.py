"""Progress at its source: step facts, coalesced to at most ten appends a second for a job, at least one."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog
from redis.exceptions import RedisError

from service.adapters.echo import Echo
from service.adapters.event_log import EventLog
from service.adapters.events import Outcome, StepFacts
from service.domain.json import JsonObject
from service.domain.message import Message
from workers.slow import SlowAfter, SlowWatch

_log = structlog.get_logger()
APPENDS_A_SECOND = 10
ALIVE_SECONDS = 0.8
"""Without news an append says so after this long, so that no second passes without a patch."""
SHARE_OF_EXPECTED = 0.9
"""Inside one slow item the percentage follows the expected time, and never gets further than this share of the item."""
_STEADY_SHARE = 0.6


@dataclass(frozen=True)
class Attempt:
    """Whose facts these are. A step weighs in the percentage what its cost makes the job take longer."""

    job_id: str
    owner_id: str
    run: int
    step_id: str
    attempt: int
    cost: int
    weight: int


@dataclass
class _Unsent:
    fields: JsonObject = field(default_factory=dict[str, object])
    detail: Message | None = None
    pages: dict[str, str] = field(default_factory=dict[str, str])
    lines: list[JsonObject] = field(default_factory=list[JsonObject])

    def __bool__(self) -> bool:
        return bool(self.fields or self.detail or self.pages or self.lines)

    def all_fields(self) -> JsonObject:
        """The detail is put into words here: most of them are replaced before anybody reads them."""
        return {**self.fields, "detail": self.detail.json()} if self.detail else self.fields


class StepReport:
    """The `Report` of one attempt at a step."""

    def __init__(
        self,
        log: EventLog,
        echo: Echo,
        attempt: Attempt,
        phase_code: str,
        slow_after: SlowAfter,
    ) -> None:
        self._log = log
        self._echo = echo
        self._attempt = attempt
        self._cost = float(attempt.cost)
        self._weight = attempt.weight
        self.phase_code = phase_code
        self._unsent = _Unsent()
        self._done = 0.0
        self._item_cost = 0.0
        self._item_takes = 1.0
        self._item_began = time.monotonic()
        self._told = -1
        self._last = 0.0
        self._sending = asyncio.Lock()
        self._slow = SlowWatch(slow_after, attempt.cost / 1000)

    @property
    def unsent(self) -> bool:
        """Whether something was said that no append has taken yet."""
        return bool(self._unsent)

    def began(self, cost: float, takes: float | None = None) -> None:
        self._item_cost = cost
        self._item_takes = max(1.0, cost if takes is None else takes)
        self._item_began = time.monotonic()

    def worked(self, cost: float) -> None:
        self._done = min(self._cost, self._done + cost)
        self.began(0)

    def detail(self, detail: Message) -> None:
        self._unsent.detail = detail
        self._slow.shows(detail)

    def extend(self, cost: int) -> None:
        """The attempt does more than its step was planned for: so many expected milliseconds, on this slot alone."""
        done = self._weighed(self._done)
        self._weight += cost
        # What went before weighs what it did, what follows as much as it costs.
        self._cost, self._done = float(self._weight), float(done)

    def enter(self, index: int, total: int, code: str) -> None:
        """The phase (from 1) that a step which runs several has come to."""
        self.phase_code = code
        self._unsent.fields["phase"] = {"index": index, "total": total, "code": code}

    def pages(self, pages: dict[str, str]) -> None:
        self._unsent.pages.update(pages)

    def line(self, line: JsonObject) -> None:
        self._unsent.lines.append(line)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None, None]:
        """Sends while the block runs. What is unsent at its end is for `flush`."""
        task = asyncio.create_task(self._keep_sending())
        try:
            yield
        finally:
            try:
                async with self._sending:  # what is on its way arrives once
                    task.cancel()
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def flush(self, *, ended: bool = False) -> None:
        """Sends what has not been sent; `ended` says that this attempt says no more."""
        async with self._sending:
            unsent, self._unsent = self._unsent, _Unsent()
            done = self._weight if ended else self._shown_done()
            self._told, self._last = done, time.monotonic()
            facts = StepFacts(
                job_id=self._attempt.job_id,
                owner_id=self._attempt.owner_id,
                run=self._attempt.run,
                step_id=self._attempt.step_id,
                attempt=self._attempt.attempt,
                done=done,
                cost=self._weight,
                ended=ended,
                fields=unsent.all_fields(),
                pages=unsent.pages,
                log=unsent.lines,
            )
            try:
                if await self._log.append_facts(facts) is Outcome.SEED_NEEDED:
                    await self._echo.seed(self._attempt.job_id)
                    await self._log.append_facts(facts)
            except (TimeoutError, RedisError, OSError) as lost:
                _log.warning("facts_postponed", reason=str(lost))
                self._take_back(unsent)

    def _take_back(self, unsent: _Unsent) -> None:
        self._unsent.fields = {**unsent.fields, **self._unsent.fields}
        self._unsent.detail = self._unsent.detail or unsent.detail
        self._unsent.pages = {**unsent.pages, **self._unsent.pages}
        self._unsent.lines = unsent.lines + self._unsent.lines

    def _shown_done(self) -> int:
        elapsed = (time.monotonic() - self._item_began) * 1000
        return self._weighed(self._done + self._item_cost * _share_shown(elapsed / self._item_takes))

    def _weighed(self, done: float) -> int:
        """What so much of the cost weighs."""
        return int(self._weight * min(1.0, done / self._cost) + 1e-6) if self._cost else 0

    async def _keep_sending(self) -> None:
        while True:
            await asyncio.sleep(1 / APPENDS_A_SECOND)
            self._look_for_slowness()
            news = bool(self._unsent) or self._shown_done() > self._told + self._weight // 100
            if news or time.monotonic() - self._last > ALIVE_SECONDS:
                await self.flush()

    def _look_for_slowness(self) -> None:
        slow = self._slow.look(self._item_began, self._item_takes / 1000)
        if slow is not None:
            self._unsent.detail = slow.detail
            self.line(slow.line)


def _share_shown(of_expected: float) -> float:
    """What is shown as done of an item when so much of its expected time has passed. It slows down towards the end, so
    that an item which takes several times as long still moves the bar."""
    if of_expected <= _STEADY_SHARE:
        return of_expected
    left = SHARE_OF_EXPECTED - _STEADY_SHARE
    return SHARE_OF_EXPECTED - left * left / (left + of_expected - _STEADY_SHARE)
