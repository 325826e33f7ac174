"""How much of one kind may run at a time."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RunningLimits:
    """Most running steps of one owner, and of the engines that have a limit, by code; None and none: no limit."""

    owner: int | None = None
    engines: tuple[tuple[str, int], ...] = ()

    def of_engine(self, engine: str | None) -> int | None:
        """The limit of the engine, if it has one."""
        return dict(self.engines).get(engine) if engine is not None else None


NO_LIMITS = RunningLimits()
