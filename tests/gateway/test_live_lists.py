"""Lists, batches and workers: what is shown is what SQL and the log say, in order, with its counts."""

import asyncio

import pytest

from service.adapters.records import leases
from service.adapters.records.leases import WorkerFacts
from service.domain.ids import new_id
from tests.support.live_gateway import Client, Gateway
from tests.support.waiting import until

pytestmark = pytest.mark.anyio


async def lists(client: Client, topic: str, *names: str) -> None:
    """Waits until the list shows jobs of these names, newest first."""

    def shown() -> list[str] | None:
        known = client.reader.lists.get(topic)
        return None if known is None else [each["name"] for each in client.reader.shown(topic).values()]

    await until(lambda: shown() == list(names), f"{topic} shows {names}, not {shown()}")


async def test_a_list_shows_cards_and_counts_and_follows_every_job(gateway: Gateway) -> None:
    ann, token = await gateway.user("Ann")
    bob, _ = await gateway.user("Bob")
    await gateway.job(ann, "one")
    await gateway.job(bob, "not hers")
    client = await gateway.connect(token)
    await client.subscribe("jobs")
    await lists(client, "jobs", "one")
    assert client.reader.counts["jobs"]["total"] == 1 and client.reader.counts["jobs"]["queued"] == 1

    two = await gateway.job(ann, "two")
    await lists(client, "jobs", "two", "one")
    assert "pages" not in client.reader.shown("jobs")[two] and "log" not in client.reader.shown("jobs")[two]
    await gateway.change(two, state="processing")
    await gateway.work(two, ann, "s1", 500, pages={"1": "td"})
    await until(lambda: client.reader.shown("jobs")[two]["percent"] > 0, "progress came")
    await gateway.change(two, state="completed", percent=100.0)
    await until(lambda: client.reader.counts["jobs"]["completed"] == 1, "the counts followed")
    assert client.reader.shown("jobs")[two]["percent"] == 100
    assert client.reader.gaps == client.reader.repeated == []
    cards = await gateway.log.snapshots([two])
    assert client.reader.jobs["jobs", two] == cards[two]


async def test_a_filtered_list_is_entered_and_left(gateway: Gateway) -> None:
    ann, token = await gateway.user("Ann")
    old, new = await gateway.job(ann, "old"), await gateway.job(ann, "new")
    await gateway.change(new, state="failed")
    client = await gateway.connect(token)
    await client.subscribe("jobs?state=failed")
    await lists(client, "jobs?state=failed", "new")
    await gateway.change(old, state="failed")
    await lists(client, "jobs?state=failed", "new", "old")
    assert client.of("card")[-1]["place"] == 1
    await gateway.change(new, state="queued", run=2)
    await lists(client, "jobs?state=failed", "old")
    assert client.of("gone") == [{"type": "gone", "topic": "jobs?state=failed", "job_id": new}]
    assert client.reader.counts["jobs?state=failed"]["total"] == 2


async def test_a_list_that_outgrows_its_limit_says_so_and_so_does_one_that_fits_again(
    gateway: Gateway,
) -> None:
    ann, token = await gateway.user("Ann")
    jobs = [await gateway.job(ann, "one")]
    client = await gateway.connect(token)
    topic = "jobs?limit=1&state=queued"
    await client.subscribe(topic)
    await lists(client, topic, "one")
    assert client.of("snapshot", topic)[0]["more"] is False
    jobs.append(await gateway.job(ann, "two"))
    await lists(client, topic, "two")
    await until(lambda: client.of("counts", topic)[-1]["more"] is True, "there is more")
    await gateway.change(jobs[0], state="cancelled")
    await until(lambda: client.of("counts", topic)[-1]["more"] is False, "there is no more")


async def test_a_full_list_keeps_its_length_and_says_that_there_is_more(gateway: Gateway) -> None:
    ann, token = await gateway.user("Ann")
    for name in ("one", "two", "three"):
        await gateway.job(ann, name)
    client = await gateway.connect(token)
    topic = "jobs?limit=2"
    await client.subscribe(topic)
    await lists(client, topic, "three", "two")
    assert client.of("snapshot", topic)[0]["more"] is True
    four = await gateway.job(ann, "four")
    await lists(client, topic, "four", "three")
    await gateway.echo.forget(four, ann.user_id)
    async with gateway.db.writing() as session:
        from service.adapters.tables import JobRow

        await session.delete(await session.get_one(JobRow, four))
    await gateway.echo.forget(four, ann.user_id)
    await lists(client, topic, "three", "two")


async def test_admins_see_everybodys_jobs_and_the_workers_and_nobody_else_does(gateway: Gateway) -> None:
    ann, token = await gateway.user("Ann")
    _, root = await gateway.user("Root", is_admin=True)
    await gateway.job(ann, "hers")
    client, admin = await gateway.connect(token), await gateway.connect(root)
    for topic in ("admin:jobs", "admin:workers", f"jobs?owner={ann.user_id}"):
        await client.subscribe(topic)
    await until(lambda: len(client.reader.errors) == 3, "three refusals")
    assert [each["problem"]["code"] for each in client.reader.errors].count("not_allowed") == 2

    await admin.subscribe("admin:jobs")
    await lists(admin, "admin:jobs", "hers")
    await admin.subscribe("admin:workers")
    await until(lambda: admin.reader.values.get("admin:workers"), "the workers")
    assert admin.reader.values["admin:workers"]["queue"]["queued"] == 1
    worker = new_id()
    async with gateway.db.writing() as session:
        await leases.announce(session, WorkerFacts(worker, "here", 1, 2, {"rapidocr": None}))
    await gateway.job(ann, "another")
    await gateway.change(await gateway.job(ann, "third"), state="processing")
    await until(lambda: worker in admin.reader.values["admin:workers"].get("workers", {}), "the worker came")
    value = admin.reader.values["admin:workers"]
    assert value["workers"][worker]["slots"] == 2 and value["queue"]["running"] == 1
    assert value["engines"] == {"rapidocr": {"state": "ok"}}


async def test_a_batch_is_one_value_that_follows_its_jobs(gateway: Gateway) -> None:
    ann, token = await gateway.user("Ann")
    batch = await gateway.batch(ann)
    topic = f"batch:{batch}"
    first = await gateway.job(ann, "one", batch=batch)
    client = await gateway.connect(token)
    await client.subscribe(topic)
    await until(lambda: client.reader.values.get(topic), "the batch")
    assert client.reader.values[topic]["total"] == 1
    second = await gateway.job(ann, "two", batch=batch)
    await until(lambda: client.reader.values[topic]["total"] == 2, "the second job joined")
    for job in (first, second):
        await gateway.change(job, state="processing")
    await gateway.work(first, ann, "s1", 500)
    await until(lambda: client.reader.values[topic]["percent"] > 0, "it makes headway")
    await gateway.change(first, state="failed")
    await gateway.change(second, state="completed", percent=100.0)
    await until(lambda: client.reader.values[topic]["percent"] == 100, "all have ended")
    value = client.reader.values[topic]
    assert value["counts"]["failed"] == 1 and value["counts"]["completed"] == 1
    assert value["jobs"][first]["state"] == "failed"


async def test_identical_lists_are_read_once_and_given_back_with_their_last_reader(gateway: Gateway) -> None:
    ann, token = await gateway.user("Ann")
    await gateway.job(ann, "one")
    clients = [await gateway.connect(token) for _ in range(5)]
    await asyncio.gather(*(each.subscribe("jobs") for each in clients))
    for each in clients:
        await lists(each, "jobs", "one")
    assert len(gateway.live.views.topics) == 1 and len(gateway.live.hub.channels) == 1
    for each in clients[:4]:
        await each.close()
    await clients[4].send({"type": "unsubscribe", "topic": "jobs"})
    await until(
        lambda: gateway.live.views.topics == [] and gateway.live.hub.channels == [],
        "nothing is open any more",
    )


async def test_thirty_jobs_at_once_end_in_every_view_alike(gateway: Gateway) -> None:
    ann, token = await gateway.user("Ann")
    batch = await gateway.batch(ann)
    client = await gateway.connect(token)
    await client.subscribe("jobs")
    await client.subscribe(f"batch:{batch}")

    async def live(number: int) -> str:
        job = await gateway.job(ann, f"{number}", batch=batch)
        await gateway.change(job, state="processing")
        for done in range(100, 1000, 100):
            await gateway.work(job, ann, "s1", done)
        await gateway.change(job, state="completed" if number % 5 else "failed", percent=100.0)
        return job

    jobs = await asyncio.gather(*(live(each) for each in range(30)))

    def counted() -> bool:
        values = client.reader.values.get(f"batch:{batch}", {})
        return (
            client.reader.counts.get("jobs", {}).get("completed") == 24
            and values.get("counts", {}).get("failed") == 6
        )

    await until(counted, "both views have counted all")
    cards = await gateway.log.snapshots(jobs)
    await until(lambda: len(client.reader.lists["jobs"]) == 30, "all cards")
    assert {each: client.reader.jobs["jobs", each].value for each in jobs} == {
        each: cards[each].value for each in jobs
    }
    assert client.reader.gaps == client.reader.repeated == []
