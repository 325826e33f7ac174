"""A program that ends with the exit code in ENDS_WITH."""

import os
import sys

sys.exit(int(os.environ["ENDS_WITH"]))
