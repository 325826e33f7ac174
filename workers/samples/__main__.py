"""`python -m workers.samples FOLDER` writes the sample documents; `--book PAGES` writes a long book instead."""

import argparse
import sys
from pathlib import Path

from workers.samples.books import long_text_pdf
from workers.samples.writing import write_samples


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m workers.samples", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--book", type=int, metavar="PAGES")
    asked = parser.parse_args()
    if asked.book:
        asked.folder.mkdir(parents=True, exist_ok=True)
        written = [asked.folder / f"book-{asked.book}.pdf"]
        written[0].write_bytes(long_text_pdf(asked.book))
    else:
        written = write_samples(asked.folder)
    sys.stdout.writelines(f"{path}\n" for path in written)


if __name__ == "__main__":
    main()
