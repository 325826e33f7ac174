"""How engines fail: with a code that people get words for, and a kind that decides about trying again."""

from typing import Literal, TypeAlias

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
