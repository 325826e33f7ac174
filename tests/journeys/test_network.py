"""The network goes away and comes back under a page that somebody looks at."""

import asyncio
import re
import time
from subprocess import CompletedProcess

from playwright.sync_api import expect

from tests.journeys.conftest import People, finished
from tests.support.browser import linked
from tests.support.cable import cable_to
from tests.support.fresh_files import letter, scan
from tests.support.headway_process import RunningHeadway
from tests.support.pages.front_page import FrontPage
from tests.support.waiting import wait_for

TWO_BEATS = 20_000
"""Milliseconds."""


def told(up: RunningHeadway, *arguments: str) -> CompletedProcess[str]:
    """What a command says, which is run where the browser's event loop is not."""
    return finished(asyncio.to_thread(up.run, *arguments))


def test_a_cut_network_is_noticed_within_two_beats_and_caught_up_with_at_once(
    whole: RunningHeadway, people: People
) -> None:
    """Nobody tells the page that the link is dead; when the browser says that it is online, no wait is waited out."""
    server, _, port = whole.url.rpartition(":")
    someone = people()
    with cable_to(int(port)) as cable:
        link = told(whole, "link").stdout.strip().splitlines()[-1]
        front = FrontPage(someone.tab(link.replace(whole.url, f"{server}:{cable.port}"))).live()
        front.page.clock.install()
        front.page.reload()
        front.live()
        front.drop([scan("cut off scan.pdf"), letter("cut off letter.pdf")])
        front.card("cut off letter.pdf").ended("Done")
        card = front.card("cut off scan.pdf")
        card.works()
        job = card.job_id

        cable.cut()
        someone.context.set_offline(True)
        front.page.clock.fast_forward(TWO_BEATS - 11_000)
        assert "Reconnecting" not in linked(front.page)
        front.page.clock.fast_forward(11_000)
        expect(front.connection).to_have_text(re.compile(r"Reconnecting… showing \d\d:\d\d:\d\d"))
        assert told(whole, "watch", job).returncode == 0
        for _ in range(20):
            front.page.clock.fast_forward(TWO_BEATS)
        expect(front.connection).to_contain_text("Reconnecting")
        expect(card.whole).not_to_contain_text("Done")

        cable.mend()
        someone.context.set_offline(False)
        began = time.monotonic()
        card.ended("Done")
        front.live()
        assert time.monotonic() - began < 3
        wait_for(lambda: linked(front.page).rstrip().endswith("Live"), "it says that it is live")
