from odoo.exceptions import UserError
from odoo.tests import tagged

from ...engine import errors
from ...models.failures import ENGINE_ERRORS, explain, isolate
from ..common import SubscriptionCommon


@tagged("post_install", "-at_install", "billing")
class TestFailures(SubscriptionCommon):
    """X5, O2: the culprit is found, and what is wrong is said in the reader's words."""

    def work(self, bad):
        """Work that writes first and then fails for some partners."""

        def work(partners):
            partners.ref = "done"
            if partners & bad:
                raise ValueError("bad")
            return len(partners)

        return work

    def test_the_culprits_alone_are_left_out(self):
        partners = self.env["res.partner"].create([{"name": n} for n in "abcdefgh"])
        bad = partners[2] + partners[7]
        culprits = []
        results = isolate(
            self.env,
            partners,
            self.work(bad),
            lambda part, error: culprits.append((part, str(error))) or 0,
        )
        self.assertEqual(sum(results), 6)
        self.assertEqual(culprits, [(partners[2], "bad"), (partners[7], "bad")])
        self.assertEqual(set((partners - bad).mapped("ref")), {"done"})
        self.assertFalse(any(bad.mapped("ref")), "nothing of a failed one stays")

    def test_no_work_is_made_of_nothing(self):
        self.assertEqual(isolate(self.env, [], self.fail, self.fail), [])

    def engine_errors(self):
        pending = [errors.EngineError]
        while pending:
            error = pending.pop()
            pending += error.__subclasses__()
            yield error

    def test_o2_each_engine_error_has_german_words(self):
        self.env["res.lang"]._activate_lang("de_DE")
        module = self.env.ref("base.module_subscription_billing")
        module._update_translations(["de_DE"], overwrite=True)
        german = self.env(context={"lang": "de_DE"})
        codes = set()
        for error in self.engine_errors():
            with self.subTest(code=error.code):
                codes.add(error.code)
                planted = error("for developers", value=7)
                texts = [explain(env, planted, "it") for env in (self.env, german)]
                self.assertNotIn("for developers", "".join(texts))
                self.assertIn("(7)", texts[1])
                self.assertIn("Damit lässt sich nicht rechnen", texts[1])
                self.assertNotIn(texts[0].split(": ")[1], texts[1])
        self.assertEqual(codes, set(ENGINE_ERRORS))

    def test_what_nobody_expected_goes_to_the_server_log(self):
        with self.assertLogs("odoo.addons.subscription_billing.models.failures") as log:
            text = explain(self.env, KeyError("x"), "Billing of C1")
        self.assertEqual(text, "Unexpected error: 'x'")
        self.assertIn("Billing of C1 failed", log.output[0])

    def test_a_sentence_for_a_user_is_left_as_it_is(self):
        self.assertEqual(explain(self.env, UserError("Say it."), "it"), "Say it.")
