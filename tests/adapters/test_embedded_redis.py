"""The embedded Redis is private, keeps nothing, and never outlives its parent."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from redis.asyncio import Redis

from service.adapters.embedded_redis import (
    LONGEST_SOCKET_PATH,
    EmbeddedRedis,
    EmbeddedRedisFailed,
    find_server,
)
from tests.support.waiting import until

pytestmark = pytest.mark.anyio

OWNER = """
import asyncio, sys
from pathlib import Path
from service.adapters.embedded_redis import EmbeddedRedis

async def main():
    server = EmbeddedRedis(Path(sys.argv[1]))
    await server.start()
    print(server.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def socket_of(server: EmbeddedRedis) -> Path:
    return Path(server.url.removeprefix("unix://"))


async def test_it_answers_once_started_and_listens_to_no_tcp_port(own_redis: EmbeddedRedis) -> None:
    async with Redis.from_url(own_redis.url, decode_responses=True) as client:
        assert await client.ping()
        settings = await client.config_get()
    expected = {"port": "0", "save": "", "appendonly": "no", "maxmemory-policy": "noeviction"}
    assert expected.items() <= settings.items()


async def test_only_its_user_reaches_the_socket(own_redis: EmbeddedRedis) -> None:
    assert stat.S_IMODE(socket_of(own_redis).parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(socket_of(own_redis).stat().st_mode) & 0o077 == 0


async def test_it_stops_and_leaves_neither_process_nor_file_of_its_state(tmp_path: Path) -> None:
    server = EmbeddedRedis(tmp_path)
    await server.start()
    pid, path = server.pid, socket_of(server)
    assert pid is not None
    async with Redis.from_url(server.url) as client:
        await client.set("a", "b")
    await server.stop()
    await server.stop()
    assert not is_running(pid)
    assert not path.exists()
    assert not list(tmp_path.rglob("*.rdb"))


async def test_a_folder_with_a_long_path_gets_a_socket_elsewhere(tmp_path: Path) -> None:
    async with EmbeddedRedis(tmp_path / ("x" * 100)) as server:
        path = socket_of(server)
        assert len(os.fsencode(path)) <= LONGEST_SOCKET_PATH
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert not path.parent.exists()


async def test_it_runs_in_a_session_of_its_own_so_that_ctrl_c_passes_it_by(own_redis: EmbeddedRedis) -> None:
    assert own_redis.pid is not None
    assert os.getsid(own_redis.pid) == own_redis.pid


async def test_it_never_outlives_a_parent_that_was_killed(tmp_path: Path) -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    pid = int(owner.stdout.readline())
    assert is_running(pid)
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    owner.stdout.close()
    await until(lambda: not is_running(pid), "the server ended with its parent", seconds=5)
    async with EmbeddedRedis(tmp_path) as server:
        assert server.pid is not None


async def test_a_second_owner_of_the_same_folder_is_refused(own_redis: EmbeddedRedis, tmp_path: Path) -> None:
    second = EmbeddedRedis(tmp_path)
    with pytest.raises(EmbeddedRedisFailed, match="Another Headway"):
        await second.start()
    assert own_redis.pid is not None


async def test_its_death_is_told_and_a_new_start_brings_an_empty_one_to_the_same_url(
    own_redis: EmbeddedRedis,
) -> None:
    url = own_redis.url
    async with Redis.from_url(url) as client:
        await client.set("a", "b")
    assert own_redis.pid is not None
    os.kill(own_redis.pid, signal.SIGKILL)
    assert await own_redis.ended() == -signal.SIGKILL
    await own_redis.start()
    assert own_redis.url == url
    async with Redis.from_url(url) as client:
        assert await client.get("a") is None


async def test_a_server_that_cannot_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_on_path(monkeypatch, tmp_path / "bin", "v=7.0.0", then="echo no memory left; exit 3")
    server = EmbeddedRedis(tmp_path)
    with pytest.raises(EmbeddedRedisFailed, match=r"ended with 3: no memory left.*HEADWAY_REDIS_URL"):
        await server.start()


@pytest.mark.parametrize(("version", "taken"), [("v=6.0.16", False), ("v=6.2.0", True), ("v=8.1.0", True)])
def test_the_machines_own_server_comes_first_when_new_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, taken: bool
) -> None:
    path = put_on_path(monkeypatch, tmp_path / "bin", version)
    assert (find_server() == path) is taken


def put_on_path(monkeypatch: pytest.MonkeyPatch, folder: Path, version: str, then: str = "exit 1") -> str:
    folder.mkdir()
    program = folder / "redis-server"
    program.write_text(
        f'#!/bin/sh\nif [ "$1" = --version ]; then echo "Redis server {version}"; exit; fi\n{then}\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return str(program)
