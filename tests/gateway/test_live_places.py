"""The topic `queue`: one's own places, worked out for those who look, and who paused everything."""

import orjson
import pytest
from redis.asyncio import Redis

from service.adapters import keys
from service.adapters.records import leases, queue_state
from service.adapters.records.leases import WorkerFacts
from service.adapters.records.places import read_line
from service.domain.ids import new_id
from service.domain.json import JsonObject
from tests.support import http_gateway
from tests.support.counting import statements
from tests.support.live_gateway import Client, Gateway
from tests.support.many_jobs import add_jobs
from tests.support.waiting import until

pytestmark = pytest.mark.anyio


def places(client: Client) -> list[int]:
    """The places that the client knows, in order."""
    value: JsonObject = client.reader.values.get("queue") or {}
    return sorted(each["place"] for each in (value.get("jobs") or {}).values())


async def work(gateway: Gateway) -> None:
    async with gateway.db.writing() as session:
        await leases.announce(session, WorkerFacts(new_id(), "here", 1, 2, {}))


async def test_each_owner_is_told_its_own_places_among_all(gateway: Gateway) -> None:
    (ann, hers), (bea, other) = await gateway.user("Ann"), await gateway.user("Bea")
    await work(gateway)
    job_id = await gateway.job(ann, "hers")
    for _ in range(3):
        await gateway.job(bea)
    clients = [await gateway.connect(token) for token in (hers, other)]
    for client in clients:
        await client.subscribe("queue")
    await until(lambda: len(places(clients[0])) == 1 and len(places(clients[1])) == 3, "all are told")
    assert sorted(places(clients[0]) + places(clients[1])) == [1, 2, 3, 4]
    value = clients[0].reader.values["queue"]
    assert value["of"] == 4
    assert value["jobs"][job_id]["expected_start_at"] > 0
    await gateway.change(job_id, state="cancelled")
    await until(lambda: places(clients[0]) == [], "it left the line")
    await until(lambda: places(clients[1]) == [1, 2, 3], "and the others moved up, though nobody told them")
    assert not any(client.faults for client in clients)


async def test_who_had_nothing_in_the_line_sees_a_new_job_in_it(gateway: Gateway) -> None:
    """That a job begins is told by no change of its state."""
    ann, token = await gateway.user("Ann")
    client = await gateway.connect(token)
    await client.subscribe("queue")
    await until(lambda: client.reader.values["queue"]["of"] == 0, "nothing waits")
    await gateway.job(ann)
    await until(lambda: places(client) == [1], "its place")


async def test_who_waits_sees_at_once_that_the_queue_is_paused(gateway: Gateway, redis_url: str) -> None:
    ann, token = await gateway.user("Ann")
    await gateway.job(ann)
    client = await gateway.connect(token)
    await client.subscribe("queue")
    await until(lambda: places(client) == [1], "its place")
    async with gateway.db.writing() as session:
        await queue_state.pause(session, "Bo")
    async with Redis.from_url(redis_url) as redis:
        await redis.publish(keys.QUEUE_CHANNEL, orjson.dumps({"queue": "changed"}))
    await until(lambda: client.reader.values["queue"].get("paused"), "it is paused")
    value = client.reader.values["queue"]
    assert value["paused"]["by"] == "Bo"
    assert places(client) == [1], "places stay, and nobody can say when"
    assert not any(each.get("expected_start_at") for each in value["jobs"].values())


async def test_ten_thousand_places_take_the_statements_of_ten(site: http_gateway.Gateway) -> None:
    owner, _ = await site.user("Ada")
    seen: list[int] = []
    for number in (10, 10_990):
        await add_jobs(site.db, owner.user_id, number)
        async with site.db.reading() as session:
            with statements() as asked:
                line = await read_line(session)
        seen.append(len(asked))
    assert seen[0] == seen[1]
    assert (line.of, len(line.places)) == (11_000, 10_000)
    assert list(line.places.values())[-1].place == 10_000


async def test_one_jobs_place_is_had_by_http(site: http_gateway.Gateway) -> None:
    _, client = await site.user("Ann")
    sent = await client.post("/api/uploads", files=http_gateway.files(("a.pdf", http_gateway.PDF)))
    job_id = sent.json()["accepted"][0]["job_id"]
    answer = (await client.get(f"/api/jobs/{job_id}/place")).json()
    assert (answer["place"], answer["of"]) == (1, 1)
    _, stranger = await site.user("Bea")
    assert (await stranger.get(f"/api/jobs/{job_id}/place")).status_code == 404
