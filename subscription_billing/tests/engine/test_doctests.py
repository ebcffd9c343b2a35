import doctest
import pkgutil
from importlib import import_module

from odoo.tests import BaseCase

from ... import engine


class TestDoctests(BaseCase):
    def test_examples_in_docstrings_run(self):
        attempted = 0
        for module in pkgutil.iter_modules(engine.__path__, f"{engine.__name__}."):
            with self.subTest(module=module.name):
                result = doctest.testmod(import_module(module.name))
                self.assertFalse(result.failed)
                attempted += result.attempted
        self.assertGreater(attempted, 40)
