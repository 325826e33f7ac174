"""Witnesses inside the database: triggers that write down, in the very transactions, what happens to jobs and steps."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from service.adapters.database import Database

ENDING, BACK_TO_LIFE, JOB_PERCENT = "ending", "state after the ending", "percent back"
CLAIM, ATTEMPT, CHECKPOINT, UNDONE, MISCOUNTED = "claim", "attempt back", "checkpoint", "undone", "miscounted"
QUESTION = "question"
_ENDED = "('completed', 'failed', 'cancelled')"


@dataclass(frozen=True)
class Seen:
    """One line of a witness: what happened to whom, and the new value."""

    what: str
    whose: str
    now: str


@dataclass(frozen=True)
class _Trigger:
    what: str
    table: str
    event: str
    when: str
    whose: str
    now: str


_RUN = "NEW.id || '#' || CAST(NEW.run AS TEXT)"
_TRIGGERS = (
    _Trigger(
        ENDING,
        "runs",
        "UPDATE",
        "NEW.ending IS DISTINCT FROM OLD.ending",
        "NEW.job_id || '#' || CAST(NEW.number AS TEXT)",
        "COALESCE(NEW.ending, '')",
    ),
    _Trigger(
        BACK_TO_LIFE,
        "jobs",
        "UPDATE",
        f"OLD.state IN {_ENDED} AND NEW.run = OLD.run AND NEW.state <> OLD.state",
        _RUN,
        "NEW.state",
    ),
    _Trigger(
        JOB_PERCENT,
        "jobs",
        "UPDATE",
        "NEW.run = OLD.run AND NEW.percent < OLD.percent",
        _RUN,
        "CAST(NEW.percent AS TEXT)",
    ),
    _Trigger(
        QUESTION,
        "jobs",
        "UPDATE",
        "CAST(NEW.question AS TEXT) IS DISTINCT FROM CAST(OLD.question AS TEXT)",
        _RUN,
        "COALESCE(CAST(NEW.question AS TEXT), '')",
    ),
    _Trigger(MISCOUNTED, "jobs", "UPDATE", "NEW.remaining < 0", _RUN, "CAST(NEW.remaining AS TEXT)"),
    _Trigger(
        CLAIM,
        "steps",
        "UPDATE",
        "OLD.state = 'queued' AND NEW.state = 'running'",
        "NEW.id",
        "CAST(NEW.started_at AS TEXT)",
    ),
    _Trigger(ATTEMPT, "steps", "UPDATE", "NEW.attempt < OLD.attempt", "NEW.id", "CAST(NEW.attempt AS TEXT)"),
    _Trigger(
        CHECKPOINT,
        "steps",
        "UPDATE",
        "NEW.state = 'done' AND (OLD.state <> 'done' OR NEW.output_blob IS DISTINCT FROM OLD.output_blob)",
        "NEW.id",
        "COALESCE(NEW.output_blob, '')",
    ),
    _Trigger(CHECKPOINT, "steps", "INSERT", "NEW.state = 'done'", "NEW.id", "COALESCE(NEW.output_blob, '')"),
    _Trigger(UNDONE, "steps", "UPDATE", "OLD.state = 'done' AND NEW.state <> 'done'", "NEW.id", "NEW.state"),
)


async def install(db: Database) -> None:
    """From now on it is written down."""
    number = "INTEGER PRIMARY KEY" if db.is_sqlite else "BIGINT GENERATED ALWAYS AS IDENTITY"
    async with db.engine.begin() as connection:
        await connection.exec_driver_sql(
            f"CREATE TABLE chaos_audit (number {number}, what TEXT, whose TEXT, now TEXT)"
        )
        for index, each in enumerate(_TRIGGERS):
            for statement in _statements(f"chaos_{index}", each, is_sqlite=db.is_sqlite):
                await connection.exec_driver_sql(statement)


def _statements(name: str, each: _Trigger, *, is_sqlite: bool) -> Sequence[str]:
    insert = f"INSERT INTO chaos_audit (what, whose, now) VALUES ('{each.what}', {each.whose}, {each.now});"
    head = f"CREATE TRIGGER {name} AFTER {each.event} ON {each.table} FOR EACH ROW WHEN ({each.when})"
    if is_sqlite:
        return [f"{head} BEGIN {insert} END"]
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {insert} RETURN NULL; END $$",
        f"{head} EXECUTE FUNCTION {name}()",
    ]


async def read(db: Database) -> list[Seen]:
    """All that was written down, in its order."""
    async with db.reading() as session:
        rows = await session.execute(text("SELECT what, whose, now FROM chaos_audit ORDER BY number"))
        return [Seen(*row) for row in rows]
