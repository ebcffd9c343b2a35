"""When the demo takes place: its months end with the last one before today, so that
there is nothing left to bill when it is opened. Its files are of a fixed time, and are
moved by whole months."""

import csv
import io
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

DATA = Path(__file__).parent / "data"
ZONE = ZoneInfo("Europe/Berlin")
# The day the files begin with.
ORIGIN = date(2025, 1, 1)
DATES = ("start", "end", "name")


class Window:
    """
    :param int months: how many are billed, the last one before today included
    """

    def __init__(self, months, today=None):
        self.today = today or datetime.now(ZONE).date()
        self.first = self.today.replace(day=1) - relativedelta(months=months)
        self.month_ends = [
            self.first + relativedelta(months=n + 1, days=-1) for n in range(months)
        ]

    def move(self, day):
        """A day of the files, as a day of this demo."""
        months = relativedelta(self.first, ORIGIN)
        return day + relativedelta(years=months.years, months=months.months)

    def read(self, name):
        """Rows of a file, the days in them moved."""
        with (DATA / name).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            for column in DATES:
                if _is_day(row.get(column)):
                    day = date.fromisoformat(row[column])
                    row[column] = self.move(day).isoformat()
        return rows

    def read_bytes(self, name):
        """The same as the bytes of a file."""
        rows = self.read(name)
        content = io.StringIO()
        writer = csv.DictWriter(content, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return content.getvalue().encode()


def _is_day(text):
    return bool(text) and len(text) == 10 and text[:4].isdigit()
