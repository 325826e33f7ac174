"""`headway answer`."""

import sys

import click

from service.cli.api import Api
from service.cli.failing import EXIT_INCOMPLETE, CommandFailed
from service.cli.options import talks_to_server
from service.cli.screen import Screen
from service.domain.json import JsonObject


@click.command()
@click.argument("job", metavar="JOB")
@click.option(
    "--field", "-f", "pairs", multiple=True, metavar="NAME=VALUE", help="What to fill in; else you are asked."
)
@click.option("--choice", "-c", help="Which of the choices to take; else you are asked.")
@talks_to_server
async def answer(api: Api, screen: Screen, job: str, pairs: tuple[str, ...], choice: str | None) -> int:
    """Answer what a job asks. Secrets are best typed when asked for: they are not shown then, nor kept by the shell."""
    question = (await api.get(f"/api/jobs/{job}"))["value"].get("question")
    if question is None:
        raise CommandFailed(f"The job {job} asks nothing.", exit_code=EXIT_INCOMPLETE)
    given = _given(pairs)
    _refuse_unknown(given, [each["name"] for each in question["fields"]])
    screen.line(question["text"])
    filled: JsonObject = {
        each["name"]: given.get(each["name"]) or _ask(each["name"], secret=each["kind"] == "secret")
        for each in question["fields"]
    }
    if question["choices"]:
        filled["choice"] = choice or click.prompt("Choose", type=click.Choice(question["choices"]), err=True)
    accepted = await api.post(f"/api/jobs/{job}/answer", {"question_id": question["id"], "answer": filled})
    screen.object({"id": job, **accepted})
    screen.line(f"Answered. The job is {accepted['state']}.")
    return 0


def _given(pairs: tuple[str, ...]) -> dict[str, str]:
    """Values are texts, whatever they look like: a password may be 007."""
    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        raise CommandFailed("--field wants NAME=VALUE.")
    return dict(pair.split("=", 1) for pair in pairs)


def _refuse_unknown(given: dict[str, str], known: list[str]) -> None:
    unknown = [name for name in given if name not in known]
    if unknown:
        raise CommandFailed(f"The question has no field {', '.join(unknown)}. It has: {', '.join(known)}.")


def _ask(name: str, *, secret: bool) -> str:
    if secret and not sys.stdin.isatty():
        raise CommandFailed(
            f"There is no terminal to type the {name} at.",
            f"Give it with --field {name}=…, or run this at a terminal.",
        )
    return str(click.prompt(name.capitalize(), hide_input=secret, err=True))
