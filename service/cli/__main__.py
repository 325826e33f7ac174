"""`python -m service.cli` is `headway`."""

from service.cli import main

main()
