"""The live gateway against the usual ways to push to browsers from Python. Everything runs on loopback.

A benchmark here is `live.<module>`; `live` alone stands for all of them.
"""
