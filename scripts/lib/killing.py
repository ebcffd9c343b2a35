"""Processes that may be killed, for checks of what a crash leaves behind."""

import os
import signal
import sys

from odoo import sql_db


class Killer:
    """Ends the process at one step; without a step it never does."""

    def __init__(self, step=None):
        self.step = step

    def reach(self, step):
        if step and step == self.step:
            os.kill(os.getpid(), signal.SIGKILL)


def start(job):
    """Start a process that does a job; its id.

    :param job: callable without arguments; opens its own connection
    """
    # No connection to the database may be shared by two processes.
    sql_db.close_all()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        job()
        code = 0
    finally:
        os._exit(code)


def finish(pid):
    """Whether the process was killed; SystemExit if it failed by itself."""
    _pid, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        if os.WTERMSIG(status) != signal.SIGKILL:
            sys.exit(f"error: a process has died of signal {os.WTERMSIG(status)}")
        return True
    if os.WEXITSTATUS(status):
        sys.exit("error: a process has failed")
    return False
