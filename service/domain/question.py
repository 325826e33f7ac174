"""What a person must decide before a job can go on."""

from dataclasses import dataclass, field

from service.domain.json import JsonObject
from service.domain.message import english


@dataclass(frozen=True)
class Field:
    """Something to fill in; `kind` is `text` or `secret` (never logged, stored encrypted, erased at the run's end)."""

    name: str
    kind: str


@dataclass(frozen=True)
class Question:
    """A question by code, with fields to fill in or choices to take."""

    id: str
    code: str
    params: JsonObject = field(default_factory=dict[str, object])
    fields: tuple[Field, ...] = ()
    choices: tuple[str, ...] = ()

    def json(self) -> JsonObject:
        """The `question` field of a snapshot."""
        return {
            "id": self.id,
            "code": self.code,
            "params": self.params,
            "text": english("question", self.code, self.params),
            "fields": [{"name": each.name, "kind": each.kind} for each in self.fields],
            "choices": list(self.choices),
        }


class AnswerRefused(Exception):
    """The answer does not fit the question; `code` is a problem code."""

    def __init__(self, code: str, field_name: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.field_name = field_name


def check_answer(question: JsonObject, question_id: str, answer: JsonObject) -> JsonObject:
    """What was asked for, and nothing else that came along: that is neither bounded nor anybody's to keep.

    Raises AnswerRefused unless the answer is to this question and fills in or chooses what it asks for.
    """
    if question["id"] != question_id:
        raise AnswerRefused("question_gone")
    for each in question["fields"]:
        given = answer.get(each["name"])
        if not isinstance(given, str) or not given or len(given) > 1000:
            raise AnswerRefused("answer_incomplete", each["name"])
    if question["choices"] and answer.get("choice") not in question["choices"]:
        raise AnswerRefused("answer_incomplete", "choice")
    asked = {each["name"] for each in question["fields"]} | ({"choice"} if question["choices"] else set())
    return {name: answer[name] for name in answer if name in asked}
