"""What is asked of a person and what is told when something went wrong: codes with English, and no internals."""

import pytest

from service.domain.failure import Failure, FailureKind
from service.domain.message import Message, english
from service.domain.question import AnswerRefused, Field, Question, check_answer
from service.domain.words import WORDS

PASSWORD = Question("q1", "password_required", fields=(Field("password", "secret"),)).json()
CHOICE = Question("q2", "which", choices=("this", "that")).json()


def test_a_question_says_in_english_what_it_asks_for() -> None:
    question = Question("q1", "password_required", fields=(Field("password", "secret"),))
    assert question.json() == {
        "id": "q1",
        "code": "password_required",
        "params": {},
        "text": WORDS["question.password_required"],
        "fields": [{"name": "password", "kind": "secret"}],
        "choices": [],
    }


@pytest.mark.parametrize(
    ("question", "question_id", "answer", "code", "field"),
    [
        (PASSWORD, "q0", {"password": "x"}, "question_gone", None),
        (PASSWORD, "q1", {}, "answer_incomplete", "password"),
        (PASSWORD, "q1", {"password": ""}, "answer_incomplete", "password"),
        (PASSWORD, "q1", {"password": 7}, "answer_incomplete", "password"),
        (PASSWORD, "q1", {"password": "x" * 1001}, "answer_incomplete", "password"),
        (CHOICE, "q2", {}, "answer_incomplete", "choice"),
        (CHOICE, "q2", {"choice": "neither"}, "answer_incomplete", "choice"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_with_a_code(
    question: dict[str, object], question_id: str, answer: dict[str, object], code: str, field: str | None
) -> None:
    with pytest.raises(AnswerRefused) as refused:
        check_answer(question, question_id, answer)
    assert (refused.value.code, refused.value.field_name) == (code, field)
    assert f"problem.{code}" in WORDS
    assert "x" * 10 not in str(refused.value), "an answer may be a secret"


def test_an_answer_that_fits_is_taken() -> None:
    assert check_answer(PASSWORD, "q1", {"password": "pässword"}) == {"password": "pässword"}
    check_answer(CHOICE, "q2", {"choice": "that"})


@pytest.mark.parametrize("kind", FailureKind)
def test_a_failure_is_told_with_what_happened_and_what_to_do(kind: FailureKind) -> None:
    failure = Failure("page_timed_out", {"page": 3, "seconds": 20}, kind, "reading", "S-1")
    told = failure.json()
    assert (told["code"], told["params"]) == ("page_timed_out", {"page": 3, "seconds": 20})
    assert (told["kind"], told["phase"], told["support_id"]) == (str(kind), "reading", "S-1")
    assert told["text"] == "Page 3 took more than 20 s."
    assert told["advice"] == WORDS["advice.page_timed_out"]


def test_a_code_without_words_or_parameters_is_shown_rather_than_an_error() -> None:
    assert english("failure", "never_heard_of", {}) == "never_heard_of"
    assert english("detail", "page", {}) == "page {page} of {total}"
    assert english("detail", "page", {"page": 1, "total": 2, "more": 3}) == "page 1 of 2"


def test_words_never_reach_into_what_they_are_given() -> None:
    """A template is ours and its parameters are not: braces in a parameter stay braces."""
    told = Message("problem", "bad_request", {"reason": "{secret} {0.__class__}"}).json()
    assert told["text"] == "The request is not understood: {secret} {0.__class__}."
