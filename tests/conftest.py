"""The real parts that tests stand on: Redis, SQLite and PostgreSQL, fresh for each test."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from service.adapters.embedded_redis import EmbeddedRedis
from tests.support import programs
from tests.support.postgres import TestPostgres
from tests.support.redis_server import MAY_STAY, connected, keys_without_expiry
from tests.support.s3_server import S3Bucket, S3Server, s3_server
from tests.support.schema import migrate

_POSTGRES = pytest.StashKey[TestPostgres]()
_WHOLE = frozenset({"journeys", "faults", "benchmarks"})


def pytest_configure(config: pytest.Config) -> None:
    """Names the PostgreSQL of this run after the run, so that all of its processes share it."""
    # A setting of the developer's shell must not reach any test.
    for name in [name for name in os.environ if name.upper().startswith("HEADWAY_")]:
        del os.environ[name]
    # What is started from the background of a shell ignores Ctrl-C, and so would all that tests start.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    in_worker = "PYTEST_XDIST_WORKER" in os.environ
    owner = os.getppid() if in_worker else os.getpid()
    config.stash[_POSTGRES] = TestPostgres(f"run{owner}", owner)


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: whoever drives a browser or kills processes waits as much as they compute."""
    return len(os.sched_getaffinity(0)) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spreads the files that start whole Headways evenly among the others: at the end, all at once, they would make
    each other wait."""
    files = dict.fromkeys(item.path for item in items)
    whole = [each for each in files if _WHOLE.intersection(each.parts)]
    others = [each for each in files if each not in whole]
    places = {each: at / len(group) for group in (whole, others) for at, each in enumerate(group)}
    items.sort(key=lambda item: places[item.path])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stops the shared PostgreSQL once all processes of the run have ended."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        config.stash[_POSTGRES].stop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says loudly what was not tested for want of a program."""
    skipped = terminalreporter.stats.get("skipped", [])
    missing = sorted(
        {str(report.longrepr[2]) for report in skipped if programs.MISSING in str(report.longrepr)}
    )
    if missing:
        terminalreporter.section("NOT TESTED, since a program is missing", yellow=True, bold=True)
        for reason in missing:
            terminalreporter.line(reason, yellow=True)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Async tests run on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def _redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedRedis]:
    """The Redis server of this test process."""
    server = EmbeddedRedis(tmp_path_factory.mktemp("redis"))
    asyncio.run(server.start())
    yield server
    asyncio.run(server.stop())


@pytest.fixture
def redis_url(_redis: EmbeddedRedis, request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty Redis; the test fails when it leaves a key without an expiry (see the marker `keys_may_stay`)."""
    with connected(_redis.url) as client:
        client.flushall()
        yield _redis.url
        marker = request.node.get_closest_marker("keys_may_stay")
        left = keys_without_expiry(client, MAY_STAY + (marker.args if marker else ()))
        assert not left, f"these Redis keys have no expiry: {left}"


@pytest.fixture
async def own_redis(tmp_path: Path) -> AsyncIterator[EmbeddedRedis]:
    """A Redis server for this test alone, which may stop, kill, wipe and start it."""
    async with EmbeddedRedis(tmp_path) as server:
        yield server


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the schema, to be copied."""
    template = tmp_path_factory.mktemp("schema") / "template.db"
    migrate(f"sqlite+aiosqlite:///{template}")
    return template


@pytest.fixture
def sqlite_url(tmp_path: Path, _sqlite_template: Path) -> str:
    """A fresh SQLite database with the schema."""
    path = tmp_path / "test.db"
    if _sqlite_template.exists():
        shutil.copy(_sqlite_template, path)
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture
def postgres_url(pytestconfig: pytest.Config) -> Iterator[str]:
    """A fresh PostgreSQL database with the schema."""
    yield from pytestconfig.stash[_POSTGRES].fresh(migrate)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database with the schema, on each engine in turn: an SQLAlchemy URL with an async driver."""
    return request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database without any table, on each engine in turn."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}"
    else:
        yield from request.config.stash[_POSTGRES].fresh(None)


@pytest.fixture(scope="session")
def s3_site() -> Iterator[S3Server]:
    """The simulated S3 of this test process."""
    with s3_server() as server:
        yield server


@pytest.fixture
def bucket(s3_site: S3Server) -> S3Bucket:
    """An empty bucket."""
    return s3_site.bucket()
