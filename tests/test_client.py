"""The subscriber's client applies patches as the service does, and knows nothing of the service."""

import ast
import json
import sys
from pathlib import Path
from typing import Any

import pytest

import service.client
from service.client import HIGHEST_PAGE, Client, HeadwayError, Snapshot, apply, apply_value, unpacked
from service.domain import document
from service.protocol.values import difference

VECTORS = Path(__file__).parent / "protocol"
GOLDEN: list[dict[str, Any]] = json.loads((VECTORS / "golden.json").read_text())
PAGES: dict[str, list[Any]] = json.loads((VECTORS / "golden_pages.json").read_text())


def snapshot(body: dict[str, Any]) -> Snapshot:
    return Snapshot("job", body["epoch"], body["seq"], body["run"], body["value"])


@pytest.mark.parametrize("vector", GOLDEN, ids=lambda v: v["name"])
def test_the_golden_vectors_hold_one_by_one_and_merged(vector: dict[str, Any]) -> None:
    reached = snapshot(vector["snapshot"])
    for each in vector["patches"]:
        reached = apply(reached, each)
    assert reached == snapshot(vector["result"])
    assert apply(snapshot(vector["snapshot"]), vector["merged"]) == snapshot(vector["result"])


@pytest.mark.parametrize("vector", PAGES["good"], ids=lambda v: v["name"])
@pytest.mark.parametrize("part", ["value", "set"])
def test_pages_that_come_as_ranges_are_taken_apart(vector: dict[str, Any], part: str) -> None:
    frame = {"job_id": "j", part: {"pages": vector["packed"], "percent": 1}}
    assert unpacked(frame) == {"job_id": "j", part: {"pages": vector["pages"], "percent": 1}}


@pytest.mark.parametrize("wrong", PAGES["wrong"], ids=str)
def test_what_is_no_range_of_pages_is_an_error_and_not_a_wait(wrong: dict[str, Any]) -> None:
    assert HIGHEST_PAGE == document.HIGHEST_PAGE
    with pytest.raises(HeadwayError, match="no range of pages"):
        unpacked({"job_id": "j", "set": {"pages": wrong}})


def test_frames_that_are_of_no_job_are_left_as_they_are() -> None:
    for frame in ({"type": "snapshot", "value": {"pages": 3}}, {"type": "gone", "job_id": "j"}):
        assert unpacked(frame) is frame


def test_a_values_difference_leads_from_one_to_the_other() -> None:
    before = {"jobs": {"a": {"percent": 1}, "b": {"percent": 2}}, "total": 2}
    after = {"jobs": {"b": {"percent": 3}, "c": {}}, "eta_seconds": 4}
    assert apply_value(before, difference(before, after)) == after


def test_it_is_one_module_that_needs_only_websockets() -> None:
    tree = ast.parse(Path(service.client.__file__).read_text())
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [each.name for each in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported - set(sys.stdlib_module_names) == {"websockets"}


@pytest.mark.parametrize(
    ("url", "socket"),
    [
        ("http://127.0.0.1:8000", "ws://127.0.0.1:8000/ws"),
        ("https://headway.example/under/", "wss://headway.example/under/ws"),
        ("wss://headway.example/ws", "wss://headway.example/ws"),
        ("headway.example:80", "ws://headway.example:80/ws"),
    ],
)
def test_the_socket_is_found_from_the_servers_address(url: str, socket: str) -> None:
    assert Client(url).url == socket
