"""Books that become tables of short sentences, by the rules, from PDF to the files.

A benchmark here is `sentences.<module>`; `sentences` alone stands for all of them.
"""
