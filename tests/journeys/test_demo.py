"""The demo is the first that people see: it ends well, reads plainly in a pipe, and leaves nothing behind."""

import subprocess
from pathlib import Path

from tests.support.headway_process import COMMAND, environment


def test_the_demo_ends_well_and_leaves_nothing_behind(tmp_path: Path) -> None:
    told = subprocess.run(
        [*COMMAND, "demo", "--exit"],
        # What is configured is for the real documents of whoever runs it, and must not get the samples.
        env=environment(TMPDIR=str(tmp_path), HEADWAY_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert "\x1b" not in told.stdout
    assert "failed, as it should" in told.stdout
    assert told.stdout.splitlines()[-1].startswith("7 documents")
    assert "MV AURORA STAR, International Load Line Certificate, BRS-2024-02214" in " ".join(
        told.stdout.split()
    )
    assert "3,277 sentences, 4 chunks" in told.stdout
    few = told.stdout.partition("SOME OF THE SHORT SENTENCES\n")[2].partition("\n\n")[0].splitlines()
    assert len(few) == 5
    assert all(line.split()[0].isdigit() and line.endswith((".", "!", "?")) for line in few)
    assert list(tmp_path.glob("headway*")) == []
