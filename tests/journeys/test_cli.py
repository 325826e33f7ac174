"""What people do from a terminal or a script, against a whole Headway."""

import asyncio
import json
import os
import pty
import signal
import subprocess
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

from tests.support.headway_process import (
    COMMAND,
    RunningHeadway,
    busy,
    environment,
    gone,
    headway,
    started_up,
)
from tests.support.pdf_files import text_pdf, words


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Generator[RunningHeadway]:
    """One `headway up` for all of these."""
    running = asyncio.run(started_up(tmp_path_factory.mktemp("up")))
    yield running
    running.kill()


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    """A document of two pages that nobody has uploaded yet."""
    path = tmp_path / "letter.pdf"
    seed = int.from_bytes(os.urandom(4))
    path.write_bytes(text_pdf(words(60, seed=seed), words(60, seed=seed + 1)))
    return path


def lines(told: "subprocess.CompletedProcess[str]") -> list[dict[str, object]]:
    """Its output as JSON, one object a line."""
    return [json.loads(line) for line in told.stdout.splitlines()]


def uploaded(up: RunningHeadway, *arguments: str) -> str:
    """The id of the one job that this upload makes."""
    told = up.run("upload", "--json", *arguments)
    assert told.returncode == 0, told.stderr
    (accepted,) = lines(told)
    return str(accepted["job_id"])


def test_an_upload_is_watched_to_its_end_in_plain_lines(up: RunningHeadway, letter: Path) -> None:
    told = headway("upload", str(letter), "--watch", data_dir=up.data_dir)
    assert told.returncode == 0, told.stderr
    assert told.stdout.splitlines()[-1] == "letter.pdf  100 %  completed"
    assert "\x1b" not in told.stdout
    assert "\r" not in told.stdout


def test_json_is_one_object_a_line_and_percent_never_falls(up: RunningHeadway, letter: Path) -> None:
    told = up.run("upload", str(letter), "--watch", "--json")
    assert told.returncode == 0, told.stderr
    first, *changes = lines(told)
    assert first["event"] == "accepted"
    assert {change["job_id"] for change in changes} == {first["job_id"]}
    percents = [float(str(change["percent"])) for change in changes]
    assert percents == sorted(percents)
    assert (changes[-1]["state"], percents[-1]) == ("completed", 100)


def test_what_fails_or_is_rejected_is_told_and_counts(
    up: RunningHeadway, letter: Path, tmp_path: Path
) -> None:
    broken, strange = tmp_path / "broken.pdf", tmp_path / "strange.bin"
    broken.write_bytes(b"%PDF-1.7\n" + os.urandom(100))
    strange.write_bytes(bytes(range(256)))
    told = up.run("upload", *map(str, (letter, broken, strange)), "--watch")
    assert told.returncode == 1
    assert "strange.bin  rejected: This type of file cannot be read" in told.stdout
    assert "broken.pdf" in told.stdout
    assert "failed: " in told.stdout
    assert "letter.pdf  100 %  completed" in told.stdout


def test_a_batch_is_watched_by_its_id(up: RunningHeadway, letter: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.pdf"
    other.write_bytes(text_pdf(words(30), os.urandom(8).hex()))
    accepted = lines(up.run("upload", "--json", str(letter), str(other)))
    told = up.run("watch", str(accepted[0]["batch_id"]), "--json")
    assert told.returncode == 0, told.stderr
    assert {change["job_id"] for change in lines(told)} == {job["job_id"] for job in accepted}


def test_a_staged_job_waits_for_its_start_and_can_be_cancelled_and_retried(
    up: RunningHeadway, letter: Path
) -> None:
    job = uploaded(up, str(letter), "--no-start")
    assert job in up.run("jobs", "--state", "staged").stdout
    assert up.run("cancel", job).returncode == 0
    assert up.run("watch", job).returncode == 1
    assert up.run("start", job).returncode == 1
    assert up.run("retry", job).returncode == 0
    assert up.run("watch", job).returncode == 0


def test_sentences_go_to_no_sheet_where_google_is_not_set_up(up: RunningHeadway, tmp_path: Path) -> None:
    book = tmp_path / "book.txt"
    book.write_text(f"Le soir tombait sur le port {os.urandom(8).hex()}. Elle attendait.")
    job = uploaded(up, str(book), "--pipeline", "sentences")
    assert up.run("watch", job).returncode == 0
    told = up.run("sheet", job)
    assert told.returncode == 1
    assert "Google Sheets is not set up on this server" in told.stderr


def test_all_that_failed_is_retried_at_once(up: RunningHeadway, tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\nthis is all that was saved")
    job = uploaded(up, str(broken), "--no-start")
    up.run("start", job)
    assert up.run("watch", job).returncode == 1
    told = up.run("retry", "--failed", "--json")
    assert told.returncode == 0 and job in told.stdout
    assert up.run("watch", job).returncode == 1
    assert up.run("retry").returncode == 2, "nothing was named"
    assert up.run("retry", job, "--failed").returncode == 2, "one or the other"


def test_watching_is_ended_by_ctrl_c(up: RunningHeadway, letter: Path) -> None:
    job = uploaded(up, str(letter), "--no-start")
    watching = subprocess.Popen(
        [*COMMAND, "watch", job],
        env=environment(HEADWAY_DATA_DIR=str(up.data_dir)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert watching.stdout is not None
    assert "staged" in watching.stdout.readline()
    watching.send_signal(signal.SIGINT)
    assert watching.wait(10) == 130
    assert watching.stdout.read() == ""
    watching.stdout.close()
    up.run("cancel", job)


def test_jobs_are_listed_newest_first(up: RunningHeadway, letter: Path) -> None:
    job = uploaded(up, str(letter), "--no-start")
    told = up.run("jobs", "--json", "--limit", "1")
    (newest,) = lines(told)
    assert (newest["id"], newest["state"], newest["name"]) == (job, "staged", "letter.pdf")
    up.run("cancel", job)


def test_a_password_is_asked_for_without_showing_it(up: RunningHeadway, tmp_path: Path) -> None:
    locked = tmp_path / "locked.pdf"
    locked.write_bytes(text_pdf(words(40), password="open sesame"))
    job = uploaded(up, str(locked))
    watching = subprocess.Popen(
        [*COMMAND, "watch", job],
        env=environment(HEADWAY_DATA_DIR=str(up.data_dir)),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert watching.stdout is not None
    while "headway answer" not in watching.stdout.readline():
        assert watching.poll() is None
    shown = typed_at_terminal(up, ["answer", job], "open sesame\n")
    assert "Answered" in shown
    assert "sesame" not in shown
    assert watching.wait(30) == 0
    watching.stdout.close()


def typed_at_terminal(up: RunningHeadway, arguments: list[str], text: str) -> str:
    """What a terminal shows of the command when somebody types this as soon as something is asked."""
    ours, its = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, *arguments],
        env=environment(HEADWAY_DATA_DIR=str(up.data_dir), TERM="xterm"),
        stdin=its,
        stdout=its,
        stderr=its,
        start_new_session=True,
    ) as process:
        os.close(its)
        shown = b""
        while b": " not in shown.rpartition(b"\n")[2]:
            shown += os.read(ours, 1000)
        os.write(ours, text.encode())
        try:
            while piece := os.read(ours, 1000):
                shown += piece
        except OSError:  # the other end is closed
            pass
        assert process.wait(30) == 0, shown
    os.close(ours)
    return shown.decode()


def test_workers_are_told(up: RunningHeadway) -> None:
    (told,) = lines(up.run("workers", "--json"))
    workers = told["workers"]
    assert isinstance(workers, dict)
    assert {worker["pid"] for worker in workers.values()} <= up.pids("workers.main")
    shown = up.run("workers")
    assert shown.returncode == 0
    assert " queued, " in shown.stdout and "a minute over the last 5 minutes" in shown.stdout


def test_a_link_signs_in_once(up: RunningHeadway) -> None:
    told = up.run("link", "--qr")
    assert "█" in told.stdout
    code = told.stdout.strip().splitlines()[-1].partition("#code=")[2]
    origin = {"Origin": up.url}
    assert httpx.post(f"{up.url}/api/session", json={"code": code}, headers=origin).status_code == 204
    assert httpx.post(f"{up.url}/api/session", json={"code": code}, headers=origin).status_code != 204


def test_a_wrong_token_is_not_allowed_and_a_wrong_option_is_usage(up: RunningHeadway, letter: Path) -> None:
    refused = up.run("jobs", "--token", "hw_wrong_wrong_wrong")
    assert refused.returncode == 4
    assert up.run("upload", str(letter), "--option", "nonsense=1").returncode == 2
    assert up.run("upload", str(letter), "--pipeline", "nonsense").returncode == 2
    assert up.run("watch", "nonsense").returncode == 1


def test_the_doctor_finds_everything_well(up: RunningHeadway) -> None:
    told = up.run("doctor", "--json")
    states = {str(line["check"]): line["state"] for line in lines(told)}
    assert states["server"] == states["workers"] == states["SQL"] == "ok"


def test_a_second_up_on_the_same_folder_is_refused(up: RunningHeadway) -> None:
    told = headway("up", "--no-browser", "--port", "0", data_dir=up.data_dir)
    assert told.returncode == 2
    assert up.url in told.stderr


def test_no_secret_is_in_the_log_or_on_a_command_line(up: RunningHeadway) -> None:
    token = (up.data_dir / "token").read_text().strip()
    assert token not in up.said()
    assert "sesame" not in up.said()
    for pid in up.pids():
        command_line = Path(f"/proc/{pid}/cmdline")
        assert not command_line.exists() or token not in command_line.read_text()


@pytest.mark.anyio
async def test_ctrl_c_lets_running_steps_end_and_stops_within_ten_seconds(
    up: RunningHeadway, tmp_path: Path
) -> None:
    """The last of these, since it takes the server away."""
    await busy(up, tmp_path)
    pids = up.pids()
    up.interrupt()
    assert await up.ended(10) == 0, up.said()
    await gone(pids)
    assert not (up.data_dir / "server.json").exists()
    assert headway("jobs", data_dir=up.data_dir).returncode == 3
