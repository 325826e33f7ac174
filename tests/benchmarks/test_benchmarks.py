"""The benchmarks themselves: they run, end, and say what they measured."""

from pathlib import Path

import orjson
import pytest

from tests.benchmarks.__main__ import NAMES, main
from tests.benchmarks.measuring import Goal, Row, interleaved, percentile
from tests.benchmarks.scoring import fields_short, marked, share
from tests.benchmarks.telling import Part, page, table
from tests.corpora.certificates.making import SEED, certificate
from tests.corpora.certificates.table import rows
from tests.support.own_children import own_children
from workers.engines.language.port import Found

pytestmark = pytest.mark.anyio


def test_goals_say_which_values_meet_them() -> None:
    """Both bounds count as met."""
    assert Goal(at_least=0.7).is_met(0.7)
    assert not Goal(at_least=0.7).is_met(0.69)
    assert not Goal(at_most=3).is_met(3.1)
    assert Row("one", "speed", 0.5, "x", Goal(at_least=0.7)).verdict == "short"
    assert not Row("one", "speed", 0.5, "x").verdict


def test_percentiles_are_measured_values() -> None:
    """The smallest one that enough of the values do not exceed."""
    values = [float(each) for each in range(1, 101)]
    assert percentile(values, 0.5) == 50
    assert percentile(values, 0.99) == 99
    assert percentile([4.0, 2.0], 0.99) == 4


async def test_runs_take_turns_at_being_first() -> None:
    """So that neither always meets the machine as the other has left it."""
    order: list[str] = []

    async def ours() -> int:
        order.append("ours")
        return len(order)

    async def peer() -> int:
        order.append("peer")
        return len(order)

    assert await interleaved(2, ours, peer) == [[1, 4], [2, 3]]
    assert order == ["ours", "peer", "peer", "ours"]


def test_tables_tell_value_goal_and_verdict() -> None:
    """On the terminal and in Markdown, notes too."""
    row = Row("one", "speed", 0.512, "x", Goal(at_least=0.7), 1.25, note="of both")
    assert "speed  0.512  x     ≥ 0.7  short  1.25\n    of both" in table([row])
    facts = {"cores": 2, "processor": "P", "linux": "6", "python": "3.11", "pymupdf": "2.0", "load": 0.5}
    told = page("", ["one"], facts, [Part("one", "What it is.", [row])], quick=False)
    assert "| speed<br>of both | 0.512 x | ≥ 0.7 | short | 1.25 |" in told
    assert "## one\n\nWhat it is.\n\n`make bench ARGS=one` prints this." in told


def test_a_page_keeps_what_was_not_measured_now() -> None:
    """Each part is replaced by itself, and what is measured no more goes."""

    def told(before: str, *parts: tuple[str, float], names: tuple[str, ...] = ("one", "two", "six")) -> str:
        facts = {"cores": 2, "processor": "P", "linux": "6", "python": "3.11", "pymupdf": "2.0", "load": 0.5}
        rows = [Part(name, "About.", [Row(name, "speed", value, "x")]) for name, value in parts]
        return page(before, names, facts, rows, quick=False)

    first = told("", ("six", 6.5), ("one", 1.5))
    assert told(first, ("two", 2.5)) == told("", ("one", 1.5), ("two", 2.5), ("six", 6.5))
    assert told(first, ("one", 3.5)) == told("", ("one", 3.5), ("six", 6.5))
    assert told(first, names=("one",)) == told("", ("one", 1.5))


def test_a_cheap_benchmark_runs_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rows on the terminal, as JSON lines and as a page; no process stays."""
    json, written = tmp_path / "rows.json", tmp_path / "page.md"
    assert main(["upload", "--quick", "--json", str(json), "--write", str(written)]) == 0
    machine, *rows = [orjson.loads(line) for line in json.read_bytes().splitlines()]
    assert machine["quick"] is True
    assert machine["machine"]["cores"] >= 1
    assert {row["benchmark"] for row in rows} == {"upload"}
    assert all(row["value"] > 0 for row in rows)
    assert {row["verdict"] for row in rows if "goal" in row} <= {"met", "short"}
    shown = capsys.readouterr().out
    assert all(row["what"] in shown for row in rows)
    assert "## upload" in written.read_text()
    assert not own_children("benchmark-")


def test_the_live_gateway_and_its_peers_are_measured(tmp_path: Path) -> None:
    """All deliver all that is offered, merged or not; and Headway has a ratio to each peer."""
    json = tmp_path / "rows.json"
    assert main(["live.delivery", "--quick", "--json", str(json)]) == 0
    _, *rows = [orjson.loads(line) for line in json.read_bytes().splitlines()]
    costs = [row for row in rows if row["what"].startswith("CPU of a delivery") and row["unit"] == "µs"]
    assert len(costs) == 8
    for row in costs:
        delivered, expected = map(int, row["note"].split(" deliveries")[0].split(" of "))
        assert 0 < delivered == expected
    assert sum("goal" in row for row in rows) == 5
    assert not own_children("benchmark-")


def test_what_is_read_of_certificates_is_held_against_their_truth(tmp_path: Path) -> None:
    """By engine and quality, known layouts and others apart; and what is sure is told by itself."""
    json = tmp_path / "rows.json"
    assert main(["certificates", "--quick", "--json", str(json)]) == 0
    _, *rows = [orjson.loads(line) for line in json.read_bytes().splitlines()]
    by_name = {row["what"]: row for row in rows}
    assert by_name["digital, text layer, known"]["goal"] == "≥ 95"
    assert by_name["digital, text layer, known"]["value"] >= 90
    assert by_name["good scans, RapidOCR, known"]["value"] >= 60
    assert by_name["digital, text layer, apart"]["value"] > 0
    assert by_name["fields above 0.9 right, known"]["goal"] == "≥ 97"
    assert not own_children("benchmark-")


def test_a_field_counts_where_it_is_there_or_was_found() -> None:
    """What is found and is not there is wrong, and so is what is there and was not found."""
    truth = certificate(
        next(each for each in rows(SEED) if each.quality == "digital" and not each.apart)
    ).truth
    told = {code: value for code, value in truth.fields.items() if value is not None}
    told |= {"imo_number": "9074729", "issuing_authority": str(told["issuing_authority"]).upper()}
    told.pop("issue_date")
    found = {code: Found(code, value, value, 0.95, 1, (0, 0, 1, 1)) for code, value in told.items()}
    none = next(code for code, value in truth.fields.items() if value is None)
    found[none] = Found(none, "2020-01-01", "1.1.2020", 0.5, 1, (0, 0, 1, 1))
    marks = marked(truth, found, by_ocr=False)
    assert {each.code for each in marks if not each.is_right} == {"imo_number", "issue_date", none}
    assert [each.code for each in marks if not each.is_sure] == [
        code for code in truth.fields if code in ("issue_date", none)
    ]
    assert fields_short(marks, 95).count(" 0") == 3
    assert share(marks) == pytest.approx(100 * (len(marks) - 3) / len(marks))


def test_a_folder_of_benchmarks_stands_for_all_that_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """In their order, and nothing else."""
    ran: list[str] = []

    def note(name: str, *_: object, quick: bool) -> list[Row]:
        ran.append(name)
        return []

    monkeypatch.setattr("tests.benchmarks.__main__._run", note)
    assert main(["engines", "live"]) == 0
    assert ran == ["engines", *(name for name in NAMES if name.startswith("live."))]
    assert len(ran) > 2


def test_a_benchmark_that_fails_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exit code says so, and so does the terminal."""

    def broken(*_: object) -> object:
        raise OSError("no disk")

    monkeypatch.setattr("tests.benchmarks.engines.long_text_pdf", broken)
    assert main(["engines", "--quick"]) == 1
    assert "engines could not be measured" in capsys.readouterr().err


def test_every_benchmark_says_what_it_measures() -> None:
    """The list of names is that of the modules."""
    from importlib import import_module

    for name in NAMES:
        module = import_module(f"tests.benchmarks.{name}")
        assert module.__doc__
        assert callable(module.measure)
