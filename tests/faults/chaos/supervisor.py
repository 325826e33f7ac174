"""`python -m tests.faults.chaos.supervisor`: a supervisor whose workers are the chaos'."""

import sys

from tests.faults.chaos.inside import prepare
from tests.support.supervisor_of import supervise

if __name__ == "__main__":
    prepare(())
    sys.exit(supervise("tests.faults.chaos.worker"))
