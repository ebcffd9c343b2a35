"""Sentences that are kept, such as those of the log: in each language there is, so that
whoever reads them later does so in the own one, whoever caused them."""

from datetime import date, datetime

from psycopg2.extras import Json

from odoo import fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import plaintext2html
from odoo.tools.misc import format_date, format_datetime
from odoo.tools.translate import get_translated_module, get_translation

SOURCE_LANG = "en_US"


class Said(str):
    """Text in the language of who caused it, which knows the others: ``texts`` is a
    dict language code -> str."""

    def __new__(cls, texts, lang):
        said = super().__new__(cls, texts.get(lang) or texts[SOURCE_LANG])
        said.texts, said.lang = texts, lang
        return said

    def followed_by(self, words):
        """Words that are the same in each language, after a colon."""
        texts = {lang: f"{text}: {words}" for lang, text in self.texts.items()}
        return Said(texts, self.lang)


class said:  # noqa: N801  reads as what it does: said(self.env)._("…")
    """Say something in each language that is installed."""

    def __init__(self, env):
        codes = [code for code, _name in env["res.lang"].get_installed()]
        self.lang = env.lang or SOURCE_LANG
        self.envs = [
            env(context={**env.context, "lang": lang})
            for lang in dict.fromkeys((SOURCE_LANG, *codes))
        ]

    def _(self, source, *facts, **named):
        """Like ``env._``, in each language; dates, records and other sentences are
        given as they are."""
        return self._tell(get_translated_module(2), source, facts, named)

    def _tell(self, module, source, facts, named):
        def write(env):
            words = tuple(_put(env, it) for it in facts)
            words = words or {name: _put(env, it) for name, it in named.items()}
            return get_translation(module, env.lang, source, words)

        return self.each(write)

    def each(self, write):
        """:param write: callable(env) -> str, or False for nothing"""
        texts = {env.lang: write(env) for env in self.envs}
        return Said(texts, self.lang) if all(texts.values()) else False

    def lines(self, sentences):
        return self.each(lambda env: "\n".join(_put(env, it) for it in sentences))

    def html(self, sentence):
        """A sentence as the note of an activity, each in its user's language."""
        return self.each(lambda env: plaintext2html(_put(env, sentence)))

    def of(self, record, name):
        """What a field says."""
        return self.each(lambda env: record.with_context(lang=env.lang)[name])


class refusal(said):  # noqa: N801  reads as what it does: raise refusal(self.env)._("…")
    """Say why something is not done: an error to be raised."""

    error = UserError

    def _(self, source, *facts, **named):
        return self.error(self._tell(get_translated_module(2), source, facts, named))


class invalid(refusal):  # noqa: N801  as above
    """Say what is wrong with a value."""

    error = ValidationError


class denied(refusal):  # noqa: N801  as above
    """Say who may not do it."""

    error = AccessError


def in_lang(text, lang):
    """A sentence in one of its languages; any other text as it is."""
    return text.texts.get(lang, text) if isinstance(text, Said) else text


def _put(env, fact):
    if isinstance(fact, Said):
        return in_lang(fact, env.lang)
    if isinstance(fact, datetime):
        return format_datetime(env, fact)
    if isinstance(fact, date):
        return format_date(env, fact)
    if isinstance(fact, models.BaseModel):
        return ", ".join(fact.with_context(lang=env.lang).mapped("display_name"))
    return "" if fact is False or fact is None else fact


class _Kept:
    """Keeps a sentence in all its languages; a plain one, as others write it, is the
    same in each."""

    translate = True

    def convert_to_column_insert(self, value, record, values=None, validate=True):
        if isinstance(value, Said):
            return Json(value.texts)
        return super().convert_to_column_insert(value, record, values, validate)

    def write(self, records, value):
        """All languages at once. Odoo's own write is for one: it flushes all that is
        open to read the others, in the middle of whatever writes here."""
        if not value:
            return super().write(records, value)
        if not isinstance(value, Said):
            value = said(records.env).each(lambda env: value)
        is_real = any(records._ids)
        in_all = records.with_context(prefetch_langs=True)
        return self._update_cache(in_all, dict(value.texts), dirty=is_real)


class Sentence(_Kept, fields.Char):
    """One sentence, readonly to everybody."""


class Sentences(_Kept, fields.Text):
    """Several, readonly to everybody."""
