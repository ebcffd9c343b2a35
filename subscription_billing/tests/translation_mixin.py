import io
import re

import polib

from odoo.tools.misc import file_path
from odoo.tools.translate import trans_export

PLACEHOLDER = re.compile(r"%\(\w+\)s|%s|%%|<[^>]+>")
# Attributes of tags that hold words and may be translated.
WORDS = re.compile(r' (?:aria-label|title|placeholder)="[^"]*"')


class TranslationMixin:
    """The German translation of a module is complete, and so is its template.

    :cvar module: name of the module
    :cvar same_in_german: terms that German writes alike; the linter wants a translation
        that repeats the term to be left empty
    """

    module = ""
    same_in_german = frozenset()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("de_DE")
        cls.german = cls._read("de.po")

    @classmethod
    def _read(cls, name):
        return polib.pofile(file_path(f"{cls.module}/i18n/{name}"))

    @property
    def remedy(self):
        """In a database with the module and German; see docs/api.rst."""
        return f"type: scripts/odoo i18n export {self.module} -d DATABASE -l pot"

    def _exported(self):
        """Messages of the module, without those of its demo data."""
        buffer = io.BytesIO()
        trans_export(False, [self.module], buffer, "po", self.env)
        folder = file_path(f"{self.module}/__manifest__.py").rpartition("/")[0]
        manifest = self.env["ir.module.module"].get_module_info(self.module)
        demo = set()
        for name in manifest.get("demo", ()):
            with open(f"{folder}/{name}", encoding="utf-8") as file:
                demo.update(re.findall(r'<record\s+id="(\w+)"', file.read()))
        entries = polib.pofile(buffer.getvalue().decode())
        return {
            entry.msgid
            for entry in entries
            if any(path.rpartition(".")[2] not in demo for path, _ in entry.occurrences)
        }

    def test_the_template_holds_the_terms_of_the_module(self):
        known = {entry.msgid for entry in self._read(f"{self.module}.pot")}
        exported = self._exported()
        self.assertEqual(sorted(exported - known), [], f"new; {self.remedy}")
        self.assertEqual(sorted(known - exported), [], f"gone; {self.remedy}")

    def test_german_translates_every_term(self):
        terms = {entry.msgid for entry in self._read(f"{self.module}.pot")}
        translated = {entry.msgid for entry in self.german.translated_entries()}
        self.assertEqual(sorted(terms - translated - self.same_in_german), [])
        self.assertEqual(sorted(translated - terms), [])

    def test_german_keeps_placeholders_and_tags(self):
        for entry in self.german.translated_entries():
            with self.subTest(entry.msgid):
                parts = [
                    sorted(PLACEHOLDER.findall(WORDS.sub("", text)))
                    for text in (entry.msgid, entry.msgstr)
                ]
                self.assertEqual(*parts)
