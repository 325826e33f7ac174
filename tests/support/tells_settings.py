"""A program that prints the settings in its environment, then waits."""

import os
import signal

told = [f"{name}={value}" for name, value in sorted(os.environ.items()) if name.startswith("HEADWAY_")]
print("\n".join([*told, "end"]), flush=True)
signal.pause()
