"""How engines fail: with a code that people get words for, and a kind that decides about trying again."""

from typing import Literal, Protocol, TypeAlias

from service.domain.json import JsonObject

EngineFailureKind: TypeAlias = Literal["usage", "transient", "fatal"]


class DocumentRefused(Exception):
    """The document (or the page) can't be read as asked. `code` is a word of the family `failure.`."""

    def __init__(self, code: str, params: JsonObject | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.params: JsonObject = params or {}


class EngineFailed(Exception):
    """The engine, not the document, is the trouble, or it refused the document. `code` as in DocumentRefused.

    `kind`: "usage" (the document or its options are at fault: trying again changes nothing), "transient" (may work
    later, not before `retry_after` seconds where that is known) or "fatal" (an operator must act).
    `detail` is for the log alone, never for users.
    """

    def __init__(
        self,
        code: str,
        params: JsonObject | None = None,
        *,
        kind: EngineFailureKind,
        retry_after: float | None = None,
        detail: str = "",
    ) -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.params: JsonObject = params or {}
        self.kind: EngineFailureKind = kind
        self.retry_after = retry_after
        self.detail = detail


class RemoteEngine(Protocol):
    """An engine behind the network. A step that needs one names it in its input, under `engine`.

    While it is away its steps wait, all of them, whatever kind of engine it is; all that it has to do for that is to
    raise EngineAway.
    """

    @property
    def name(self) -> str:
        """Its code: what steps name it by, and all workers know whether it is away."""
        ...

    @property
    def shown_name(self) -> str:
        """What people call it."""
        ...


class EngineAway(EngineFailed):
    """The engine does not answer, or not as it should, after all tries that were worth it: who needs it waits.

    `sure` says that it cannot be the request's fault (no connection, a quota that is used up); else it may be that
    just this request takes too long or breaks something over there.
    """

    def __init__(
        self,
        engine: RemoteEngine,
        code: str,
        params: JsonObject,
        *,
        sure: bool,
        retry_after: float | None = None,
        detail: str = "",
    ) -> None:
        super().__init__(code, params, kind="transient", retry_after=retry_after, detail=detail)
        self.engine = engine.name
        self.engine_shown = engine.shown_name
        self.sure = sure
