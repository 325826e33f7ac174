"""`python -m tests.faults.chaos.loose_template …`: a template whose lifeline is not held, nor are its children's."""

import os

from workers.children import confinement, template


def _not_held(read_end: int) -> int:
    return os.dup(read_end)


if __name__ == "__main__":
    assert confinement.hold_lifeline, "there is a lifeline to let go of"
    confinement.hold_lifeline = _not_held
    template.main()
