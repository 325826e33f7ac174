"""What Gemini is asked to answer, and what its answers are worth."""

from typing import Any, TypeVar

from pydantic import BaseModel, Field, ValidationError

from service.domain.engines import REMOTE_ENGINES
from workers.engines.failures import EngineFailed
from workers.engines.language.port import Usage

ENGINE = "gemini"
SHOWN_NAME = REMOTE_ENGINES[ENGINE]


class FieldValue(BaseModel):
    """A field that was found."""

    code: str = Field(description="Code of the field")
    value: str = Field(description="Value in the form that the field asks for")
    as_printed: str = Field(description="The same exactly as it is printed in the lines")
    first_line: int = Field(description="Number of the line in which it stands")
    last_line: int = Field(description="Number of the last line in which it stands; mostly the same")
    confidence: float = Field(description="0 to 1: how sure the reading is")


class Extraction(BaseModel):
    """The fields that were found; others are left out."""

    fields: list[FieldValue]


class LineChange(BaseModel):
    """A line that was misread."""

    line: int = Field(description="Number of the line")
    text: str = Field(description="The whole line as it is printed")


class Correction(BaseModel):
    """The lines that change; others are left out."""

    changes: list[LineChange]


class ShortSentences(BaseModel):
    """A sentence in short ones."""

    number: int = Field(description="Number of the sentence")
    short: list[str] = Field(description="The short sentences that say the same, in order")


class Rewriting(BaseModel):
    """All sentences that were given."""

    sentences: list[ShortSentences]


Reply = TypeVar("Reply", bound=BaseModel)


class Nonsense(Exception):
    """The answer is not what was asked for; another try may be."""


_BLOCKED = frozenset(
    {
        "SAFETY",
        "RECITATION",
        "BLOCKLIST",
        "PROHIBITED_CONTENT",
        "SPII",
        "LANGUAGE",
        "ESCALATION",
        "MODEL_ARMOR",
    }
)


def reply_of(response: Any, form: type[Reply]) -> Reply:
    """The answer in its form. Raises Nonsense, and EngineFailed for what another try would not change."""
    feedback = response.prompt_feedback
    if feedback is not None and feedback.block_reason is not None:
        raise _failed("language_blocked", f"prompt: {_name(feedback.block_reason)}")
    candidates = response.candidates or []
    if not candidates:
        raise Nonsense("no candidates")
    reason = _name(candidates[0].finish_reason)
    if reason in _BLOCKED:
        raise _failed("language_blocked", f"answer: {reason}")
    if reason == "MAX_TOKENS":
        raise _failed("language_too_long", "the answer was cut off")
    if reason != "STOP":
        raise Nonsense(f"ended by {reason or 'nothing'}")
    parts = (candidates[0].content.parts if candidates[0].content is not None else None) or []
    text = "".join(part.text for part in parts if part.text and not part.thought)
    try:
        return form.model_validate_json(text)
    except ValidationError as error:
        raise Nonsense(f"{error.error_count()} errors: {error.errors()[0]['msg']}") from error


def usage_of(response: Any) -> Usage:
    """What the answer took, thinking included; what the service leaves out counts as nothing."""
    told = response.usage_metadata
    if told is None:
        return Usage(requests=1)
    out = (told.candidates_token_count or 0) + (told.thoughts_token_count or 0)
    return Usage(1, max(0, told.prompt_token_count or 0), max(0, out))


def nonsense(error: Nonsense) -> EngineFailed:
    """The failure after all tries."""
    return EngineFailed("language_nonsense", {"engine": SHOWN_NAME}, kind="transient", detail=str(error))


def _failed(code: str, detail: str) -> EngineFailed:
    return EngineFailed(code, {"engine": SHOWN_NAME}, kind="usage", detail=detail)


def _name(value: Any) -> str:
    return str(getattr(value, "value", value) or "")
