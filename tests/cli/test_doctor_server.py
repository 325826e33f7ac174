"""The doctor says which server it looked at, why that one, and what it found there."""

import asyncio
import json
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import cast

import pytest

from service.adapters.database import Database
from service.adapters.records import leases
from service.cli import run
from service.cli.data_dir import announced
from tests.support.ports import free_port

Said = dict[str, dict[str, str]]


class _Answering(BaseHTTPRequestHandler):
    """Answers each path with what its server was told; without that, as something that is not Headway."""

    def do_GET(self) -> None:
        server = cast("_Server", self.server)
        server.asked.append((self.path, self.headers.get("Authorization")))
        status, body = server.answers.get(self.path, (404, "<html>"))
        self.send_response(status)
        self.end_headers()
        self.wfile.write((body if isinstance(body, str) else json.dumps(body)).encode())

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Says nothing."""


class _Server(HTTPServer):
    def __init__(self, answers: dict[str, tuple[int, object]]) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.answers = answers
        self.asked: list[tuple[str, str | None]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def serving(**answers: tuple[int, object]) -> Generator[_Server, None, None]:
    """A server with these answers, by path without its first slash."""
    with _Server({f"/{path}": answer for path, answer in answers.items()}) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


READY = (200, {"ok": True, "parts": {"sql": True, "redis": True, "live": True}})


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A data folder and a port that nobody else uses."""
    monkeypatch.setenv("HEADWAY_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("HEADWAY_PORT", str(free_port()))
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> Said:
    capsys.readouterr()
    run(["doctor", "--json", *arguments])
    return {line["check"]: line for line in map(json.loads, capsys.readouterr().out.splitlines())}


def test_the_server_of_the_option_goes_before_that_of_the_variable(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(readyz=READY) as here:
        monkeypatch.setenv("HEADWAY_URL", here.url)
        check = said(capsys)["server"]
        assert (check["state"], check["found"]) == ("ok", f"ready at {here.url}, named by HEADWAY_URL")
        check = said(capsys, "--server", "http://127.0.0.1:9/")["server"]
    assert check["state"] == "fail"
    assert "nothing answers at http://127.0.0.1:9, named by --server" in check["found"]


def test_the_note_of_a_running_up_is_followed(capsys: pytest.CaptureFixture[str], own_folder: Path) -> None:
    with serving(readyz=READY) as here, announced(own_folder, here.url):
        found = said(capsys)["server"]["found"]
    assert found == f"ready at {here.url}, which `headway up` noted in {own_folder}"


def test_a_note_that_a_killed_up_left_is_told_as_that(
    capsys: pytest.CaptureFixture[str], own_folder: Path
) -> None:
    with announced(own_folder, "http://127.0.0.1:9"):
        check = said(capsys)["server"]
    assert check["state"] == "fail"
    assert "killed" in check["remedy"]


def test_where_none_was_named_it_says_where_it_looked(
    capsys: pytest.CaptureFixture[str], own_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setenv("HEADWAY_PORT", str(port))
    check = said(capsys)["server"]
    assert check["state"] == "ok"
    assert f"none at http://127.0.0.1:{port}, where HEADWAY_HOST and HEADWAY_PORT say" in check["found"]
    assert f"none noted in {own_folder}" in check["found"]
    assert "--server" in check["remedy"]
    assert "HEADWAY_URL" in check["remedy"]


def test_a_server_on_the_configured_port_is_found_without_a_note(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `headway serve` runs it."""
    with serving(readyz=READY) as here:
        monkeypatch.setenv("HEADWAY_PORT", here.url.rpartition(":")[2])
        assert said(capsys)["server"]["found"].startswith(f"ready at {here.url}")


@pytest.mark.parametrize("body", ["<html>", [], {"ok": True}])
def test_what_answers_and_is_not_headway_is_no_server(
    body: object, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(readyz=(200, body)) as here:
        check = said(capsys, "--server", here.url)["server"]
        assert (check["state"], "is not Headway" in check["found"]) == ("fail", True)
        monkeypatch.setenv("HEADWAY_PORT", here.url.rpartition(":")[2])
        check = said(capsys)["server"]
        assert (check["state"], "HEADWAY_PORT" in check["remedy"]) == ("fail", True)


@pytest.mark.parametrize("address", ["https://127.0.0.1:9", "http://[::1", "http://x:99999"])
def test_an_address_of_any_form_is_answered_in_a_sentence(
    address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    check = said(capsys, "--server", address)["server"]
    assert (check["state"], address in check["found"]) == ("fail", True)


def test_a_server_that_is_not_ready_is_told_with_what_it_lacks(capsys: pytest.CaptureFixture[str]) -> None:
    parts = {"sql": True, "redis": False, "live": False}
    with serving(readyz=(503, {"ok": False, "parts": parts})) as here:
        check = said(capsys, "--server", here.url)["server"]
    assert (check["state"], check["found"].endswith("without redis, live")) == ("warn", True)


def test_the_local_token_is_not_told_to_a_server_elsewhere(
    capsys: pytest.CaptureFixture[str], own_folder: Path
) -> None:
    (own_folder / "token").write_text("hw_0123456789abcdef")
    (own_folder / "token").chmod(0o600)
    with serving(readyz=READY) as elsewhere:
        said(capsys, "--server", elsewhere.url)
    with serving(readyz=READY) as own, announced(own_folder, own.url):
        said(capsys)
    assert {token for _, token in elsewhere.asked} == {None}
    assert ("/api/admin/workers", "Bearer hw_0123456789abcdef") in own.asked


def test_workers_are_found_by_the_database_where_no_server_answers(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, sqlite_url: str
) -> None:
    assert "no database yet" in said(capsys)["workers"]["found"]
    monkeypatch.setenv("HEADWAY_DATABASE_URL", sqlite_url)
    assert said(capsys)["workers"]["found"].startswith("none run, by the configured database")

    async def announce() -> None:
        database = Database(sqlite_url)
        async with database.writing() as session:
            await leases.announce(session, leases.WorkerFacts("w", "host", 1, 3, {}))
        await database.close()

    asyncio.run(announce())
    assert said(capsys)["workers"]["found"] == "3 slots of live workers, by the configured database"
