"""The container files say what they should; checked without a container engine."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.cli import COMMANDS
from service.settings import Settings, load_settings, variable

ROOT = Path(__file__).parents[2]
TARGETS = ("gateway", "worker")
SERVICE_KEYS = {
    *("build", "image", "command", "user", "ports", "environment", "volumes", "depends_on", "healthcheck"),
    *("restart", "init", "read_only", "tmpfs", "cap_drop", "security_opt", "stop_grace_period"),
}
FILLED_IN = {"POSTGRES_PASSWORD": "secret", "REDIS_PASSWORD": "secret"}


def stages() -> dict[str, list[tuple[str, str]]]:
    """The Dockerfile's stages by name, each with its instructions after those of the stages that it builds on."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    found: dict[str, list[tuple[str, str]]] = {}
    name = ""
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            base, name = re.fullmatch(r"(\S+) AS (\S+)", rest.strip()).groups()  # pyright: ignore[reportOptionalMemberAccess] -- fails the test
            found[name] = list(found.get(base, ()))
        else:
            found[name].append((word, " ".join(rest.split())))
    return found


def last(stage: str, word: str) -> str:
    """What the last instruction of this kind says; fails when there is none."""
    return [rest for found, rest in stages()[stage] if found == word][-1]


def exec_form(text: str) -> list[str]:
    """The words of an instruction in exec form, which needs no shell."""
    words = yaml.safe_load(text[text.index("[") :])
    assert all(isinstance(word, str) for word in words)
    return words


def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "compose.yaml").read_text())


def filled_in(text: str) -> str:
    """The text with `${NAME}`, `${NAME:-default}` and `${NAME:?remedy}` replaced."""

    def value(match: re.Match[str]) -> str:
        name, default = match["name"], match["default"]
        assert default is not None or name in FILLED_IN, f"{name} is needed, and nothing says so"
        return FILLED_IN.get(name, default or "")

    return re.sub(r"\$\{(?P<name>\w+)(?::-(?P<default>[^}]*)|:\?[^}]*)?\}", value, text)


@pytest.mark.parametrize("target", TARGETS)
def test_an_image_runs_a_command_that_exists_without_root(target: str) -> None:
    program, command, *_ = exec_form(last(target, "CMD"))
    assert program == "headway"
    assert command in COMMANDS
    assert last(target, "USER") == "headway"


@pytest.mark.parametrize("target", TARGETS)
def test_an_image_tells_whether_it_is_healthy(target: str) -> None:
    program, *arguments = exec_form(last(target, "HEALTHCHECK"))
    if program == "headway":
        assert arguments[0] in COMMANDS
    else:
        assert [program, arguments[0]] == ["python", "-c"]
        compile(arguments[1], "HEALTHCHECK", "exec")
        assert "/livez" in arguments[1]


def test_the_gateway_holds_no_parser_of_documents_and_no_worker() -> None:
    copied = [rest for word, rest in stages()["gateway"] + stages()["gateway-packages"] if word == "COPY"]
    assert not [rest for rest in copied if "workers" in rest or "worker.txt" in rest]
    packages = (ROOT / ".ci/lock/gateway.txt").read_text()
    assert not re.findall(
        r"^(?:pymupdf|rapidocr|google|lxml|openpyxl|python-docx).*", packages, flags=re.MULTILINE
    )
    assert re.search(r"^pymupdf==", (ROOT / ".ci/lock/worker.txt").read_text(), flags=re.MULTILINE)


def test_all_that_is_copied_exists_and_reaches_the_build() -> None:
    kept = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    for name, instructions in stages().items():
        for _, rest in [found for found in instructions if found[0] == "COPY"]:
            if rest.startswith("--from="):
                assert rest.split()[0].removeprefix("--from=") in stages()
                continue
            for source in rest.split()[:-1]:
                assert (ROOT / source).exists(), f"{name} copies {source}"
                assert any(source == entry or source.startswith(f"{entry}/") for entry in kept), source


def test_every_setting_in_the_images_exists() -> None:
    known = {variable(name) for name in Settings.model_fields}
    assert set(re.findall(r"\bHEADWAY_\w+", (ROOT / "Dockerfile").read_text())) <= known


def test_compose_has_gateway_worker_redis_and_postgresql_and_no_unknown_key() -> None:
    whole = compose()
    assert set(whole) <= {"name", "services", "volumes", "x-headway"}
    assert set(whole["services"]) == {"gateway", "worker", "redis", "postgres"}
    for name, service in whole["services"].items():
        assert set(service) <= SERVICE_KEYS, name
        assert ("build" in service) != ("image" in service), name


def test_compose_refers_only_to_what_it_declares() -> None:
    whole = compose()
    for service in whole["services"].values():
        assert set(service.get("depends_on", ())) <= set(whole["services"])
        assert {volume.partition(":")[0] for volume in service.get("volumes", ())} <= set(whole["volumes"])
        if "build" in service:
            assert service["build"]["target"] in TARGETS


def test_no_container_is_root_and_each_tells_whether_it_is_healthy() -> None:
    for name, service in compose()["services"].items():
        assert service["cap_drop"] == ["ALL"], name
        if "image" in service:
            assert service["user"] not in ("root", "0"), name
            assert service["healthcheck"]["test"][0] == "CMD", name
        for needed in service.get("depends_on", {}).values():
            assert needed == {"condition": "service_healthy"}


@pytest.mark.parametrize("name", TARGETS)
def test_the_parts_accept_their_settings(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for setting, value in compose()["services"][name]["environment"].items():
        monkeypatch.setenv(setting, filled_in(value))
    settings = load_settings()
    assert settings.database_url is not None
    assert settings.redis_url is not None


def test_nothing_is_open_to_the_network_but_the_gateway_on_this_machine() -> None:
    ports = {name: service["ports"] for name, service in compose()["services"].items() if "ports" in service}
    assert list(ports) == ["gateway"]
    assert all(port.startswith("127.0.0.1:") for port in ports["gateway"])


def test_redis_keeps_nothing_on_disk_and_refuses_rather_than_forgets() -> None:
    command = " ".join(compose()["services"]["redis"]["command"])
    assert "--save  --appendonly no --maxmemory-policy noeviction" in command
