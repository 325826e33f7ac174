"""`headway workers`."""

import time

import click

from service.cli.api import Api
from service.cli.jobs import age
from service.cli.options import talks_to_server
from service.cli.screen import Screen
from service.domain.json import JsonObject
from service.domain.message import english


@click.command()
@talks_to_server
async def workers(api: Api, screen: Screen) -> int:
    """Show the workers, the queue, and why what waits does."""
    told = await api.get("/api/admin/workers")
    screen.object(told)
    rows = [_row(worker) for worker in told["workers"].values()]
    if rows:
        screen.table(("host", "pid", "up", "slots", "works on"), rows)
    else:
        screen.line("No worker runs. Start one with `headway worker`.", "yellow")
    screen.line(_queue(told["queue"]))
    if paused := told["queue"].get("paused"):
        screen.line(f"The queue is paused, by {paused['by']} since {clock(paused['at'])}.", "yellow")
    screen.line(_throughput(told["throughput"]))
    for name, engine in (told.get("engines") or {}).items():
        if engine["state"] == "unavailable":
            screen.line(f"The engine {name} is {unavailable(engine)}", "yellow")
    tell_waits(screen, told["waits"])
    return 0


def unavailable(engine: JsonObject) -> str:
    """Since when, why, and when it is asked again."""
    since = f" since {clock(engine['since'])}" if "since" in engine else ""
    again = f" Next try {clock(engine['next_try'])}." if "next_try" in engine else ""
    return f"unavailable{since}: {engine.get('detail') or 'no reason given'}{again}"


def clock(at: float) -> str:
    """The time of day here."""
    return time.strftime("%H:%M:%S", time.localtime(at))


def tell_waits(screen: Screen, waits: JsonObject) -> None:
    """Whose turn comes next first, then what waits for a time, then what waits for a person."""
    jobs = sorted(waits["jobs"].values(), key=_turn)
    if not jobs:
        return
    screen.line("")
    screen.table(("next", "waits", "owner", "name", "why"), [_wait(each) for each in jobs])
    if waits["more"]:
        screen.line(f"and {waits['more']} more", "dim")


def _turn(job: JsonObject) -> tuple[float, ...]:
    if "place" in job:
        return 0, job["place"]
    return (1, job["due_at"]) if "due_at" in job else (2, job["since"])


def _wait(job: JsonObject) -> tuple[object, ...]:
    return job.get("place"), age(job["since"]), job["owner"], job["name"], _why(job)


def _why(job: JsonObject) -> str:
    reason = str(job["waits_for"]["text"])
    if "due_at" not in job:
        return reason
    again = f"tries again in {max(0, round(job['due_at'] - time.time()))} s"
    return again if job["waits_for"]["code"] == "retry" else f"{reason}, {again}"


def _row(worker: JsonObject) -> tuple[object, ...]:
    running = ", ".join(
        f"{step['name']} ({english('phase', step['phase'], {})})"
        for step in worker.get("running", {}).values()
    )
    up = max(0, round(time.time() - worker["started_at"]))
    return (
        worker["host"],
        worker["pid"],
        f"{up // 60} min" if up >= 60 else f"{up} s",
        worker["slots"],
        running or "–",
    )


def _queue(queue: JsonObject) -> str:
    wait = queue.get("oldest_wait_seconds")
    waits = f", the oldest for {wait:.0f} s" if wait else ""
    return f"{queue['queued']} queued{waits}, {queue['running']} running, {queue['waiting']} waiting for an answer"


def _throughput(made: JsonObject) -> str:
    return (
        f"{made['pages_a_minute']:g} pages, {made['steps_a_minute']:g} steps and {made['jobs_a_minute']:g} jobs "
        f"a minute over the last {made['minutes']} minutes"
    )
