"""What /metrics says of sockets is what happened to them."""

import pytest
from prometheus_client import CollectorRegistry

from service.gateway.counts import COUNTS
from service.gateway.live_metrics import LiveMetrics
from service.protocol.close_codes import CloseCode
from tests.support.live_gateway import Gateway
from tests.support.waiting import until

pytestmark = pytest.mark.anyio


async def test_the_numbers_follow_subscribers_patches_resumes_and_ends(gateway: Gateway) -> None:
    registry = CollectorRegistry()
    registry.register(LiveMetrics(gateway.live, COUNTS))

    def value(name: str, **labels: str) -> float:
        return registry.get_sample_value(name, labels) or 0.0

    names = ("deliveries_total", "delivery_lag_seconds_count", "history_reads_total")
    before = {name: value(f"headway_{name}") for name in names}
    first = value("headway_snapshots_total", reason="first")
    actor, token = await gateway.user("Ada")
    job_id = await gateway.job(actor)
    client = await gateway.connect(token)
    topic = f"job:{job_id}"
    await client.subscribe(topic)
    await client.subscribe("jobs")
    await client.shows(topic, name="a.pdf")
    known = client.reader.job(topic)
    assert known is not None
    for name in ("b.pdf", "c.pdf"):
        await gateway.change(job_id, name=name)
        await client.shows(topic, name=name)

    assert value("headway_sockets") == 1
    assert value("headway_subscriptions", topic="job") == value("headway_subscriptions", topic="jobs") == 1
    assert value("headway_topics") == 2
    assert value("headway_degraded") == 0
    assert value("headway_redis_generations_total") == 1
    assert value("headway_snapshots_total", reason="first") == first + 1
    assert value("headway_deliveries_total") >= before["deliveries_total"] + 4
    assert value("headway_delivery_lag_seconds_count") > before["delivery_lag_seconds_count"]

    resumed = value("headway_resumes_total", outcome="patches")
    replaced = value("headway_resumes_total", outcome="snapshot")
    other = await gateway.connect(token)
    await other.subscribe(topic, since=f"{known.epoch}:{known.seq}")
    await until(lambda: other.of("patch", topic), "what was missed")
    assert value("headway_resumes_total", outcome="patches") == resumed + 1
    assert value("headway_history_reads_total") > before["history_reads_total"]
    await other.subscribe(topic, since="gone:1")
    await until(lambda: other.of("snapshot", topic), "a snapshot instead")
    assert value("headway_resumes_total", outcome="snapshot") == replaced + 1

    closed = value("headway_closes_total", code=str(int(CloseCode.BAD_FRAME)))
    await other.send("nonsense")
    await until(lambda: value("headway_sockets") == 1, "the socket is gone")
    assert value("headway_closes_total", code=str(int(CloseCode.BAD_FRAME))) == closed + 1
