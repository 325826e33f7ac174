"""A program that does nothing until a signal ends it."""

import signal

signal.pause()
