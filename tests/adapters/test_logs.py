"""Logs are for people on a terminal and for machines elsewhere, tell what work they belong to, and hold no secrets."""

import io
import json
import logging
from collections.abc import Generator
from typing import Literal

import pytest
import structlog

from service.adapters.logs import MASK, bound_to_work, set_up_logs

TOKEN = "hw_0123456789abcdef"


class LogSettingsOf:
    """What logging is set up from."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"

    def __init__(self, form: Literal["auto", "json", "console"]) -> None:
        self.log_format: Literal["auto", "json", "console"] = form

    def secrets(self) -> list[str]:
        return [TOKEN]


@pytest.fixture(autouse=True)
def _as_before() -> Generator[None]:  # pyright: ignore[reportUnusedFunction] -- autouse
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def logged(form: Literal["auto", "json", "console"] = "auto") -> io.StringIO:
    out = io.StringIO()
    set_up_logs(LogSettingsOf(form), to=out)
    return out


def test_a_line_is_json_where_nobody_looks_and_names_the_work_it_belongs_to() -> None:
    out = logged()
    with bound_to_work(job="j1", step="s1", attempt=2, support_id="x"):
        structlog.get_logger().info("page_read", page=3)
    line = json.loads(out.getvalue())
    assert list(line)[:3] == ["timestamp", "level", "event"]
    assert {name: line[name] for name in ("event", "job", "step", "attempt", "support_id", "page")} == {
        "event": "page_read",
        "job": "j1",
        "step": "s1",
        "attempt": 2,
        "support_id": "x",
        "page": 3,
    }


def test_what_libraries_log_has_the_same_form() -> None:
    out = logged()
    logging.getLogger("some.library").warning("disk %s", "slow")
    line = json.loads(out.getvalue())
    assert (line["event"], line["level"]) == ("disk slow", "warning")


def test_the_console_form_is_for_people() -> None:
    out = logged("console")
    structlog.get_logger().info("page_read", page=3)
    assert "page_read" in out.getvalue()
    assert not out.getvalue().startswith("{")


@pytest.mark.parametrize(
    "said",
    [
        {"url": f"postgresql://me:{TOKEN}@db/x"},
        {"header": f"Authorization: Bearer {TOKEN}x"},
        {"password": "hunter2-hunter2"},
        {"answer": {"password": "hunter2-hunter2"}},
        {"token": 12},
        {"told": ["a", TOKEN]},
        {"link": "http://x/?code=abcdefgh"},
        {"link": "http://x/#code=abcdefgh"},
    ],
)
def test_secrets_are_masked_by_name_by_shape_and_by_value(said: dict[str, object]) -> None:
    out = logged()
    structlog.get_logger().info("said", **said)
    assert MASK in out.getvalue()
    for secret in (TOKEN, "hunter2", "abcdefgh", "12"):
        assert secret not in json.dumps({k: v for k, v in json.loads(out.getvalue()).items() if k in said})


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_traceback_shows_no_local_variables(form: Literal["json", "console"]) -> None:
    out = logged(form)
    secret = "hunter2-" * 2  # the source line is shown, so the secret must not stand in it
    try:
        _fails(secret)
    except ValueError:
        structlog.get_logger().exception("failed")
    assert "_fails" in out.getvalue()
    assert secret not in out.getvalue()


def _fails(password: str) -> None:
    raise ValueError(len(password))
