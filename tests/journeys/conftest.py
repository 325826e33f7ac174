"""A whole Headway and people in front of it, in Chromium."""

import asyncio
from collections.abc import Callable, Coroutine, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser

from tests.support import programs
from tests.support.browser import Person, chromium, person
from tests.support.headway_process import RunningHeadway, gone, started_up
from tests.support.page_words import ENGLISH, Words
from tests.support.pages.front_page import FrontPage

T = TypeVar("T")


def finished(work: Coroutine[Any, Any, T]) -> T:
    """What it comes to, in a thread of its own: the browser's event loop has this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


@contextmanager
def stopped_in_the_end(up: RunningHeadway) -> Generator[RunningHeadway]:
    """Stops it as a person does, and sees that nothing of it is left."""
    try:
        yield up
        if up.process.poll() is None:
            pids = up.pids()
            up.interrupt()
            assert finished(up.ended(15)) == 0, up.said()
            finished(gone(pids))
    finally:
        up.kill()


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHeadway]:
    """One `headway up` for all journeys that leave it as it is. Documents of other journeys may be there."""
    programs.chromium()
    with stopped_in_the_end(finished(started_up(tmp_path_factory.mktemp("whole")))) as up:
        yield up


@pytest.fixture
def own(tmp_path: Path) -> Iterator[RunningHeadway]:
    """A `headway up` of this test's own, without any document."""
    programs.chromium()
    with stopped_in_the_end(finished(started_up(tmp_path))) as up:
        yield up


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, once for a file of tests."""
    with chromium() as one:
        yield one


People = Callable[..., Person]


@pytest.fixture
def people(browser: Browser) -> Generator[People]:
    """Makes persons, each with a browser of their own; whatever went wrong in one of them fails the test."""
    with ExitStack() as there:
        yield lambda **looks: there.enter_context(person(browser, **looks))


@pytest.fixture
def front(whole: RunningHeadway, people: People) -> FrontPage:
    """The start page of one who came by a sign-in link."""
    return signed_in(whole, people())


def signed_in(up: RunningHeadway, someone: Person, words: Words = ENGLISH) -> FrontPage:
    """The start page, live, opened by a link that `headway link` makes."""
    told = finished(asyncio.to_thread(up.run, "link"))
    assert told.returncode == 0, told.stderr
    return FrontPage(someone.tab(told.stdout.strip().splitlines()[-1]), words).live()
