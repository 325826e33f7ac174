"""One PostgreSQL server for a whole test run, however many processes it has, and a fresh database for each test.

The first process that needs it starts its guard (see postgres_guard), under a file lock; the rest join.
"""

import asyncio
import fcntl
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import asyncpg

START_SECONDS = 60.0

_TEMPLATE = "template_migrated"


class TestPostgres:
    """The server of this run. Its folder is named after the run, so that two runs side by side have two.

    One that `survives` a crash keeps what was committed; the others need not, and are faster.
    """

    __test__ = False

    def __init__(self, run: str, owner: int, *, survives: bool = False) -> None:
        name = re.sub(r"\W", "", run)
        self._folder = Path(tempfile.gettempdir()) / f"headway-tests-{os.getuid()}-{name}"
        self._owner = owner
        self._synchronous = "on" if survives else "off"

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of a database."""
        return f"postgresql+asyncpg://postgres@/{database}?host={quote(str(self._folder), safe='')}"

    def fresh(self, migrate: Callable[[str], None] | None) -> Iterator[str]:
        """The URL of a new database, with the schema that `migrate(url)` makes (called once a run), else empty.

        It is removed when the iterator goes on, also from under open connections.
        """
        self._ensure_running()
        if migrate is not None:
            self._ensure_template(migrate)
        template = _TEMPLATE if migrate is not None else "template0"
        database = f"test_{uuid4().hex}"
        self._execute(f"CREATE DATABASE {database} TEMPLATE {template}")
        try:
            yield self.url(database)
        finally:
            self._execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def stop(self) -> None:
        """Ends the server of this run, if any process started one, and waits until it is gone."""
        guard = self._guard()
        if guard is None:
            return
        try:
            handle = os.pidfd_open(guard)
        except ProcessLookupError:
            return
        signal.pidfd_send_signal(handle, signal.SIGTERM)
        deadline = time.monotonic() + START_SECONDS
        while self._folder.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        os.close(handle)

    def restart(self) -> None:
        """Ends the server at once, as a crash would; returns when it answers again. For who has it alone."""
        guard = self._guard()
        assert guard is not None, "it runs"
        before = self._began()
        os.kill(guard, signal.SIGHUP)
        deadline = time.monotonic() + START_SECONDS
        while self._began() in ("", before) or not self._answers():
            assert time.monotonic() < deadline, "PostgreSQL does not come back"
            time.sleep(0.02)

    def _began(self) -> str:
        """Which server it is: the first line of its own file of facts is its pid."""
        with suppress(FileNotFoundError):
            return (self._folder / "files/postmaster.pid").read_text().partition("\n")[0]
        return ""

    def _guard(self) -> int | None:
        try:
            return int((self._folder / "guard.pid").read_text())
        except (FileNotFoundError, ValueError):
            return None

    def _ensure_running(self) -> None:
        self._folder.mkdir(mode=0o755, exist_ok=True)
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self._guard() is not None:
                return
            log = (self._folder / "log").open("wb")
            guard = subprocess.Popen(
                [
                    *(sys.executable, "-m", "tests.support.postgres_guard"),
                    *(str(self._folder), str(self._owner), self._synchronous),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=Path(__file__).parents[2],
                start_new_session=True,
            )
            deadline = time.monotonic() + START_SECONDS
            while not self._answers():
                if guard.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"PostgreSQL does not start: {(self._folder / 'log').read_text()}")
                time.sleep(0.02)
            (self._folder / "guard.pid").write_text(str(guard.pid))

    def _ensure_template(self, migrate: Callable[[str], None]) -> None:
        done = self._folder / _TEMPLATE
        with (self._folder / "template.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if done.exists():
                return
            self._execute(f"DROP DATABASE IF EXISTS {_TEMPLATE} WITH (FORCE)")
            self._execute(f"CREATE DATABASE {_TEMPLATE} TEMPLATE template0")
            migrate(self.url(_TEMPLATE))
            done.touch()

    def _answers(self) -> bool:
        try:
            self._execute("SELECT 1")
        except (OSError, asyncpg.CannotConnectNowError, asyncpg.PostgresConnectionError):
            return False
        return True

    def _execute(self, statement: str) -> None:
        async def run() -> None:
            link = await asyncpg.connect(host=str(self._folder), user="postgres", database="postgres")
            try:
                await link.execute(statement)
            finally:
                await link.close()

        asyncio.run(run())
