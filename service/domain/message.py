"""Words that travel as codes, with an English text for readers that have no dictionary."""

from dataclasses import dataclass, field
from typing import Literal

from service.domain.json import JsonObject
from service.domain.words import WORDS

Family = Literal[
    "phase",
    "detail",
    "log",
    "waits",
    "failure",
    "advice",
    "question",
    "problem",
    "pipeline",
    "note",
    "outcome",
]


def english(family: Family, code: str, params: JsonObject) -> str:
    """The English text of a code; a code without words is shown as it is rather than not at all."""
    template = WORDS.get(f"{family}.{code}")
    if template is None:
        return code
    try:
        return template.format_map(params)
    except (KeyError, IndexError, ValueError):
        return template


@dataclass(frozen=True)
class Message:
    """A code of a family with its parameters."""

    family: Family
    code: str
    params: JsonObject = field(default_factory=dict[str, object])

    @property
    def text(self) -> str:
        """The English text."""
        return english(self.family, self.code, self.params)

    def json(self) -> JsonObject:
        """`{code, params, text}`; the reader knows the family from the field it stands in."""
        return {"code": self.code, "params": self.params, "text": self.text}
