from datetime import datetime, timedelta, timezone

from odoo.tests import BaseCase

from ...engine.errors import InvalidTimezone
from ...engine.local_time import (
    day_start_utc,
    local_date,
)
from .common import day


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


class TestLocalTime(BaseCase):
    def test_t3_an_instant_has_the_date_of_its_zone(self):
        for instant, zone, expected in (
            ("2024-03-31 21:59:59", "Europe/Berlin", "2024-03-31"),
            ("2024-03-31 22:00:00", "Europe/Berlin", "2024-04-01"),
            ("2024-10-31 22:59:59", "Europe/Berlin", "2024-10-31"),
            ("2024-10-31 23:00:00", "Europe/Berlin", "2024-11-01"),
            ("2024-01-01 04:59:59", "America/New_York", "2023-12-31"),
            ("2024-01-01 10:00:00", "Pacific/Kiritimati", "2024-01-02"),
            ("2024-06-01 12:00:00", "Asia/Kathmandu", "2024-06-01"),
        ):
            with self.subTest(instant=instant, zone=zone):
                self.assertEqual(local_date(utc(instant), zone), day(expected))

    def test_t3_days_of_the_clock_change_have_their_own_length(self):
        for at, zone, hours in (
            ("2024-03-31", "Europe/Berlin", 23),
            ("2024-10-27", "Europe/Berlin", 25),
            ("2024-03-30", "Europe/Berlin", 24),
            ("2018-11-04", "America/Sao_Paulo", 23),
            ("2024-10-06", "Australia/Lord_Howe", 23.5),
        ):
            with self.subTest(at=at, zone=zone):
                following = day(at) + timedelta(1)
                length = day_start_utc(following, zone) - day_start_utc(day(at), zone)
                self.assertEqual(length, timedelta(hours=hours))
                self.assertEqual(
                    local_date(day_start_utc(day(at), zone), zone), day(at)
                )

    def test_t3_the_ends_of_the_calendar_hold(self):
        for when, zone in (("0001-01-01", "Asia/Tokyo"), ("9999-12-31", "Etc/GMT+12")):
            start = day_start_utc(day(when), zone)
            self.assertLessEqual(abs((start.date() - day(when)).days), 1)

    def test_t3_unknown_zones_and_naive_instants_are_refused_by_name(self):
        for zone in ("Europe/Atlantis", "", "Europe", "../etc/passwd"):
            with self.subTest(zone=zone), self.assertRaises(InvalidTimezone) as caught:
                day_start_utc(day("2024-01-01"), zone)
            self.assertEqual(caught.exception.facts, {"timezone": zone})
        with self.assertRaises(InvalidTimezone):
            local_date(datetime(2024, 1, 1), "UTC")  # noqa: DTZ001 naive on purpose
