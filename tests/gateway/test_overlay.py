"""Cards of rows that SQL has and the log not yet: what only the log knows stays on them."""

import pytest

from tests.support.live_gateway import Gateway
from tests.support.waiting import until

pytestmark = pytest.mark.anyio


async def test_a_row_ahead_of_the_log_takes_no_progress_from_its_card(gateway: Gateway) -> None:
    """The patch that leads to the row tells what the row changes, and that is neither percent nor pages."""
    ann, token = await gateway.user("Ann")
    job = await gateway.job(ann)
    await gateway.change(job, state="processing", cost_total=1000)
    await gateway.work(job, ann, "s1", 500, pages={"1": "td", "2": "tf"})
    known = (await gateway.log.cards([job]))[job].snapshot.value
    assert known["percent"] > 0
    await gateway.commit(job, state="paused")

    client = await gateway.connect(token)
    await client.subscribe("jobs")
    await until(lambda: job in client.reader.lists.get("jobs", []), "the card is there")
    shown = client.reader.shown("jobs")[job]
    assert shown["state"] == "paused"
    assert shown["percent"] == known["percent"]
    assert (shown["counters"]["pages_done"], shown["counters"]["pages_failed"]) == (1, 1)

    await gateway.echo.publish(job)
    card = (await gateway.log.cards([job]))[job].snapshot
    await until(lambda: client.reader.jobs["jobs", job].seq == card.seq, "the log has caught up")
    assert client.reader.shown("jobs")[job] == card.value
