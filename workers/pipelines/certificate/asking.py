"""What a person decides about a certificate. Answers count for the question that they were given to, and no other."""

from service.adapters.record_tables import CertificateRow
from service.domain.json import JsonObject
from service.domain.question import Question
from workers.pipelines.certificate.decision import Same, ShipOfIt
from workers.pipelines.declaration import AskPerson, StepContext

ACCEPT, REJECT, MOVE = "accept", "reject", "move"
KEEP, REPLACE, SKIP = "keep", "replace", "skip"
_CHOICES = {
    "other_ship": (MOVE, ACCEPT, REJECT),
    "name_mismatch": (ACCEPT, REJECT),
    "wrong_category": (ACCEPT, REJECT),
    "duplicate": (KEEP, REPLACE, SKIP),
}


def choice_of(context: StepContext, code: str, params: JsonObject) -> str:
    """What a person chose; raises AskPerson where nobody has answered this very question."""
    given: JsonObject | None = context.answers.get(code)
    if given is None or given["asked"] != params:
        raise AskPerson(Question("", code, params, choices=_CHOICES[code]))
    return given["choice"]


def about_same(
    context: StepContext, ship: ShipOfIt, row: CertificateRow | None, decided: Same | None = None
) -> Same | None:
    """What is done beside a record of the same number; None where there is none. A new run of a job finds its own
    record, and may have its place.

    Who keeps both, or skips, has said so of all records of this number; only what is replaced is that one.
    """
    if row is None or row.job_id == context.job_id:
        return None
    if decided is not None and decided.id == row.id:
        return decided
    params: JsonObject = {"ship": ship.shown, "number": row.certificate_number, "record": row.id}
    given: JsonObject | None = context.answers.get("duplicate")
    if (
        given is not None
        and given["choice"] != REPLACE
        and given["asked"] == {**params, "record": given["asked"]["record"]}
    ):
        return Same(row.id, given["choice"])
    return Same(row.id, choice_of(context, "duplicate", params))
