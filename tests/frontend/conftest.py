"""What tests of the page in Chromium share: a browser for each file, and a simulated service for each test."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.support import programs
from tests.support.browser import ARGS
from tests.support.page_simulator import Simulator, simulated


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, once for this file."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=programs.chromium(), args=ARGS)
        yield chromium
        chromium.close()


@pytest.fixture
def service() -> Iterator[tuple[Simulator, str]]:
    """A simulated service, and its address."""
    with simulated() as running:
        yield running


@pytest.fixture
def simulator(service: tuple[Simulator, str]) -> Simulator:
    """What the tests steer."""
    return service[0]
