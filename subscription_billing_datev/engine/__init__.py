"""How journal entries become rows: values in, values out, no database, no clock."""

from . import booking, journal
