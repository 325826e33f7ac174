"""Gemini: the real client over HTTP, against a simulator that can misbehave."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from service.domain.certificate.fields import FIELDS
from tests.support.certificate_pages import CERTIFICATE, page_of
from tests.support.gemini_simulator import (
    TOKENS_IN,
    TOKENS_OUT,
    TOKENS_THOUGHT,
    Behaviour,
    GeminiSimulator,
    block,
    break_off,
    end_by,
    leave_out_candidates,
    refuse,
    say,
    send,
    stall,
)
from tests.support.waiting import until
from workers.engines.failures import EngineAway, EngineFailed
from workers.engines.language.gemini import Gemini, GeminiPlace
from workers.engines.language.port import Extracted, Usage
from workers.engines.persistence import Persistence

pytestmark = pytest.mark.anyio

_HASTY = Persistence(call_seconds=20, tries=3, first_wait_seconds=0.01, longest_wait_seconds=0.02)
_PAGE = page_of(*CERTIFICATE)


def field(code: str, value: str, line: int, printed: str = "", confidence: float = 0.95) -> dict[str, Any]:
    return {
        "code": code,
        "value": value,
        "as_printed": printed or value,
        "first_line": line,
        "last_line": line,
        "confidence": confidence,
    }


@pytest.fixture
async def simulator() -> AsyncIterator[GeminiSimulator]:
    async with GeminiSimulator() as simulator:
        yield simulator


@pytest.fixture
async def engine(simulator: GeminiSimulator) -> AsyncIterator[Gemini]:
    engine = Gemini(GeminiPlace("some-model", api_key="some-key", endpoint=simulator.url), _HASTY)
    yield engine
    await engine.close()


async def extracted(engine: Gemini) -> Extracted:
    return await engine.extract([_PAGE], FIELDS)


async def failure(engine: Gemini) -> EngineFailed:
    with pytest.raises(EngineFailed) as failed:
        await extracted(engine)
    return failed.value


async def test_what_is_found_points_to_where_it_stands(engine: Gemini, simulator: GeminiSimulator) -> None:
    simulator.next(
        say(
            {
                "fields": [
                    field("ship_name", "MV OCEAN STAR", 5),
                    field("issue_date", "2024-05-03", 9, "3 May 2024"),
                ]
            }
        )
    )
    found = (await extracted(engine)).found
    assert found["ship_name"].box == _PAGE.lines[4].box and found["ship_name"].page == 1
    assert (found["issue_date"].value, found["issue_date"].as_printed) == ("2024-05-03", "3 May 2024")
    assert found["ship_name"].confidence == 0.95


async def test_the_client_asks_the_model_for_an_answer_in_a_form(
    engine: Gemini, simulator: GeminiSimulator
) -> None:
    await extracted(engine)
    (asked,) = simulator.requests
    assert asked.path.endswith("/models/some-model:generateContent")
    assert asked.headers["x-goog-api-key"] == "some-key"
    config = asked.body["generationConfig"]
    assert config["responseMimeType"] == "application/json" and config["temperature"] == 0
    assert "as_printed" in json.dumps(config["responseSchema"])
    assert "never an instruction" in asked.instruction
    assert "5|MV OCEAN STAR\n" in asked.text and "OCEAN" not in asked.instruction


async def test_vertex_is_asked_in_its_project(simulator: GeminiSimulator) -> None:
    place = GeminiPlace("some-model", project="harbour", location="europe-west4", endpoint=simulator.url)
    engine = Gemini(place, _HASTY)
    await extracted(engine)
    await engine.close()
    (asked,) = simulator.requests
    model = "/projects/harbour/locations/europe-west4/publishers/google/models/some-model:generateContent"
    assert asked.path.endswith(model)


async def test_tokens_are_counted(engine: Gemini, simulator: GeminiSimulator) -> None:
    """Those of answers without sense too: they are paid for as well."""
    simulator.next(say("nonsense"))
    usage = (await extracted(engine)).usage
    assert usage == Usage(2, 2 * TOKENS_IN, 2 * (TOKENS_OUT + TOKENS_THOUGHT))


@pytest.mark.parametrize("trouble", [refuse(429), refuse(500), refuse(503), refuse(504), break_off])
async def test_what_may_pass_is_tried_again(
    engine: Gemini, simulator: GeminiSimulator, trouble: Behaviour
) -> None:
    simulator.next(trouble, trouble, say({"fields": [field("imo_number", "9074729", 7)]}))
    assert (await extracted(engine)).found["imo_number"].value == "9074729"
    assert len(simulator.requests) == 3


@pytest.mark.parametrize(
    ("trouble", "code", "sure"),
    [
        (refuse(429, "RESOURCE_EXHAUSTED"), "language_quota", True),
        (refuse(500, "INTERNAL"), "language_busy", False),
        (refuse(503), "language_busy", True),
        (refuse(504, "DEADLINE_EXCEEDED"), "language_timed_out", False),
        (send(b"<html>Bad gateway</html>", 502), "language_busy", True),
        (break_off, "language_busy", False),
    ],
)
async def test_who_stays_away_is_waited_for(
    engine: Gemini, simulator: GeminiSimulator, trouble: Behaviour, code: str, sure: bool
) -> None:
    simulator.next(*[trouble] * 5)
    failed = await failure(engine)
    assert isinstance(failed, EngineAway)
    assert (failed.code, failed.kind, failed.engine, failed.sure) == (code, "transient", "gemini", sure)
    assert len(simulator.requests) == 3


async def test_a_long_wait_is_handed_on(simulator: GeminiSimulator) -> None:
    engine = Gemini(GeminiPlace("m", api_key="k", endpoint=simulator.url), Persistence(total_seconds=5))
    simulator.next(refuse(429, "RESOURCE_EXHAUSTED", retry_after=90.5))
    failed = await failure(engine)
    await engine.close()
    assert (failed.code, failed.retry_after, len(simulator.requests)) == ("language_quota", 90.5, 1)


async def test_a_silent_service_is_given_up(simulator: GeminiSimulator) -> None:
    engine = Gemini(
        GeminiPlace("m", api_key="k", endpoint=simulator.url), Persistence(call_seconds=0.1, tries=1)
    )
    simulator.next(stall)
    failed = await failure(engine)
    await engine.close()
    assert (failed.code, failed.kind) == ("language_timed_out", "transient")


async def test_nobody_at_home_is_away_for_sure() -> None:
    async with GeminiSimulator() as gone:
        url = gone.url
    engine = Gemini(GeminiPlace("m", api_key="k", endpoint=url), _HASTY)
    failed = await failure(engine)
    await engine.close()
    assert isinstance(failed, EngineAway) and failed.sure and failed.code == "language_busy"


@pytest.mark.parametrize(
    ("trouble", "code", "kind"),
    [
        (refuse(400, "INVALID_ARGUMENT"), "language_refused", "usage"),
        (refuse(400, "INVALID_ARGUMENT", reason="API_KEY_INVALID"), "language_denied", "fatal"),
        (refuse(400, "FAILED_PRECONDITION"), "language_denied", "fatal"),
        (refuse(401, "UNAUTHENTICATED"), "language_denied", "fatal"),
        (refuse(403, "PERMISSION_DENIED"), "language_denied", "fatal"),
        (refuse(404, "NOT_FOUND"), "language_denied", "fatal"),
        (send(b"[]", 422), "language_refused", "usage"),
        (end_by("SAFETY"), "language_blocked", "usage"),
        (end_by("RECITATION", '{"fields": ['), "language_blocked", "usage"),
        (block(), "language_blocked", "usage"),
        (end_by("MAX_TOKENS", '{"fields": ['), "language_too_long", "usage"),
    ],
)
async def test_what_does_not_pass_is_not_tried_again(
    engine: Gemini, simulator: GeminiSimulator, trouble: Behaviour, code: str, kind: str
) -> None:
    simulator.next(trouble)
    failed = await failure(engine)
    assert (failed.code, failed.kind) == (code, kind) and not isinstance(failed, EngineAway)
    assert len(simulator.requests) == 1


@pytest.mark.parametrize(
    "nonsense",
    [
        say("I found a ship!"),
        say({"answer": 42}),
        say({"fields": [{"code": "ship_name"}]}),
        say(""),
        say("[]"),
        leave_out_candidates(),
        end_by("OTHER", '{"fields": []}'),
        send(b"not even JSON"),
        send(b'{"candidates": "many"}'),
    ],
)
async def test_nonsense_is_asked_again_once_and_then_a_failure(
    engine: Gemini, simulator: GeminiSimulator, nonsense: Behaviour
) -> None:
    simulator.next(nonsense)
    assert (await extracted(engine)).found == {}
    simulator.next(nonsense, nonsense)
    failed = await failure(engine)
    assert (failed.code, failed.kind) == ("language_nonsense", "transient")
    assert not isinstance(failed, EngineAway), "who answers is not away"


async def test_no_more_is_asked_at_a_time_than_allowed(simulator: GeminiSimulator) -> None:
    engine = Gemini(GeminiPlace("m", api_key="k", endpoint=simulator.url, in_flight=2), _HASTY)
    await asyncio.gather(*(extracted(engine) for _ in range(8)))
    await engine.close()
    assert simulator.most_under_way <= 2 and len(simulator.requests) == 8


async def test_a_cancelled_document_lets_go_of_its_request(
    engine: Gemini, simulator: GeminiSimulator
) -> None:
    simulator.next(stall)
    task = asyncio.create_task(extracted(engine))
    await until(lambda: simulator.under_way == 1, "the request came")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await extracted(engine)).found == {}, "the engine works on"


async def test_a_wrong_key_file_is_told_without_asking(tmp_path: Any) -> None:
    place = GeminiPlace("m", project="harbour", credentials_file=tmp_path / "none.json")
    engine = Gemini(place)
    reason = await engine.check()
    assert reason is not None and "none.json" in reason
    await engine.close()


async def test_a_configured_engine_is_found_usable(engine: Gemini, simulator: GeminiSimulator) -> None:
    assert await engine.check() is None
    assert simulator.requests == []
