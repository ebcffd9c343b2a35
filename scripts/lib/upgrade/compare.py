"""Compares two forecasts; exit code 1 when they differ or are empty.

Usage: compare.py BEFORE AFTER (files with a JSON list a line)
"""

import json
import sys
from pathlib import Path


def read(name):
    lines = Path(name).read_text().splitlines()
    return {tuple(json.loads(line)) for line in lines if line.startswith("[")}


def main(before, after):
    before, after = read(before), read(after)
    for title, rows in (
        ("only before", before - after),
        ("only after", after - before),
    ):
        for row in sorted(rows, key=str):
            print(f"{title}: {row}")
    contracts = {row[1] for row in before}
    print(f"{len(before)} rows of {len(contracts)} contracts were forecast before")
    if before != after or not before:
        sys.exit("error: the forecast after the upgrade is another one")
    print("==> upgrade: the forecast is the same")


if __name__ == "__main__":
    main(*sys.argv[1:])
