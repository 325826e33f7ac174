"""What cannot be done is refused in a few words, with what to do and an exit code of its own."""

import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import anyio
import pytest

from service.cli import COMMANDS, LazyCommands, commands, run
from service.cli.api import Api
from service.cli.data_dir import announced, owned
from service.cli.failing import CommandFailed
from service.cli.machine import bind, refuse_wrong_machine
from service.cli.sending import Wanted, parse_options, send_files
from service.cli.server import find_server, read_server_file
from service.domain.json import JsonObject

TOKEN = "0123456789abcdef"
UNREACHABLE = "http://127.0.0.1:1"


@pytest.fixture(autouse=True)
def _own_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:  # pyright: ignore[reportUnusedFunction] -- autouse
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEADWAY_DATA_DIR", str(tmp_path / "data"))


def test_help_costs_no_heavy_import() -> None:
    heavy = ("sqlalchemy", "uvicorn", "starlette", "httpx", "rich", "pydantic", "redis", "websockets")
    code = f"import sys, service.cli; service.cli.run(['--help']); sys.exit(len({{*{heavy}}} & {{*sys.modules}}))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert "upload" in told.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_that_is_listed_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([name, "--help"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"Usage: headway {name}")


def test_the_list_says_what_the_command_itself_says_first() -> None:
    group = commands
    assert isinstance(group, LazyCommands)
    for name, (_, summary) in COMMANDS.items():
        command = group.get_command(None, name)  # pyright: ignore[reportArgumentType] -- it needs no context
        assert command is not None
        assert (command.help or "").startswith(summary.rstrip("."))


def test_a_mistyped_command_is_told_the_closest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["jbos"]) == 2
    assert "Did you mean jobs?" in capsys.readouterr().err


def test_no_server_here_is_unreachable(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["jobs"]) == 3
    assert "headway up" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["jobs"], ["watch", "x"], ["cancel", "x"], ["workers"], ["link"]])
def test_a_server_that_does_not_answer_is_unreachable(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*arguments, "--server", UNREACHABLE, "--token", TOKEN]) == 3
    told = capsys.readouterr().err
    assert UNREACHABLE in told
    assert "Traceback" not in told


def test_the_local_token_is_not_sent_to_another_server(tmp_path: Path) -> None:
    with owned(tmp_path / "data"), announced(tmp_path / "data", "http://127.0.0.1:9"):
        (tmp_path / "data" / "token").write_text(TOKEN)
        assert find_server(None, None, None).token == TOKEN
        with pytest.raises(CommandFailed) as refused:
            find_server("http://elsewhere.example", None, None)
    assert refused.value.exit_code == 4


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_part_alone_is_refused_without_what_it_shares(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run([command]) == 2
    told = capsys.readouterr().err
    assert "HEADWAY_REDIS_URL and HEADWAY_DATABASE_URL are not set" in told
    assert "headway up" in told
    monkeypatch.setenv("HEADWAY_REDIS_URL", "redis://127.0.0.1:1")
    assert run([command]) == 2
    assert "HEADWAY_DATABASE_URL is not set" in capsys.readouterr().err


def test_a_wrong_setting_is_refused_by_its_name(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADWAY_WORKERS", "none")
    assert run(["up", "--no-browser"]) == 2
    assert "HEADWAY_WORKERS" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("platform", "version"), [("darwin", (3, 12)), ("win32", (3, 12)), ("linux", (3, 14))]
)
def test_another_system_or_python_is_refused_with_a_remedy(platform: str, version: tuple[int, int]) -> None:
    with pytest.raises(CommandFailed) as refused:
        refuse_wrong_machine(platform, version)
    assert refused.value.remedy


def test_a_taken_port_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert run(["up", "--no-browser", "--port", str(port)]) == 2
    told = capsys.readouterr().err
    assert f"port {port} is taken" in told
    assert "--port" in told


def test_a_free_port_is_taken_when_none_is_named() -> None:
    with bind("127.0.0.1", 0) as listening:
        assert listening.getsockname()[1] > 0


def test_a_data_folder_has_one_server(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with owned(tmp_path / "data"), announced(tmp_path / "data", "http://127.0.0.1:9"):
        assert run(["up", "--no-browser", "--port", "0"]) == 2
    told = capsys.readouterr().err
    assert "already runs" in told
    assert "http://127.0.0.1:9" in told


def test_a_data_folder_that_cannot_be_made_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert run(["up", "--no-browser", "--data-dir", str(tmp_path / "file" / "data")]) == 2
    assert "HEADWAY_DATA_DIR" in capsys.readouterr().err


def test_the_note_of_a_running_server_is_for_its_user_and_goes_with_it(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with owned(data_dir), announced(data_dir, "http://127.0.0.1:9"):
        assert read_server_file(data_dir) == "http://127.0.0.1:9"
        assert stat.S_IMODE((data_dir / "server.json").stat().st_mode) == 0o600
        assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
    assert read_server_file(data_dir) is None


def test_options_are_json_where_they_look_like_it() -> None:
    assert parse_options(["ocr=never", "dpi=200", 'languages=["fr"]', "name=a=b"]) == {
        "ocr": "never",
        "dpi": 200,
        "languages": ["fr"],
        "name": "a=b",
    }
    with pytest.raises(CommandFailed, match="name=value"):
        parse_options(["ocr"])


def test_the_doctor_says_what_works_in_lines_and_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["doctor", "--json"])
    checks = {line["check"]: line for line in map(json.loads, capsys.readouterr().out.splitlines())}
    assert {"machine", "data folder", "disk", "SQL", "Redis", "PDF", "server", "workers"} <= checks.keys()
    assert code == (1 if any(check["state"] == "fail" for check in checks.values()) else 0)
    assert run(["doctor"]) == code
    assert "ok   machine" in capsys.readouterr().out


def test_the_doctor_names_what_is_wrong_and_the_remedy(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADWAY_REDIS_URL", "redis://:hunter2@127.0.0.1:1")
    monkeypatch.setenv("HEADWAY_DATABASE_URL", "postgresql://me:hunter2@127.0.0.1:1/x")
    assert run(["doctor", "--json"]) == 1
    out = capsys.readouterr().out
    checks = {line["check"]: line for line in map(json.loads, out.splitlines())}
    assert (checks["Redis"]["state"], checks["SQL"]["state"]) == ("fail", "fail")
    assert "HEADWAY_REDIS_URL" in checks["Redis"]["remedy"]
    assert "HEADWAY_DATABASE_URL" in checks["SQL"]["remedy"]
    assert "hunter2" not in out


def test_the_doctor_survives_wrong_settings(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADWAY_PROT", "1")
    assert run(["doctor"]) == 1
    assert "did you mean HEADWAY_PORT?" in capsys.readouterr().out


def test_the_doctor_shows_settings_but_no_secrets(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HEADWAY_TOKEN", TOKEN)
    (tmp_path / ".env").write_text("HEADWAY_PORT=1234\n")
    assert run(["doctor", "--settings", "--json"]) == 0
    out = capsys.readouterr().out
    rows = {line["setting"]: (line["value"], line["source"]) for line in map(json.loads, out.splitlines())}
    assert rows["HEADWAY_TOKEN"] == ("***", "environment")
    assert rows["HEADWAY_PORT"] == ("1234", ".env")
    assert rows["HEADWAY_HOST"] == ("127.0.0.1", "default")
    assert TOKEN not in out


def test_a_pipe_gets_no_colour_codes() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "service.cli", "doctor"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "TERM": "xterm-256color"},
    )
    assert "\x1b" not in told.stdout + told.stderr


def test_a_file_name_reaches_neither_terminal_nor_server_as_it_is(tmp_path: Path) -> None:
    names: list[str] = []

    class Recording:
        """What an upload asks of the server."""

        async def get(self, _path: str) -> JsonObject:
            return {}

        async def send_parts(
            self, _path: str, _params: object, _fields: object, parts: list[Any]
        ) -> JsonObject:
            names.extend(name for _, (name, _file) in parts)
            return {}

    for raw in (b"\x1b[31mred\x1b]0;title\x07.txt", b"\x9bnot utf-8.txt"):
        (tmp_path / os.fsdecode(raw)).write_bytes(b"x")
    anyio.run(
        send_files,
        cast("Api", Recording()),
        sorted(tmp_path.glob("*.txt")),
        Wanted(),
        lambda _name, _count: None,
    )
    assert sorted(names) == ["[31mred]0;title.txt", "not utf-8.txt"]


@pytest.mark.parametrize("part", ["serve", "worker"])
def test_a_part_without_its_database_is_refused_in_a_sentence(
    part: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEADWAY_PORT", "0")
    monkeypatch.setenv("HEADWAY_REDIS_URL", "redis://127.0.0.1:1")
    monkeypatch.setenv("HEADWAY_DATABASE_URL", "postgresql://nobody:a-secret@127.0.0.1:2/none")
    assert run([part]) == 3
    err = capsys.readouterr().err
    assert "The database does not answer" in err
    assert "HEADWAY_DATABASE_URL" in err
    assert "a-secret" not in err
    assert "Traceback" not in err
