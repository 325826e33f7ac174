"""`python -m tests.corpora.certificates FOLDER` writes the certificates and `truth.jsonl`, a line for each."""

import argparse
import sys
from pathlib import Path

import orjson

from tests.corpora.certificates.making import SEED, certificates


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.corpora.certificates", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, metavar="N", help="only the first N")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--without-apart", action="store_true", help="none in layouts that are held out")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    with (asked.folder / "truth.jsonl").open("wb") as truths:
        for made in certificates(asked.seed, count=asked.count, apart=not asked.without_apart):
            (asked.folder / made.name).write_bytes(made.content)
            truths.write(orjson.dumps({"name": made.name, **made.truth.as_json()}) + b"\n")
            sys.stdout.write(f"{asked.folder / made.name}\n")


if __name__ == "__main__":
    main()
