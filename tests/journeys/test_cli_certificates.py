"""A fleet looked after from a terminal: ships, a list imported, a field corrected, the table exported."""

import asyncio
import json
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.support.fleet import IMOS, in_days
from tests.support.headway_process import RunningHeadway, started_up


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Generator[RunningHeadway]:
    """One `headway up` for all of these."""
    running = asyncio.run(started_up(tmp_path_factory.mktemp("up")))
    yield running
    running.kill()


def told(up: RunningHeadway, *arguments: str) -> str:
    """What a command that works says."""
    done = up.run(*arguments)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def test_a_fleet_is_looked_after(up: RunningHeadway, tmp_path: Path) -> None:
    told(up, "ships", "add", "Ocean Star", "--imo", IMOS[0])
    assert "Sea Star" in told(up, "ships", "rename", IMOS[0], "Sea Star")
    table = tmp_path / "fleet.csv"
    rows = (f"A 1;{in_days(-3)}", f"A 2;{in_days(20)}", "A 3;soon")
    table.write_text("\n".join(("Certificate number;Valid until", *rows)))
    refused = tmp_path / "refused.csv"
    say = told(up, "certificates", "import", str(table), "--ship", "sea star", "--refused", str(refused))
    assert "fleet.csv: 2 recorded, 0 replaced, 0 there already, 1 refused" in say
    assert "soon" in refused.read_text()
    (overdue,) = told(up, "certificates", "list", "--json", "--expiry", "overdue").splitlines()
    late = json.loads(overdue)
    assert late["fields"]["certificate_number"] == "A 1" and late["ship"]["name"] == "Sea Star"
    change = told(up, "certificates", "set", late["id"], f"valid_until={in_days(400)}", "note=renewed")
    assert f"valid_until: {in_days(-3)} → {in_days(400)}" in change
    assert "note was –, is renewed" in told(up, "certificates", "show", late["id"])
    exported = tmp_path / "out.json"
    told(up, "certificates", "export", "-o", str(exported))
    assert [each["note"] for each in json.loads(exported.read_text())["certificates"]] == ["renewed", None]
    again = told(up, "certificates", "import", str(exported), "--dry-run")
    assert "0 recorded, 0 replaced, 2 there already, 0 refused (nothing was kept: a dry run)" in again
    wrong = up.run("certificates", "set", late["id"], "imo_number=1234568")
    assert wrong.returncode == 2 and "IMO number" in wrong.stderr
