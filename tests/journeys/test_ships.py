"""A fleet in the page: the ship that documents are dropped for."""

import asyncio
import re

from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import People, finished, signed_in
from tests.support.browser import answer
from tests.support.certificate_jobs import like
from tests.support.fresh_files import payload
from tests.support.headway_process import RunningHeadway
from tests.support.pages.front_page import FrontPage
from workers.samples.certificate import certificate_pdf

IMO = "9176187"


def take_certificates(page: Page) -> None:
    """Chooses what is done with documents."""
    page.get_by_role("radio", name="Ship certificates").check(force=True)


def pointed_at(page: Page) -> Locator:
    """What Enter would choose."""
    return page.get_by_role("listbox", name="Ship").get_by_role("option", selected=True)


def test_a_new_ship_is_made_while_choosing_and_kept_for_the_next_drop(front: FrontPage) -> None:
    """What the service does not take stands beside its field; what is dropped is the new ship's, and so is what comes
    after a look at another page."""
    page, choice = front.page, front.page.get_by_role("combobox", name="Ship")
    expect(choice).not_to_be_visible()
    take_certificates(page)
    choice.fill("Sea Lark")
    expect(pointed_at(page)).to_have_text("New ship “Sea Lark”…")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="New ship")
    dialog.get_by_label("IMO number").fill("9176180")
    page.keyboard.press("Enter")
    expect(dialog.get_by_label("IMO number")).to_be_focused()
    expect(dialog.get_by_role("alert").filter(has_text="seven digits")).to_be_visible()
    dialog.get_by_label("IMO number").fill(IMO)
    page.keyboard.press("Enter")
    expect(choice).to_have_value(f"Sea Lark · {IMO}")
    front.drop([payload("lark.pdf", certificate_pdf(like("SEA LARK", IMO, number="SL-1")))])
    front.card("lark.pdf").ended("Done")
    front.card("lark.pdf").link.click()
    page.go_back()
    take_certificates(page)
    expect(choice).to_have_value(f"Sea Lark · {IMO}")
    (ship,) = answer(page, "/api/ships?q=sea+lark")["items"]
    assert ship["imo"] == IMO and ship["counts"]["total"] == 1
    assert answer(page, f"/api/jobs/{job_of(ship['id'], page)}")["value"]["options"]["ship"] == ship["id"]
    page.get_by_role("button", name="Choose no ship").click()
    expect(choice).to_have_value("")


def job_of(ship_id: str, page: Page) -> str:
    """The job that made the ship's newest certificate."""
    return answer(page, f"/api/certificates?ship={ship_id}&sort=created")["items"][0]["job_id"]


def test_a_ship_is_found_by_its_number_or_name(own: RunningHeadway, people: People) -> None:
    """By keyboard alone: part of the number, arrows, Enter; Escape takes back what was typed."""
    for name, imo in (("Ocean Star", "9074729"), ("Ocean Wind", "9319466")):
        added = finished(asyncio.to_thread(own.run, "ships", "add", name, "--imo", imo))
        assert added.returncode == 0, added.stderr
    page = signed_in(own, people()).page
    take_certificates(page)
    choice = page.get_by_role("combobox", name="Ship")
    choice.fill("9319")
    expect(pointed_at(page)).to_have_text("Ocean Wind 9319466")
    page.keyboard.press("Enter")
    expect(choice).to_have_value("Ocean Wind · 9319466")
    choice.fill("ocean")
    expect(pointed_at(page)).to_have_text("Ocean Star 9074729")
    page.keyboard.press("ArrowDown")
    expect(pointed_at(page)).to_have_text("Ocean Wind 9319466")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Escape")
    expect(choice).to_have_value("Ocean Wind · 9319466")
    choice.fill("nobody")
    expect(pointed_at(page)).to_have_text("New ship “nobody”…")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(choice).to_have_value("")


def test_a_fleet_is_looked_after_on_the_page(own: RunningHeadway, people: People) -> None:
    """Ships are added, found, renamed and deleted; one with certificates stays, and the page says why. It is live."""
    front = signed_in(own, people())
    page = front.page
    page.get_by_role("link", name="Ships", exact=True).click()
    expect(page.get_by_text("No ships yet.")).to_be_visible()
    page.get_by_role("button", name="New ship").click()
    dialog = page.get_by_role("dialog", name="New ship")
    dialog.get_by_label("Name").fill("Ocean Star")
    dialog.get_by_label("IMO number").fill("9074729")
    dialog.get_by_role("button", name="Add the ship").click()
    row = page.get_by_role("row").filter(has_text="Ocean Star")
    expect(row).to_contain_text("9074729")
    added = finished(asyncio.to_thread(own.run, "ships", "add", "Ocean Wind", "--imo", "9319466"))
    assert added.returncode == 0, added.stderr
    expect(page.get_by_role("row").filter(has_text="Ocean Wind")).to_be_visible()
    page.get_by_role("button", name="Change: Ocean Wind").click()
    change = page.get_by_role("dialog", name="Change the ship")
    change.get_by_label("IMO number").fill("9074729")
    page.keyboard.press("Enter")
    expect(
        change.get_by_role("alert").filter(has_text="There is a ship with the IMO number 9074729")
    ).to_be_visible()
    change.get_by_label("IMO number").fill("9319466")
    change.get_by_label("Name").fill("Sea Wind")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Change: Sea Wind")).to_be_focused()
    page.get_by_role("searchbox").fill("9319")
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("searchbox").fill("")
    page.get_by_role("button", name="Delete: Sea Wind").click()
    front.confirm("Delete")
    expect(page.get_by_role("row").filter(has_text="Sea Wind")).to_have_count(0)
    expect(page.get_by_role("link", name="Ocean Star")).to_be_focused()
    page.get_by_role("link", name="Documents", exact=True).click()
    take_certificates(page)
    late = {"issued": (("Date of issue", "3 May 2019"), ("Valid until", "2 May 2024"))}
    front.choose([payload("late.pdf", certificate_pdf(like("OCEAN STAR", "9074729", number="L 1", **late)))])
    front.card("late.pdf").ended("Done")
    page.get_by_role("link", name="Ships", exact=True).click()
    expect(row.get_by_role("link", name="1 overdue")).to_have_attribute(
        "href", re.compile(r"expiry=overdue&ship=")
    )
    page.get_by_role("button", name="Delete: Ocean Star").click()
    front.confirm("Delete")
    expect(front.notes).to_contain_text("This ship has certificates.")
    expect(row).to_be_visible()
