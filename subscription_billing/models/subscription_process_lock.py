import zlib
from contextlib import contextmanager

from odoo import models
from odoo.tools import SQL


class ProcessLock(models.AbstractModel):
    """A record that one process works on over many commits. The lock belongs to its
    connection to the database: it outlives commits and is gone with the process, so
    that others see what was killed."""

    _name = "subscription.process.lock"
    _description = "Lock of a Process"

    @contextmanager
    def _held(self):
        """Work on the record; an error is rolled back before the lock is given up."""
        self._try_hold()
        try:
            yield
        except Exception:
            self.env.cr.rollback()
            raise
        finally:
            self._release()

    def _get_abandoned(self):
        """Those that no process works on."""
        return self.filtered(lambda it: it._try_hold() and it._release())

    def _try_hold(self):
        """Take the lock, or return False: another process has it."""
        return self._ask("SELECT pg_try_advisory_lock(%s, %s)")

    def _release(self):
        return self._ask("SELECT pg_advisory_unlock(%s, %s)")

    def _ask(self, query):
        self.ensure_one()
        # Two numbers of 31 bits, as PostgreSQL asks for.
        key = zlib.crc32(self._name.encode()) >> 1, self.id
        self.env.cr.execute(SQL(query, *key))
        return self.env.cr.fetchone()[0]
