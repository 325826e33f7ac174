"""The AsyncAPI document describes every frame, and docs/protocol.md names all that it describes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from service.domain.job import JobState
from service.protocol import written
from service.protocol.asyncapi import DOWN_FRAMES, TOPICS, UP_FRAMES, asyncapi
from service.protocol.close_codes import CloseCode, come_back
from service.protocol.described import JobFields
from service.protocol.patch import Patch
from service.protocol.problems import Problem
from service.protocol.snapshot import AT_NEW_RUN, MAP_FIELDS, Snapshot
from tests.support.frame_check import frame_faults
from tests.support.guide import table
from tests.support.json_schema import faults, looked_up

DOCUMENT = asyncapi("1.2.3")
GUIDE = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text()
SNAPSHOT = Snapshot("j", "e.r", 4, 1, {"state": "queued", "percent": 0.5, "pages": {"1": "td"}})


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for name, each in part.items():
            if name == "$ref":
                yield each
            else:
                yield from references(each)
    elif isinstance(part, list):
        for each in part:
            yield from references(each)


def test_every_reference_of_the_document_leads_somewhere() -> None:
    found = set(references(DOCUMENT))
    assert found
    for each in found:
        assert looked_up(DOCUMENT, each)


def test_every_frame_is_a_message_of_the_channel_and_of_one_operation() -> None:
    names = {each.__name__ for each in (*UP_FRAMES, *DOWN_FRAMES)}
    assert set(DOCUMENT["channels"]["live"]["messages"]) == set(DOCUMENT["components"]["messages"]) == names
    assert {len(each["messages"]) for each in DOCUMENT["operations"].values()} == {
        len(UP_FRAMES),
        len(DOWN_FRAMES),
    }
    assert DOCUMENT["asyncapi"] == "3.0.0" and DOCUMENT["info"]["version"] == "1.2.3"


@pytest.mark.parametrize(
    "frame",
    [
        written.hello(10, at=0.0, patches=1000, seconds=600),
        written.job_snapshot("job:j", SNAPSHOT, "first"),
        written.job_patch("job:j", Patch("j", "e.r", 5, 7, 1, {"percent": 1})),
        written.value_snapshot("batch:b", {"total": 1}),
        written.value_patch("batch:b", {"total": 2}),
        written.list_snapshot("jobs", {"total": 1}, more=True),
        written.card("jobs", SNAPSHOT, 0),
        written.gone("jobs", "j"),
        written.counts("jobs", {"total": 1}, more=True),
        written.error(None, None, Problem(400, "bad_frame", {"reason": "x"})),
        written.error(1, "jobs", Problem(404, "not_found")),
        written.degraded(1.5),
        written.recovered(),
        written.ping(1.5),
        written.bye(100),
    ],
    ids=lambda frame: frame.text[:40],
)
def test_all_that_is_written_is_described(frame: written.Written) -> None:
    assert frame_faults(orjson.loads(frame.payload)) == []


@pytest.mark.parametrize("frame", [*UP_FRAMES, *DOWN_FRAMES], ids=lambda frame: frame.__name__)
def test_every_message_has_an_example_that_fits_it(frame: type) -> None:
    message = DOCUMENT["components"]["messages"][frame.__name__]
    schema = looked_up(DOCUMENT, message["payload"]["$ref"])
    assert message["examples"]
    for each in message["examples"]:
        assert faults(DOCUMENT, schema, each["payload"]) == []


def test_every_field_of_a_job_is_described_and_which_of_them_are_maps() -> None:
    assert JobFields.model_fields.keys() == AT_NEW_RUN.keys()
    maps = {
        name for name, field in JobFields.model_fields.items() if (field.description or "").startswith("Map:")
    }
    assert maps == MAP_FIELDS


def test_what_is_not_described_is_found() -> None:
    assert frame_faults({"type": "card", "topic": "jobs"})
    assert frame_faults({"type": "hello", "protocol": 1, "heartbeat_seconds": "10", "resume": {}})
    assert frame_faults({"type": "shout"})
    assert frame_faults(
        orjson.loads(written.job_patch("job:j", Patch("j", "e.r", 5, 7, 1, {"pages": {"1": "?"}})).payload)
    )
    subscribe = DOCUMENT["components"]["schemas"]["Subscribe"]
    assert (
        faults(DOCUMENT, subscribe, {"type": "subscribe", "id": 1, "topic": "jobs", "since": "e.r:7"}) == []
    )
    assert faults(DOCUMENT, subscribe, {"type": "subscribe", "id": 1, "topic": "jobs", "since": "7"})
    assert faults(DOCUMENT, subscribe, {"id": 1, "topic": "jobs"})


@pytest.mark.parametrize("frame", [each.model_fields["type"].default for each in (*UP_FRAMES, *DOWN_FRAMES)])
def test_the_guide_shows_every_frame(frame: str) -> None:
    assert f'"type":"{frame}"' in GUIDE


@pytest.mark.parametrize("code", list(CloseCode))
def test_the_document_says_what_to_do_on_every_close_code(code: CloseCode) -> None:
    assert DOCUMENT["x-close-codes"][str(int(code))]["comeBack"] == come_back(code)


@pytest.mark.parametrize("topic", list(TOPICS))
def test_the_guide_explains_every_topic(topic: str) -> None:
    assert f"`{topic}`" in GUIDE


def test_the_guide_names_every_field_of_a_job_and_which_of_them_are_maps() -> None:
    rows = {field.strip("`"): meaning for field, meaning in table("Field | |")}
    assert rows.keys() == AT_NEW_RUN.keys()
    assert {field for field, meaning in rows.items() if meaning.startswith("map")} == MAP_FIELDS


@pytest.mark.parametrize("state", list(JobState))
def test_the_guide_names_every_state(state: JobState) -> None:
    assert f"`{state}`" in GUIDE
