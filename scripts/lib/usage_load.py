"""Loads usage from a CSV file of any size into one database.

Rows are checked and committed in chunks, by the rules of the API. Interrupt it as you
like and start it again: what is recorded already counts once. Rejected rows go to
FILE.rejected.csv with row number and reason; mend them there and load that file.

Exit code 0: all rows are recorded. 1: some rows were rejected. 2: the file cannot be
read to its end, or the load was interrupted.
"""

import argparse
import io
import sys
import time
from itertools import islice
from pathlib import Path

from odoo_session import open_env, require_addon
from psycopg2.errors import DeadlockDetected, SerializationFailure

CHUNK_ROWS = 50_000
MAX_TRIES = 10
BAR_WIDTH = 30
MESSAGES = {
    "encoding": "the file is not UTF-8 text",
    "delimiter": "the columns are separated by {found}; save it with , or ;",
    "columns": "the header lacks the columns {missing}",
    "double_column": "the header names column {name} twice",
    "many_columns": "the header has more than {limit} columns",
    "malformed": "the file is damaged near line {line}: a quote is missing",
}


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="scripts/usage-load",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, metavar="FILE.csv")
    parser.add_argument("-d", "--database", required=True, metavar="NAME")
    parser.add_argument(
        "--company", metavar="NAME", help="needed where there are several"
    )
    return parser.parse_args()


def find_company(env, name):
    companies = env["res.company"].search([("name", "=", name)] if name else [])
    if len(companies) != 1:
        known = ", ".join(env["res.company"].search([]).mapped("name"))
        sys.exit(f"error: name one company by --company; there are: {known}")
    return companies


class Progress:
    """A bar on stderr, by the bytes read."""

    def __init__(self, stream, size):
        self.stream, self.size, self.start = stream, size or 1, time.monotonic()
        self.counts = dict.fromkeys(("created", "duplicate", "rejected"), 0)

    @property
    def rows(self):
        return sum(self.counts.values())

    def show(self, end=""):
        share = min(self.stream.tell() / self.size, 1)
        filled = int(share * BAR_WIDTH)
        speed = self.rows / max(time.monotonic() - self.start, 0.001)
        bar = "#" * filled + "." * (BAR_WIDTH - filled)
        counts = ", ".join(f"{count} {name}" for name, count in self.counts.items())
        text = f"[{bar}] {share:4.0%} {counts}, {speed:.0f} rows/s"
        print(f"\r{text}", end=end, file=sys.stderr, flush=True)


class RejectedFile:
    """The report, made with its first row; that of an earlier load is removed."""

    def __init__(self, path, header):
        self.path, self.header, self.stream = path, header, None
        path.unlink(missing_ok=True)

    def add(self, rows):
        from odoo.addons.subscription_billing.formats.usage_table import write_rejected

        if not rows:
            return
        header = None if self.stream else self.header
        self.stream = self.stream or self.path.open("w", encoding="utf-8", newline="")
        write_rejected(self.stream, header, rows)
        self.stream.flush()


def load_chunk(env, company, rows):
    """Take and commit a chunk; another writer of the same keys costs a new try."""
    attempt = 1
    while True:
        try:
            results = env["subscription.usage"]._load_rows(rows, company)
            env.cr.commit()
            return results
        except (SerializationFailure, DeadlockDetected):
            env.cr.rollback()
            env.invalidate_all()
            if attempt == MAX_TRIES:
                raise
            time.sleep(0.1 * attempt)
            attempt += 1


def load(env, company, raw, path):
    """Load the stream of bytes; return what became of the rows."""
    from odoo.addons.subscription_billing.formats import usage_table

    progress = Progress(raw, path.stat().st_size)
    text = io.TextIOWrapper(raw, "utf-8-sig", "surrogateescape", newline="")
    lines = usage_table.csv_lines(text)
    header = usage_table.read_header(lines)
    rejected = RejectedFile(path.with_suffix(".rejected.csv"), header)
    rows = usage_table.read_rows(header, lines)
    try:
        while chunk := list(islice(rows, CHUNK_ROWS)):
            results = load_chunk(env, company, chunk)
            for result in results:
                progress.counts[result["status"]] += 1
            rejected.add(
                [
                    (row.number, result["reason"], row.cells)
                    for row, result in zip(chunk, results, strict=True)
                    if result["status"] == "rejected"
                ]
            )
            progress.show()
    finally:
        progress.show(end="\n")
    if rejected.stream:
        print(f"Rejected rows and their reasons: {rejected.path}", file=sys.stderr)
    return progress.counts


def run(options):
    require_addon(options.database, "subscription_billing")
    again = "What was recorded stays; start again to go on."
    with options.file.open("rb") as raw, open_env(options.database) as env:
        # Found once the environment has set the addons path.
        from odoo.addons.subscription_billing.formats.file_error import FileError

        company = find_company(env, options.company)
        try:
            counts = load(env, company, raw, options.file)
        except FileError as error:
            facts = {
                name: ", ".join(value) if isinstance(value, list) else value
                for name, value in error.facts.items()
            }
            sys.exit(f"error: {MESSAGES[error.code].format(**facts)}. {again}")
        except KeyboardInterrupt:
            env.cr.rollback()
            sys.exit(f"error: interrupted. {again}")
    return 1 if counts["rejected"] else 0


def main():
    options = parse_arguments()
    try:
        return run(options)
    except OSError as error:
        message = f"error: {error}"
    except SystemExit as error:
        if not isinstance(error.code, str):
            raise
        message = error.code
    print(message, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
