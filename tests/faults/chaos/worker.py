"""`python -m tests.faults.chaos.worker`: a worker that does what it is ordered to, with the chaos' pipeline beside
its own."""

import workers.main
from tests.faults.chaos.inside import prepare
from tests.faults.chaos.pipeline import chaotic
from tests.faults.chaos.points import of_worker
from workers import recording
from workers.pipelines import all_pipelines

_NO_ROOM_SECONDS = 1.0
"""A full disk of the chaos lasts for seconds, and the jobs that it held up are to be seen going on."""


def main() -> None:
    """What `python -m workers.main` does."""
    evidence = prepare(of_worker())
    assert recording.NO_ROOM_SECONDS > _NO_ROOM_SECONDS
    recording.NO_ROOM_SECONDS = _NO_ROOM_SECONDS
    known = {**all_pipelines(), "chaos": chaotic(evidence)}
    workers.main.all_pipelines = lambda: known
    workers.main.main()


if __name__ == "__main__":
    main()
