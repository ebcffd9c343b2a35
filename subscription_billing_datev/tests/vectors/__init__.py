"""What DATEV's files must be: columns, a golden file, and the entries behind it."""

import csv
import json
from pathlib import Path

FOLDER = Path(__file__).parent


def read_columns():
    """Columns of the Buchungsstapel, in their order."""
    with (FOLDER / "datev-extf-v13-columns.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter=";"))


def read_golden():
    return (FOLDER / "datev-extf-v13-golden.csv").read_bytes()


def read_moves():
    path = FOLDER / "datev-journal-items.json"
    return json.loads(path.read_text(encoding="utf-8"))["moves"]
