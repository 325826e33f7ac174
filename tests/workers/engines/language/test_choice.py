"""Which language engine works: asked for, configured, or the best that is there."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from workers.engines.failures import EngineFailed
from workers.engines.language.choice import Choice, GeminiPlace, LanguageEngines

pytestmark = pytest.mark.anyio

_PLACE = GeminiPlace("model", api_key="key", endpoint="http://127.0.0.1:9")


@dataclass
class _Settings:
    language_engine: Choice = "auto"
    step_seconds: float = 600.0
    gemini_api_key: SecretStr | None = None
    gemini_model: str = "model"
    gemini_project: str | None = None
    gemini_location: str = "global"
    gemini_credentials_file: Path | None = None
    gemini_endpoint: str | None = "http://127.0.0.1:9"
    gemini_requests_per_minute: int = 60
    gemini_in_flight: int = 4


@pytest.fixture
async def both() -> AsyncIterator[LanguageEngines]:
    engines = LanguageEngines(gemini=_PLACE)
    yield engines
    await engines.close()


async def test_auto_takes_gemini_where_it_is_configured(both: LanguageEngines) -> None:
    assert both.choose().name == "gemini" and LanguageEngines().choose().name == "rules"


async def test_a_choice_is_kept(both: LanguageEngines) -> None:
    assert both.choose("rules").name == "rules" and both.choose("gemini").name == "gemini"
    assert LanguageEngines(configured="rules", gemini=_PLACE).choose().name == "rules"


async def test_gemini_that_is_not_configured_is_refused() -> None:
    with pytest.raises(EngineFailed) as failed:
        LanguageEngines(configured="gemini").choose()
    assert (failed.value.code, failed.value.kind) == ("language_unavailable", "fatal")


async def test_states_tell_what_is_there(both: LanguageEngines, tmp_path: Path) -> None:
    assert await LanguageEngines().states() == {"gemini": ("absent", None), "rules": ("ok", None)}
    assert await both.states() == {"gemini": ("ok", None), "rules": ("ok", None)}
    wrong = LanguageEngines(gemini=GeminiPlace("m", project="p", credentials_file=tmp_path / "none.json"))
    state, reason = (await wrong.states())["gemini"]
    assert state == "unavailable" and reason is not None and "none.json" in reason


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        (_Settings(), "rules"),
        (_Settings(gemini_api_key=SecretStr("key")), "gemini"),
        (_Settings(gemini_project="harbour"), "gemini"),
        (_Settings(language_engine="rules", gemini_project="harbour"), "rules"),
    ],
)
async def test_the_settings_choose(settings: _Settings, name: str) -> None:
    engines = LanguageEngines.from_settings(settings)
    assert engines.choose().name == name
    assert all(state != "unavailable" for state, _ in (await engines.states()).values())
    await engines.close()
