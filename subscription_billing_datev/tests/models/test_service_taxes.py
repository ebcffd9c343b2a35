from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from ..datev_common import DatevCommon


class ServicesCommon(DatevCommon):
    """Verbs for stories about customers abroad; accounts of the chart."""

    union, abroad, home, reduced, goods = "8336", "8338", "8400", "8300", "8125"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product_a.write({"type": "service", "taxes_id": cls.vat_19})
        cls.product_a.property_account_income_id = cls.account(cls.home)
        cls.taxes = cls.env["subscription.service.taxes"]
        cls.france, cls.swiss = cls.env.ref("base.fr"), cls.env.ref("base.ch")

    def set_up(self, **vals):
        wizard = self.taxes.create(vals)
        wizard.action_apply()
        return wizard

    def bill_abroad(self, country, vat=False, **vals):
        """The invoice of the test plan for a customer of a country."""
        partner = self._customer(
            "Client", country_id=country.id, vat=vat, is_company=bool(vat), **vals
        )
        contract = self.subscribe("2026-10-01", partner_id=partner.id)
        self.bill("2026-10-01")
        line = contract.charge_ids.move_line_id
        return contract, line

    def assertBilled(self, line, code, tag, amount):
        self.assertEqual(line.account_id.code, code)
        tags = line.tax_ids.invoice_repartition_line_ids.tag_ids.mapped("name")
        self.assertTrue([name for name in tags if name.startswith(tag)], tags)
        self.assertEqual(line.move_id.amount_total, amount)


class ServiceTaxesMixin:
    """What the set-up does to a chart."""

    allow_inherited_tests_method = True

    def test_company_of_the_union_owes_the_tax_itself(self):
        """8336, line 21 of the advance VAT return, reverse charge on the invoice."""
        self.set_up()
        _contract, line = self.bill_abroad(self.france, "FR40303265045")
        self.assertBilled(line, self.union, "21", 30.0)
        self.assertEqual(line.tax_ids.ubl_cii_tax_category_code, "AE")
        reason = line.tax_ids.ubl_cii_tax_exemption_reason_code
        self.assertEqual(reason, "VATEX-EU-AE")
        self.assertIn("reverse charge", line.move_id.fiscal_position_id.note)
        export = self.exported()
        row = self.rows(export)[0]
        self.assertEqual(row["EU-Land u. UStID (Bestimmung)"], "FR40303265045")

    def test_customer_outside_of_the_union(self):
        self.set_up()
        _contract, line = self.bill_abroad(self.swiss)
        self.assertBilled(line, self.abroad, "45", 30.0)
        self.assertEqual(len(self.rows(self.exported())), 1)

    def test_consumer_of_the_union_pays_german_tax(self):
        """Under the threshold of the one-stop shop."""
        self.set_up()
        _contract, line = self.bill_abroad(self.france)
        self.assertBilled(line, self.home, "81", 35.7)

    def test_german_customer_is_left_alone(self):
        self.set_up()
        _contract, line = self.bill_abroad(self.env.ref("base.de"), "DE136695976")
        self.assertBilled(line, self.home, "81", 35.7)

    def test_reduced_rate_goes_to_the_same_accounts(self):
        self.set_up()
        self.product_a.taxes_id = self.vat_7
        _contract, line = self.bill_abroad(self.swiss)
        self.assertBilled(line, self.abroad, "45", 30.0)

    def test_it_tells_what_it_changed_and_can_be_run_again(self):
        first, second = self.set_up(), self.set_up()
        self.assertIn(f"{self.home} becomes {self.union}", first.changes)
        self.assertIn(f"{self.reduced} becomes {self.abroad}", first.changes)
        self.assertIn("All was as it should be", second.changes)

    def test_goods_keep_their_position(self):
        self.set_up(is_automatic=False)
        position = self.tax("fiscal_position_eu_vat_id_partner")
        mapped = position.map_tax(self.vat_19)
        self.assertEqual(mapped, self.tax("tax_eu_sale"))
        self.assertTrue(position.vat_required)
        service = self.tax("fiscal_position_eu_vat_id_partner_service")
        self.assertFalse(service.auto_apply)

    def test_one_stop_shop_gets_account_and_key(self):
        tag = self.env["account.account.tag"].create(
            {"name": "OSS", "applicability": "taxes"}
        )
        position = self.env["account.fiscal.position"].create(
            {"name": "OSS B2C France", "country_id": self.france.id, "auto_apply": True}
        )
        tax = self.vat_19.copy({"name": "20% FR", "amount": 20})
        tax.write(
            {
                "l10n_de_datev_code": False,
                "fiscal_position_ids": position.ids,
                "original_tax_ids": self.vat_19.ids,
            }
        )
        tax.repartition_line_ids.tag_ids = tag
        self.set_up()
        self.assertEqual(tax.l10n_de_datev_code, "240")
        _contract, line = self.bill_abroad(self.france)
        shop = {"8400": "8331", "4400": "4331"}[self.home]
        self.assertBilled(line, shop, "OSS", 36.0)
        row = self.told(self.exported())[0]
        self.assertTrue(row.endswith(f"{shop} 240"), row)

    def test_audit_trail_and_layout_are_mended(self):
        layout = self.env.ref("l10n_din5008.external_layout_din5008")
        self.company.external_report_layout_id = False
        self.env.cr.execute(
            "UPDATE res_company SET restrictive_audit_trail = false WHERE id = %s",
            [self.company.id],
        )
        self.company.invalidate_recordset()
        wizard = self.set_up(with_layout=False)
        self.assertTrue(self.company.restrictive_audit_trail)
        self.assertFalse(self.company.external_report_layout_id)
        self.assertIn("udit trail", wizard.changes.lower().replace("&nbsp;", " "))
        self.set_up()
        self.assertEqual(self.company.external_report_layout_id, layout)


@tagged("post_install", "-at_install", "datev")
class TestServiceTaxes03(ServiceTaxesMixin, ServicesCommon):
    def test_without_a_german_chart_there_is_nothing_to_do(self):
        other = self.env["res.company"].create({"name": "Other"})
        with self.assertRaisesRegex(UserError, "neither SKR 03 nor SKR 04"):
            self.set_up(company_id=other.id)

    def test_only_who_keeps_the_books_may(self):
        clerk = new_test_user(
            self.env, login="clerk", groups="account.group_account_invoice"
        )
        with self.assertRaises(AccessError):
            self.taxes.with_user(clerk).create({})

    def test_the_dialog_opens_and_tells(self):
        with Form(self.taxes) as form:
            form.is_automatic = False
        action = form.record.action_apply()
        self.assertEqual(action["res_id"], form.record.id)
        self.assertTrue(form.record.is_done)

    def test_the_note_is_in_each_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.set_up()
        position = self.tax("fiscal_position_eu_vat_id_partner_service")
        german = position.with_context(lang="de_DE").note
        self.assertIn("Steuerschuldnerschaft des Leistungsempfängers", german)
        self.assertIn("reverse charge", position.with_context(lang="en_US").note)


@tagged("post_install", "-at_install", "datev")
class TestServiceTaxes04(ServiceTaxesMixin, ServicesCommon):
    chart_template = "de_skr04"
    union, abroad, home, reduced, goods = "4336", "4338", "4400", "4300", "4125"


@tagged("post_install", "-at_install", "datev")
class TestTaxCheck(ServicesCommon):
    """A contract whose tax would be wrong is parked with the reason."""

    def test_service_with_a_position_for_goods(self):
        contract, _line = self.bill_abroad(self.france, "FR40303265045")
        self.assertIn("is for deliveries of goods", contract.billing_error)
        self.set_up()
        with self.on_day("2026-10-01"):
            contract.action_retry_billing()
        self.assertFalse(contract.billing_error)
        self.assertBilled(contract.charge_ids.move_line_id, "8336", "21", 30.0)

    def test_account_of_another_tax(self):
        self.product_a.property_account_income_id = self.account("8300")
        contract = self.subscribe("2026-10-01")
        self.bill("2026-10-01")
        self.assertIn("8300", contract.billing_error)
        self.assertIn("stands for another tax than 19%", contract.billing_error)

    def test_account_of_a_tax_and_none(self):
        self.product_a.taxes_id = False
        self.product_a.property_account_income_id = self.account("8400")
        contract = self.subscribe("2026-10-01")
        self.bill("2026-10-01")
        self.assertIn("the product has none", contract.billing_error)

    def test_vat_number_that_is_missing(self):
        position = self.tax("fiscal_position_eu_vat_id_partner_service")
        self.set_up(is_automatic=False)
        position.vat_required = False
        partner = self._customer("Client", country_id=self.france.id)
        partner.property_account_position_id = position
        contract = self.subscribe("2026-10-01", partner_id=partner.id)
        self.bill("2026-10-01")
        self.assertIn("Client has no VAT number", contract.billing_error)

    def test_warning_instead(self):
        self.company.subscription_tax_check = "warn"
        contract, line = self.bill_abroad(self.france, "FR40303265045")
        self.assertBilled(line, "8125", "41", 30.0)
        event = contract.event_ids.filtered(lambda it: it.type == "warned")
        self.assertIn("is for deliveries of goods", event.message)

    def test_not_looked_at(self):
        self.company.subscription_tax_check = False
        contract, line = self.bill_abroad(self.france, "FR40303265045")
        self.assertBilled(line, "8125", "41", 30.0)
        self.assertFalse(contract.event_ids.filtered(lambda it: it.type == "warned"))
