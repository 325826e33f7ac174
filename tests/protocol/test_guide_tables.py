"""The tables of docs/protocol.md are those of the code: nothing is missing there, and nothing is left over."""

import re
from pathlib import Path

from service.adapters import keys
from service.adapters.records.waiting import MOST_SHOWN
from service.domain.words import WORDS
from service.gateway.live import Pulse
from service.gateway.session import Bounds
from service.gateway.views.workers import READ_GAP_SECONDS
from service.gateway.wire import server_options
from service.protocol.close_codes import CloseCode, come_back
from service.protocol.topics import LONGEST_LIST
from tests.support.guide import table

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "protocol.md").read_text()
PLACES = ("session.py", "socket.py", "live.py", "rights.py", "views/*.py")
SAID = {"never": "do not", "after_a_wait": "after a wait", "at_once": "at once"}


def gateway_sources() -> str:
    folder = ROOT / "service" / "gateway"
    return "\n".join(path.read_text() for place in PLACES for path in folder.glob(place))


def test_the_close_codes_are_those_of_the_protocol() -> None:
    rows = [(int(code), name, back) for code, name, back, _why in table("Code | Name")]
    assert rows == [(int(each), each.name.lower(), SAID[come_back(each)]) for each in CloseCode]


def test_there_is_no_code_that_is_never_sent() -> None:
    """Whoever writes a client would prepare for it in vain."""
    assert {each.name for each in CloseCode} == set(re.findall(r"CloseCode\.([A-Z_]+)\b", gateway_sources()))


def test_the_problems_are_those_that_a_socket_answers_with() -> None:
    pattern = r"(?:Problem|refused)\(\s*(\d+), \"(\w+)\""
    answered = {(code, status) for status, code in re.findall(pattern, gateway_sources())}
    rows = {(code.strip("`"), status) for code, status, _what in table("Problem | Status")}
    # A refused handshake is answered by HTTP, before there is a socket.
    assert rows == answered - {("bad_origin", "403"), ("not_ready", "503")}


def test_the_bounds_are_those_that_are_kept() -> None:
    bounds, pulse = Bounds(), Pulse()
    assert {name: float(number) for name, number in table("Bound | |")} == {
        "seconds between heartbeats": pulse.heartbeat_seconds,
        "seconds in which a reader must take something": pulse.send_deadline_seconds,
        "subscriptions of a socket": bounds.subscriptions,
        "characters of a frame": bounds.frame_characters,
        "bytes of a message": server_options()["ws_max_size"],
        "frames at once": bounds.frames,
        "frames a second after that": bounds.frames_a_second,
        "wrong frames": bounds.mistakes,
        "answers that wait for their reader": bounds.replies,
        "sockets of a user": pulse.sockets_a_user,
        "patches that `since` reaches back": keys.RESUME_PATCHES,
        "seconds that `since` reaches back": keys.RESUME_SECONDS,
        "cards of a list, at most": LONGEST_LIST,
    }
    assert (pulse.rights_seconds, "looked at again once a minute" in GUIDE) == (60, True)


def test_the_reasons_for_which_jobs_wait_are_those_that_there_are() -> None:
    reasons = {key.removeprefix("waits.") for key in WORDS if key.startswith("waits.")}
    assert {reason.strip("`") for reason, _why in table("Reason |")} == reasons - {"slot"}
    assert f"are the first {MOST_SHOWN} that wait" in GUIDE
    assert (READ_GAP_SECONDS, "at most every two seconds" in GUIDE) == (2, True)
