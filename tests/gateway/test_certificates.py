"""Ships and certificates over HTTP: one's own, corrected with an eye on others, whatever is asked for."""

import asyncio

import httpx
import pytest

from service.domain.ids import new_id
from service.domain.json import JsonObject
from tests.support.counting import statements
from tests.support.fleet import IMOS, add_certificate, add_many, add_ship, in_days
from tests.support.http_gateway import Gateway

STRANGE = ("%", "_", "\\", "' OR 1=1 --", "é" * 300, "*", "\u202e")


async def code_of(answering: httpx.Response) -> tuple[int, str]:
    return answering.status_code, answering.json()["code"]


async def one(
    site: Gateway, name: str = "Ann", **values: str | None
) -> tuple[httpx.AsyncClient, str, JsonObject]:
    """A new user's client and ship, and a certificate of it as it is shown."""
    who, client = await site.user(name)
    ship_id = await add_ship(site.db, who.user_id)
    made = await add_certificate(site.db, who.user_id, ship_id, **values)
    return client, ship_id, (await client.get(f"/api/certificates/{made}")).json()


async def test_ships_are_added_changed_and_deleted(site: Gateway) -> None:
    _, client = await site.user("Ann")
    made = await client.post("/api/ships", json={"name": " Ocean  Star ", "imo": f"IMO {IMOS[0]}"})
    assert made.status_code == 201
    ship = made.json()
    assert (ship["name"], ship["imo"], ship["counts"]["total"]) == ("Ocean Star", IMOS[0], 0)
    assert (await client.get(made.headers["location"])).json() == ship
    again = await client.post("/api/ships", json={"name": "Again", "imo": IMOS[0]})
    assert await code_of(again) == (409, "ship_there")
    assert again.json()["params"]["ship_id"] == ship["id"]
    path = f"/api/ships/{ship['id']}"
    assert (await client.patch(path, json={"name": "Sea Star"})).json()["imo"] == IMOS[0]
    assert (await client.patch(path, json={"imo": None})).json()["imo"] is None
    assert [each["name"] for each in (await client.get("/api/ships")).json()["items"]] == ["Sea Star"]
    assert (await client.delete(path)).status_code == 204
    assert (await client.delete(path)).status_code == 404


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": "A", "imo": "9074728"}, "value_no_imo"),
        ({"name": "A", "imo": "९०७४७२९"}, "value_no_imo"),
        ({"name": "\u200b \t"}, "bad_request"),
        ({"name": "A", "owner_id": new_id()}, "bad_request"),
        ({}, "bad_request"),
        ({"name": "A" * 301}, "bad_request"),
    ],
)
async def test_what_is_no_ship_is_refused(sqlite_site: Gateway, body: JsonObject, code: str) -> None:
    _, client = await sqlite_site.user("Ann")
    assert await code_of(await client.post("/api/ships", json=body)) == (422, code)


async def test_a_ship_with_certificates_is_not_deleted(sqlite_site: Gateway) -> None:
    client, ship_id, _ = await one(sqlite_site)
    assert await code_of(await client.delete(f"/api/ships/{ship_id}")) == (409, "ship_in_use")


async def test_what_is_somebody_elses_is_not_there(site: Gateway) -> None:
    ann, ship_id, certificate = await one(site, "Ann", certificate_number="A 1")
    ben, bens_ship, _ = await one(site, "Ben", certificate_number="B 1")
    path = f"/api/certificates/{certificate['id']}"
    for missing in (path, f"/api/certificates/{new_id()}", "/api/certificates/none", "/api/certificates/%00"):
        for asked in (
            ben.get(missing), ben.get(f"{missing}/edits"), ben.delete(missing), ben.patch(missing, json={})
        ):  # fmt: skip
            assert await code_of(await asked) == (404, "not_found")
    for missing in (f"/api/ships/{ship_id}", f"/api/ships/{new_id()}", "/api/ships/1"):
        for asked in (ben.get(missing), ben.delete(missing), ben.patch(missing, json={"name": "Mine"})):
            assert await code_of(await asked) == (404, "not_found")
    theirs = await ben.get("/api/certificates", params={"ship": ship_id})
    assert (theirs.json()["items"], theirs.json()["counts"]["total"]) == ([], 0)
    assert [each["id"] for each in (await ben.get("/api/ships")).json()["items"]] == [bens_ship]
    given_away = await ann.patch(path, json={"ship_id": bens_ship})
    assert await code_of(given_away) == (404, "not_found")
    assert "A 1" not in (await ben.get("/api/certificates/export")).text
    _, admin = await site.user("Root", is_admin=True)
    assert (await admin.get(path)).json()["fields"]["certificate_number"] == "A 1"


async def test_a_certificate_is_shown_with_its_ship_its_evidence_and_when_it_ends(site: Gateway) -> None:
    _, _, shown = await one(site, certificate_number="A 1", valid_until=in_days(45))
    assert shown["ship"]["name"] == "Ocean Star" and shown["ship"]["imo"] == IMOS[0]
    assert (shown["expiry"], shown["version"], shown["fields"]["note"]) == ("60", 1, None)
    assert shown["evidence"]["certificate_number"] == {
        "page": 1, "box": [72.0, 90.5, 210.0, 104.0], "confidence": 0.97, "as_printed": "A 1"
    }  # fmt: skip


async def test_what_is_wrong_with_a_record_is_told_as_it_is_now(sqlite_site: Gateway) -> None:
    values = {"ship_name": "Sea Pearl", "certificate_name": "Class", "certificate_number": "A 1"}
    dates = {"issue_date": "2024-05-03", "valid_until": "2024-05-02"}
    client, _, shown = await one(sqlite_site, imo_number=IMOS[1], **values, **dates)
    told = [(each["code"], each["fields"]) for each in shown["flaws"]]
    pair = ["issue_date", "valid_until"]
    assert told == [
        ("dates_out_of_order", pair),
        ("expired", ["valid_until"]),
        ("imo_of_another_ship", ["imo_number"]),
        ("name_differs", ["ship_name"]),
    ]
    assert shown["flaws"][0]["params"] == {"first": "2024-05-03", "then": "2024-05-02"}
    fields = {
        "valid_until": in_days(9),
        "imo_number": IMOS[0],
        "certificate_number": None,
        "ship_name": "MV Ocean Star",
    }
    changed = await client.patch(f"/api/certificates/{shown['id']}", json={"fields": fields})
    assert [each["code"] for each in changed.json()["flaws"]] == ["missing_certificate_number"]


async def test_a_ship_tells_its_next_end(site: Gateway) -> None:
    """What has ended already is no next end, nor is what has no date."""
    client, ship_id, late = await one(site, certificate_number="A 1", valid_until=in_days(-1))
    assert (await client.get(f"/api/ships/{ship_id}")).json()["next_end"] is None
    owner_id = late["owner_id"]
    for number, day in (("A 2", in_days(40)), ("A 3", in_days(0)), ("A 4", None)):
        await add_certificate(site.db, owner_id, ship_id, certificate_number=number, valid_until=day)
    assert (await client.get("/api/ships")).json()["items"][0]["next_end"] == in_days(0)


async def test_a_correction_is_made_clean_and_noted(site: Gateway) -> None:
    client, _, shown = await one(site, valid_until="2026-01-01", imo_number=IMOS[0])
    path = f"/api/certificates/{shown['id']}"
    fields = {
        "valid_until": "3 May 2027", "issue_date": "04/05/2026", "imo_number": f"imo {IMOS[1]}", "note": " a\tb "
    }  # fmt: skip
    changed = await client.patch(path, json={"fields": fields, "version": 1, "date_order": "mdy"})
    assert changed.headers["etag"] == '"2"'
    told = changed.json()["fields"]
    assert (told["valid_until"], told["issue_date"], told["imo_number"], told["note"]) == (
        "2027-05-03", "2026-04-05", IMOS[1], "a b"
    )  # fmt: skip
    assert (await client.patch(path, json={"fields": {"note": ""}})).json()["fields"]["note"] is None
    edits = (await client.get(f"{path}/edits")).json()["items"]
    assert [(each["field"], each["old"], each["new"]) for each in edits[:1]] == [("note", "a b", None)]
    assert ("valid_until", "2026-01-01", "2027-05-03") in [(e["field"], e["old"], e["new"]) for e in edits]
    assert {each["by"]["name"] for each in edits} == {"Ann"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"fields": {"valid_until": "soon"}}, "value_no_date"),
        ({"fields": {"valid_until": "2027-02-30"}}, "value_no_date"),
        ({"fields": {"imo_number": "9074728"}}, "value_no_imo"),
        ({"fields": {"ship_name": "A" * 301}}, "value_too_long"),
        ({"fields": {"note": "A" * 2001}}, "value_too_long"),
        ({"fields": {"owner_id": "me"}}, "bad_request"),
        ({"fields": {"due": "2027-01-01"}}, "bad_request"),
        ({"fields": {"note": 7}}, "bad_request"),
        ({"ship_id": "7"}, "bad_request"),
        ({"version": "1"}, "bad_request"),
    ],
)
async def test_what_a_field_cannot_be_is_refused(sqlite_site: Gateway, body: JsonObject, code: str) -> None:
    client, _, shown = await one(sqlite_site)
    path = f"/api/certificates/{shown['id']}"
    assert await code_of(await client.patch(path, json=body)) == (422, code)
    assert (await client.get(path)).json() == shown


async def test_two_who_correct_at_once_do_not_undo_each_other(site: Gateway) -> None:
    client, _, shown = await one(site)
    path = f"/api/certificates/{shown['id']}"
    answers = await asyncio.gather(
        *(client.patch(path, json={"fields": {"note": f"{n}"}, "version": 1}) for n in range(4))
    )
    assert sorted(each.status_code for each in answers) == [200, 409, 409, 409]
    assert len((await client.get(f"{path}/edits")).json()["items"]) == 1
    late = await client.patch(path, json={"fields": {"note": "late"}}, headers={"If-Match": '"1"'})
    assert await code_of(late) == (412, "edited_meanwhile")
    assert late.json()["params"]["version"] == 2
    weak = await client.patch(path, json={"fields": {"note": "late"}}, headers={"If-Match": 'W/"2"'})
    assert weak.status_code == 412
    right = await client.patch(path, json={"fields": {"note": "now"}}, headers={"If-Match": '"2"'})
    assert right.json()["version"] == 3


async def test_a_deleted_certificate_is_gone_with_its_edits(sqlite_site: Gateway) -> None:
    client, ship_id, shown = await one(sqlite_site)
    path = f"/api/certificates/{shown['id']}"
    await client.patch(path, json={"fields": {"note": "x"}})
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(f"{path}/edits")).status_code == 404
    assert (await client.delete(f"/api/ships/{ship_id}")).status_code == 204


@pytest.mark.parametrize("text", STRANGE)
async def test_what_is_searched_for_is_text(site: Gateway, text: str) -> None:
    client, _, _ = await one(site, certificate_number="A 1")
    for path in ("/api/certificates", "/api/ships"):
        found = await client.get(path, params={"q": text})
        assert (found.status_code, found.json()["items"]) == (200, [])


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "501"},
        {"limit": "-1"},
        {"limit": "९"},
        {"cursor": "AAAA"},
        {"cursor": "\ud7ff" * 9},
        {"q": "a\x00b"},
        {"colour": "red"},
    ],
)
@pytest.mark.parametrize("path", ["/api/certificates", "/api/ships"])
async def test_a_query_that_makes_no_sense_is_refused(
    sqlite_site: Gateway, path: str, query: dict[str, str]
) -> None:
    _, client = await sqlite_site.user("Ann")
    assert await code_of(await client.get(path, params=query)) == (422, "bad_request")


@pytest.mark.parametrize(
    "query",
    [{"expiry": "31"}, {"ship": "x"}, {"sort": "name"}, {"format": "pdf"}, {"separator": "x"}, {"bom": "1"}],
)
async def test_a_filter_or_form_that_there_is_not_is_refused(
    sqlite_site: Gateway, query: dict[str, str]
) -> None:
    _, client = await sqlite_site.user("Ann")
    path = "/api/certificates" if {"expiry", "ship", "sort"} & set(query) else "/api/certificates/export"
    assert await code_of(await client.get(path, params=query)) == (422, "bad_request")


async def test_a_list_costs_the_same_for_ten_and_for_ten_thousand(sqlite_site: Gateway) -> None:
    ann, client = await sqlite_site.user("Ann")
    ship_id = await add_ship(sqlite_site.db, ann.user_id)
    prices: list[list[int]] = []
    for count in (10, 10_000):
        await add_many(sqlite_site.db, ann.user_id, ship_id, count)
        price: list[int] = []
        for path in (
            "/api/certificates?limit=500",
            "/api/certificates?expiry=overdue&q=safety",
            "/api/ships",
        ):
            with statements() as seen:
                assert (await client.get(path)).status_code == 200
            price.append(len(seen))
        prices.append(price)
    assert prices[0] == prices[1] == [4, 4, 3], "who asks, then the page, the counts and the categories"
