"""Instants at the border of the ORM: Odoo keeps UTC without a zone, the engine wants
to be told."""

from datetime import timezone


def aware(instant):
    """A stored instant with its zone, which is UTC; None stays None."""
    return instant and instant.replace(tzinfo=timezone.utc)


def naive(instant):
    """An instant as it is stored: UTC without a zone; None stays None."""
    return instant and instant.astimezone(timezone.utc).replace(tzinfo=None)
