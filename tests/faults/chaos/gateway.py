"""`python -m tests.faults.chaos.gateway`: a gateway that does what it is ordered to."""

import sys

from service.gateway.__main__ import main
from tests.faults.chaos.inside import prepare
from tests.faults.chaos.points import of_gateway

if __name__ == "__main__":
    prepare(of_gateway())
    sys.exit(main())
