"""What a socket may do, and what it is answered: every frame has its reply or its close code."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.ids import new_id
from service.gateway.session import Bounds, Session, Unwatch, Watch
from service.protocol import written
from service.protocol.close_codes import CloseCode
from service.protocol.topics import JobTopic

PING = written.ping(1.0)


def session(**bounds: Any) -> Session:
    one = Session(0.0, 10.0, 1000, 600, Bounds(**bounds))
    assert sent(one)[0]["type"] == "hello"
    return one


def sent(one: Session) -> list[dict[str, Any]]:
    frames: list[dict[str, Any]] = []
    while (frame := one.take()) is not None:
        frames.append(orjson.loads(frame.payload))
    return frames


def tell(one: Session, now: float = 1.0, **frame: Any) -> list[dict[str, Any]]:
    one.received(orjson.dumps(frame).decode(), now)
    return sent(one)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "[]",
        "42",
        "null",
        '"subscribe"',
        '{"type":',
        b"\x00\x01",
        b'{"type":"pong"}',
        "x" * 5000,
    ],
)
def test_what_is_no_frame_at_all_closes_the_socket(text: str | bytes) -> None:
    one = session()
    one.received(text, 1.0)
    assert one.closing is not None and one.closing.code == CloseCode.BAD_FRAME and not one.closing.abort


@pytest.mark.parametrize(
    "frame",
    [
        {},
        {"type": "shout"},
        {"type": "subscribe"},
        {"type": "subscribe", "id": 1},
        {"type": "subscribe", "id": -1, "topic": "jobs"},
        {"type": "subscribe", "id": True, "topic": ["jobs"]},
        {"type": "subscribe", "id": 1, "topic": ""},
        {"type": "subscribe", "id": 1, "topic": "j" * 600},
        {"type": "subscribe", "id": 1, "topic": "jobs", "since": "no place"},
        {"type": "subscribe", "id": 1, "topic": "jobs", "since": "e:-1"},
        {"type": "unsubscribe"},
    ],
)
def test_a_wrong_frame_is_answered_and_the_socket_stays(frame: dict[str, Any]) -> None:
    one = session()
    (answer,) = tell(one, **frame)
    assert answer["type"] == "error" and answer["problem"]["code"] == "bad_frame"
    assert one.closing is None and not one.asks


def test_who_does_not_stop_being_wrong_is_closed() -> None:
    one = session(mistakes=10)
    for _ in range(11):
        tell(one, type="shout")
    assert one.closing is not None and one.closing.code == CloseCode.BAD_FRAME


@pytest.mark.parametrize(
    ("topic", "code"),
    [
        ("weather", "unknown_topic"),
        ("job:../../etc/passwd", "unknown_topic"),
        ("job:*", "unknown_topic"),
        ("jobs?state=asleep", "unknown_topic"),
        ("jobs?limit=100000", "unknown_topic"),
        ("jobs?limit=x", "unknown_topic"),
        ("jobs?pipeline=%00", "unknown_topic"),
        ("jobs?" + "&".join(f"a{n}=1" for n in range(11)), "unknown_topic"),
        ("jobs?owner=" + "0" * 36, "unknown_topic"),
        ("jobs?state=queued,failed", "topic_spelling"),
        ("jobs?limit=50", "topic_spelling"),
    ],
)
def test_a_topic_that_is_none_is_answered(topic: str, code: str) -> None:
    one = session()
    (answer,) = tell(one, type="subscribe", id=7, topic=topic)
    assert (answer["id"], answer["topic"], answer["problem"]["code"]) == (7, topic, code)
    assert not one.asks


def test_ten_thousand_subscriptions_are_not_to_be_had() -> None:
    one = session(subscriptions=100, frames=20_000)
    codes: list[str] = []
    for number in range(10_000):
        codes += [
            each["problem"]["code"]
            for each in tell(one, type="subscribe", id=number, topic=f"job:{new_id()}")
        ]
    assert len(one.subscriptions) == 100
    assert codes == ["too_many_subscriptions"] * 9_900


def test_who_talks_too_much_is_closed_and_who_talks_at_times_is_not() -> None:
    one = session(frames=50, frames_a_second=10)
    for tenth in range(1000):
        tell(one, now=tenth / 10, type="pong")
    assert one.closing is None
    for _ in range(60):
        tell(one, now=100.0, type="pong")
    assert one.closing is not None and one.closing.code == CloseCode.TOO_MANY


def test_who_asks_without_reading_the_answers_is_closed() -> None:
    one = session(replies=50)
    for number in range(60):
        one.received(orjson.dumps({"type": "subscribe", "id": number, "topic": "weather"}).decode(), 1.0)
    assert one.closing is not None and one.closing.code == CloseCode.TOO_MANY


def test_subscribing_again_replaces_the_subscription() -> None:
    one = session()
    topic = str(JobTopic(new_id()))
    tell(one, type="subscribe", id=1, topic=topic)
    tell(one, type="subscribe", id=2, topic=topic, since="epoch.run:17")
    first, gone, second = one.asks
    assert isinstance(first, Watch) and isinstance(gone, Unwatch) and isinstance(second, Watch)
    assert gone.subscription is first.subscription is not second.subscription
    assert second.subscription.since == ("epoch.run", 17)
    tell(one, type="unsubscribe", topic=topic)
    tell(one, type="unsubscribe", topic=topic)
    assert one.subscriptions == {} and len(one.asks) == 4


def test_a_heartbeat_goes_out_each_beat_and_any_frame_is_a_sign_of_life() -> None:
    one = session()
    for beat in range(1, 10):
        one.tick(beat * 10.0, PING)
        one.tick(beat * 10.0 + 5, PING)
        assert [each["type"] for each in sent(one)] == ["ping"]
        tell(one, now=beat * 10.0 + 5, type="pong")
    assert one.closing is None


def test_a_reader_that_is_silent_for_two_beats_is_given_up() -> None:
    one = session()
    for second in range(1, 21):
        one.tick(float(second), PING)
    assert one.closing is None
    one.tick(20.5, PING)
    assert one.closing is not None and one.closing.abort


def test_a_gateway_that_stood_still_asks_before_it_gives_up() -> None:
    """A reader can be silent for two beats since nobody asked it: after that it has a beat to answer."""
    one = session()
    one.tick(10.0, PING)
    tell(one, now=10.5, type="pong")
    one.tick(45.0, PING)
    one.tick(45.5, PING)
    one.tick(55.0, PING)
    assert one.closing is None
    one.tick(55.5, PING)
    assert one.closing is not None and one.closing.abort


@given(st.lists(st.integers(0, 200), max_size=8))
def test_a_clock_that_comes_only_when_it_is_due_does_what_one_does_that_always_comes(
    heard: list[int],
) -> None:
    """In half seconds: at which it pings, and when it gives up."""
    always, seldom = session(), session()
    for half in range(200):
        now = half / 2
        if half in heard:
            always.noticed(now)
            seldom.noticed(now)
        always.tick(now, PING)
        if seldom.due_at <= now:
            seldom.tick(now, PING)
        assert sent(always) == sent(seldom)
        assert always.closing == seldom.closing
    assert always.closing is not None or max(heard) > 150


def test_heartbeats_do_not_pile_up_for_a_reader_that_does_not_read() -> None:
    one = session()
    for beat in range(1, 6):
        tell_nothing_read(one, beat * 10.0)
    assert [each["type"] for each in sent(one)] == ["ping"]


def tell_nothing_read(one: Session, now: float) -> None:
    one.received('{"type":"pong"}', now)
    one.tick(now, PING)


def test_answers_go_out_before_the_close_frame_and_news_do_not() -> None:
    one = session()
    tell(one, type="subscribe", id=1, topic="jobs")
    one.say(written.bye(250))
    one.close(CloseCode.GOING_AWAY)
    farewell = one.take_last_words()
    assert farewell is not None and orjson.loads(farewell.payload) == {"type": "bye", "after_ms": 250}
    assert one.take_last_words() is None
    one.close(CloseCode.BAD_FRAME)
    assert one.closing is not None and one.closing.code == CloseCode.GOING_AWAY
