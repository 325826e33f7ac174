"""What is away comes back: the page says what it knows meanwhile, and everything ends."""

import re
import signal
from os import kill

from playwright.sync_api import expect

from tests.journeys.conftest import People, finished, signed_in, stopped_in_the_end
from tests.support.browser import answer, linked
from tests.support.fresh_files import letter, scan
from tests.support.headway_process import RunningHeadway, gone, started_up
from tests.support.pages.front_page import FrontPage
from tests.support.waiting import wait_for


def test_a_restart_while_documents_are_in_flight_loses_none(own: RunningHeadway, people: People) -> None:
    """The page says Reconnecting, then Live; the list is the same, in the same order, and all of it ends.

    Stopped at once, by two Ctrl-C: nothing that runs may finish.
    """
    front = signed_in(own, people())
    files = [
        letter("a.pdf", pages=2),
        scan("b scan.pdf", pages=3),
        scan("c scan.pdf", pages=2),
        letter("d.pdf"),
    ]
    front.drop(files)
    front.card("a.pdf").ended("Done")
    front.card("b scan.pdf").works()
    shown = front.card("b scan.pdf").percent
    jobs = [front.card(each["name"]).job_id for each in files]
    pids = own.pids()
    own.interrupt()
    wait_for(lambda: "Stopping" in own.said(), "it stops")
    own.interrupt()
    expect(front.connection).to_have_text(re.compile(r"Reconnecting… showing \d\d:\d\d:\d\d"))
    assert finished(own.ended(15)) == 130, own.said()
    finished(gone(pids))
    expect(front.card("a.pdf").whole).to_be_visible()
    port = own.url.rpartition(":")[2]
    again = finished(started_up(own.data_dir.parent, "--port", port))
    with stopped_in_the_end(again):
        front.live()
        assert front.card("b scan.pdf").percent >= shown
        for name in ("b scan.pdf", "c scan.pdf", "d.pdf"):
            front.card(name).ended("Done")
        expect(front.batch_line("a.pdf")).to_have_text("4 of 4 done")
        assert [front.card(each["name"]).job_id for each in files] == jobs
        expect(front.cards).to_have_count(4)
        front.page.reload()
        front.live()
        expect(front.batch_line("a.pdf")).to_have_text("4 of 4 done")
        listed = answer(front.page, "/api/jobs")["items"]
        assert {(each["id"], each["state"]) for each in listed} == {(job, "completed") for job in jobs}


def test_the_page_says_that_it_waits_for_news_when_redis_dies(
    whole: RunningHeadway, front: FrontPage
) -> None:
    """Delayed, not Live; then another Redis, which knows nothing, is told, and no bar goes back."""
    front.drop([scan("sturdy scan.pdf", pages=2, count=30), letter("sturdy letter.pdf")])
    card = front.card("sturdy scan.pdf")
    card.works()
    shown = card.percent
    kill(finished(whole.one("redis-server")), signal.SIGKILL)
    wait_for(lambda: re.search(r"Delayed, showing \d\d:\d\d:\d\d", linked(front.page)), "it says so")
    front.live()
    assert card.percent >= shown
    card.ended("Done")
    front.card("sturdy letter.pdf").ended("Done")
    expect(front.batch_line("sturdy scan.pdf")).to_have_text("2 of 2 done")
