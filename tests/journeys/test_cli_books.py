"""A book from a terminal: its sentences shown and searched, and the same document worked on once more."""

import asyncio
import json
from pathlib import Path

from tests.support.headway_process import RunningHeadway, started_up


def told(up: RunningHeadway, *arguments: str) -> str:
    """What a command that works says."""
    done = up.run(*arguments)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def test_a_book_is_read_and_repeated(tmp_path: Path) -> None:
    up = asyncio.run(started_up(tmp_path / "up"))
    try:
        book = tmp_path / "livre.txt"
        book.write_text("Le meunier attendait. L’été passait.\n", encoding="utf-8")
        sent = told(
            up, "upload", "--json", "--watch", "--pipeline", "sentences", "-o", "min_words=1", str(book)
        )
        job = json.loads(sent.splitlines()[0])["job_id"]
        assert "L’été passait." in told(up, "sentences", job)
        (hit,) = told(up, "sentences", job, "--search", "ETE", "--json").splitlines()
        assert (json.loads(hit)["number"], json.loads(hit)["text"]) == (2, "L’été passait.")
        assert "0 to 0 of 0" in told(up, "sentences", job, "--edited")
        saved = tmp_path / "livre.csv"
        assert told(up, "sentences", job, "--output", str(saved)) == f"Wrote {saved}\n"
        assert "L’été passait." in saved.read_text("utf-8-sig")
        named = json.loads(told(up, "sentences", job, "--output", str(saved), "--json"))
        assert named == {"file": str(saved), "chunks": "1", "of": 1}
        assert up.run("sentences", job, "--output", str(tmp_path / "livre.pdf")).returncode != 0
        again = json.loads(told(up, "repeat", job, "--option", "max_words=5", "--staged", "--json"))
        assert again["state"] == "staged" and again["job_id"] != job
        assert up.run("repeat", job, "--option", "max_words=1").returncode == 2
        assert up.run("sentences", again["job_id"]).returncode != 0, "it has none yet"
    finally:
        up.kill()
