"""The command `headway`. Each sub-command is a module that is loaded when it is called, so that all start fast."""

import importlib
import sys
from typing import Any

import click

from service.cli.failing import EXIT_INTERRUPTED, EXIT_REFUSED, CommandFailed, tell
from service.cli.machine import refuse_wrong_machine

COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("service.cli.up", "Start everything on this machine, and print the link."),
    "demo": ("service.cli.demo", "Start everything and watch sample documents run through it."),
    "serve": ("service.cli.alone", "Run the gateway alone."),
    "worker": ("service.cli.alone", "Run workers alone."),
    "upload": ("service.cli.upload", "Send files to a server."),
    "watch": ("service.cli.watch", "Follow a job or a batch until it ends."),
    "jobs": ("service.cli.jobs", "List your jobs, newest first."),
    "start": ("service.cli.steer", "Start staged jobs."),
    "cancel": ("service.cli.steer", "Cancel jobs."),
    "retry": ("service.cli.steer", "Run ended jobs again."),
    "pause": ("service.cli.steer", "Pause jobs, or all of a batch."),
    "resume": ("service.cli.steer", "Let paused jobs go on."),
    "repeat": ("service.cli.books", "Work on a document once more."),
    "sentences": ("service.cli.books", "Show or save the short sentences of a book."),
    "sheet": ("service.cli.books", "Send the sentences of a book to a new Google Sheet."),
    "priority": ("service.cli.steer", "Make jobs that wait more or less urgent."),
    "answer": ("service.cli.answer", "Answer what a job asks."),
    "ships": ("service.cli.ships", "List, add and rename the ships of your fleet."),
    "certificates": (
        "service.cli.certificates",
        "List, show, correct, export and import the certificates of your ships.",
    ),
    "queue": ("service.cli.queue", "Pause or resume everybody's jobs."),
    "workers": ("service.cli.workers", "Show the workers, the queue, and why what waits does."),
    "link": ("service.cli.link", "Make a sign-in link for one more device."),
    "doctor": ("service.cli.doctor", "Say what is configured and what works."),
}


_SERVERS = frozenset({"up", "demo", "serve", "worker"})


class LazyCommands(click.Group):
    """Knows the names of its commands, and loads a command's module when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, loaded now."""
        if cmd_name not in COMMANDS:
            return None
        if cmd_name in _SERVERS:
            refuse_wrong_machine()
        module = importlib.import_module(COMMANDS[cmd_name][0])
        return getattr(module, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the closest name for one that is unknown."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            raise click.UsageError(f"There is no command {args[0]!r}.{_closest(args[0])}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


@click.group(
    cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="headway", message="headway %(version)s")
@click.option("--debug", is_flag=True, help="Show a traceback when something fails.")
@click.pass_context
def commands(ctx: click.Context, *, debug: bool) -> None:
    """Headway takes documents in and lets people watch them make headway."""
    if debug:
        ctx.meta["debug"] = True


def main(arguments: list[str] | None = None) -> None:
    """The console script; ends the process with an exit code as `service.cli.failing` has them."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: list[str]) -> int:
    """Runs a command; its exit code. Failures are told in a few words unless `--debug` asks for more."""
    meta: dict[str, Any] = {}
    try:
        with commands.make_context("headway", arguments) as ctx:
            meta = ctx.meta
            commands.invoke(ctx)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as refused:
        refused.show()
        return refused.exit_code
    except (KeyboardInterrupt, click.Abort):
        return EXIT_INTERRUPTED
    except CommandFailed as failed:
        if meta.get("debug"):
            raise
        tell(failed)
        return failed.exit_code
    except BrokenPipeError:
        return _reader_left()
    except Exception as error:
        if meta.get("debug"):
            raise
        tell(
            CommandFailed(
                f"This went wrong inside of Headway: {type(error).__name__}: {error}",
                "Add --debug to see where: headway --debug …",
            )
        )
        return EXIT_REFUSED
    return 0


def _closest(name: str) -> str:
    import difflib

    close = difflib.get_close_matches(name, COMMANDS, n=1)
    return f" Did you mean {close[0]}?" if close else ""


def _reader_left() -> int:
    """Whoever read our output (`| head`) has enough; Python must not complain about it at exit."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
