"""Answers are sealed with the key that is configured, else with one of the data directory."""

import asyncio
import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from service.adapters.secrets import SecretBox, secret_box

ANSWERS = {"password_required": {"password": "correct horse"}}


def test_what_was_sealed_opens_and_is_not_to_be_read(tmp_path: Path) -> None:
    box = secret_box(tmp_path)
    sealed = box.seal(ANSWERS)
    assert b"horse" not in sealed
    assert box.open(sealed) == ANSWERS
    assert secret_box(tmp_path).open(sealed) == ANSWERS, "the key stays"


def test_nothing_and_what_another_key_sealed_open_as_nothing(tmp_path: Path) -> None:
    box = secret_box(tmp_path)
    assert box.open(None) == {}
    assert SecretBox(Fernet.generate_key()).open(box.seal(ANSWERS)) == {}
    assert box.open(b"not a token") == {}


def test_a_configured_key_is_the_same_on_all_machines(tmp_path: Path) -> None:
    here, there = (secret_box(tmp_path / name, "the key of them all") for name in ("here", "there"))
    assert there.open(here.seal(ANSWERS)) == ANSWERS
    assert secret_box(tmp_path / "there", "the key of another").open(here.seal(ANSWERS)) == {}
    assert not list(tmp_path.rglob("secret.key"))


def test_only_the_owner_may_read_the_key(tmp_path: Path) -> None:
    secret_box(tmp_path / "data")
    key = tmp_path / "data" / "secret.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert [each.name for each in key.parent.iterdir()] == ["secret.key"]


@pytest.mark.anyio
async def test_all_who_start_at_once_have_the_same_key(tmp_path: Path) -> None:
    boxes = await asyncio.gather(*(asyncio.to_thread(secret_box, tmp_path) for _ in range(8)))
    sealed = boxes[0].seal(ANSWERS)
    assert [box.open(sealed) for box in boxes] == [ANSWERS] * 8
