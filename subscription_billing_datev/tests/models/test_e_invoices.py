from lxml import etree

from odoo.tests import tagged

from ..datev_common import DatevCommon
from ..e_invoice_rules import rule_faults, schema_faults

UBL = {
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
}
CII = {
    "ram": "urn:un:unece:uncefact:data:standard:"
    "ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
}


@tagged("post_install", "-at_install", "datev")
class TestEInvoices(DatevCommon):
    """XRechnung (UBL) and ZUGFeRD (CII) say the service period and how it is paid."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.write(
            {
                "street": "Hauptstraße 1",
                "zip": "10115",
                "city": "Berlin",
                "country_id": cls.env.ref("base.de").id,
                "phone": "+49 30 1234",
                "email": "billing@example.com",
            }
        )
        cls.business.write(
            {"country_id": cls.env.ref("base.de").id, "vat": "DE136695976"}
        )
        cls.product_a.taxes_id = cls.vat_19

    def line(self, *args, **vals):
        """With a product: Odoo's CII takes the name from it."""
        return super().line(*args, product_id=self.product_a.id, **vals)

    def invoice(self, *periods, **vals):
        """An invoice with a line for each (amount, first, last)."""
        move = self.sell(
            *[("8400", amount, self.vat_19) for amount, _first, _last in periods],
            post=False,
            **vals,
        )
        for line, (_amount, first, last) in zip(
            move.invoice_line_ids, periods, strict=True
        ):
            line.write(
                {"subscription_date_start": first, "subscription_date_end": last}
            )
        move.action_post()
        return move

    def ubl(self, move):
        data, errors = self.env["account.edi.xml.ubl_de"]._export_invoice(move)
        self.assertFalse(errors)
        return etree.fromstring(data)

    def cii(self, move):
        data, _errors = self.env["account.edi.xml.cii"]._export_invoice(move)
        return etree.fromstring(data)

    def texts(self, tree, path, spaces):
        return [each.text for each in tree.findall(path, spaces)]

    def test_xrechnung_has_the_period_of_each_line_and_of_all(self):
        """BG-26 for each line, BT-73 and BT-74 for the document."""
        move = self.invoice(
            (100, "2026-10-01", "2026-10-31"), (50, "2026-09-01", "2026-09-30")
        )
        tree = self.ubl(move)
        path = "cac:InvoicePeriod/cbc:StartDate"
        lines = "cac:InvoiceLine/cac:InvoicePeriod/"
        self.assertEqual(self.texts(tree, path, UBL), ["2026-09-01"])
        self.assertEqual(
            self.texts(tree, "cac:InvoicePeriod/cbc:EndDate", UBL), ["2026-10-31"]
        )
        self.assertEqual(
            self.texts(tree, f"{lines}cbc:StartDate", UBL), ["2026-10-01", "2026-09-01"]
        )
        self.assertEqual(
            self.texts(tree, f"{lines}cbc:EndDate", UBL), ["2026-10-31", "2026-09-30"]
        )

    def test_zugferd_has_the_same_periods(self):
        move = self.invoice(
            (100, "2026-10-01", "2026-10-31"), (50, "2026-09-01", "2026-09-30")
        )
        tree = self.cii(move)
        period = "ram:BillingSpecifiedPeriod/ram:%s/udt:DateTimeString"
        header = f".//ram:ApplicableHeaderTradeSettlement/{period}"
        line = f".//ram:SpecifiedLineTradeSettlement/{period}"
        self.assertEqual(self.texts(tree, header % "StartDateTime", CII), ["20260901"])
        self.assertEqual(self.texts(tree, header % "EndDateTime", CII), ["20261031"])
        self.assertEqual(
            self.texts(tree, line % "EndDateTime", CII), ["20261031", "20260930"]
        )

    def test_invoice_of_a_contract(self):
        self.subscribe("2026-10-01", partner_id=self.business.id)
        run = self.bill("2026-10-01")
        tree = self.ubl(run.move_ids)
        path = "cac:InvoiceLine/cac:InvoicePeriod/cbc:EndDate"
        self.assertEqual(self.texts(tree, path, UBL), ["2026-10-31"])

    def test_order_number_and_leitweg_id(self):
        """BT-13 from the contract, BT-10 from the customer."""
        self.business.write({"peppol_eas": "0204", "peppol_endpoint": "991-12345-67"})
        contract = self.subscribe("2026-10-01", partner_id=self.business.id)
        contract.customer_reference = "PO 4711"
        run = self.bill("2026-10-01")
        tree = self.ubl(run.move_ids)
        self.assertEqual(
            self.texts(tree, "cac:OrderReference/cbc:ID", UBL), ["PO 4711"]
        )
        self.assertEqual(self.texts(tree, "cbc:BuyerReference", UBL), ["991-12345-67"])

    def test_negative_lines_have_a_negative_quantity(self):
        """A price is never negative (BR-27)."""
        move = self.invoice(
            (100, "2026-10-01", "2026-10-31"), (-20, "2026-09-16", "2026-09-30")
        )
        tree = self.ubl(move)
        quantities = self.texts(tree, "cac:InvoiceLine/cbc:InvoicedQuantity", UBL)
        prices = self.texts(tree, "cac:InvoiceLine/cac:Price/cbc:PriceAmount", UBL)
        self.assertEqual([float(each) for each in quantities], [1, -1])
        self.assertEqual([float(each) for each in prices], [100, 20])
        tree = self.cii(move)
        prices = self.texts(tree, ".//ram:ChargeAmount", CII)
        self.assertTrue(all(float(each) >= 0 for each in prices), prices)

    def test_direct_debit(self):
        """59 with mandate (BT-89), creditor (BT-90), the debtor's account (BT-91)."""
        mandate = self.mandate(partner=self.business)
        self.subscribe("2026-10-01", partner_id=self.business.id)
        run = self.bill("2026-10-01")
        self.assertEqual(run.move_ids._get_debit_mandate(), mandate)
        tree = self.ubl(run.move_ids)
        means = "cac:PaymentMeans/"
        self.assertEqual(self.texts(tree, f"{means}cbc:PaymentMeansCode", UBL), ["59"])
        self.assertEqual(
            self.texts(tree, f"{means}cac:PaymentMandate/cbc:ID", UBL), [mandate.name]
        )
        path = f"{means}cac:PaymentMandate/cac:PayerFinancialAccount/cbc:ID"
        self.assertEqual(self.texts(tree, path, UBL), [mandate.iban])
        self.assertFalse(tree.findall(f"{means}cac:PayeeFinancialAccount", UBL))
        creditor = self.company.subscription_creditor_identifier
        path = "cac:AccountingSupplierParty/cac:Party/cac:PartyIdentification/cbc:ID"
        self.assertIn(creditor, self.texts(tree, path, UBL))
        tree = self.cii(run.move_ids)
        self.assertEqual(
            self.texts(tree, ".//ram:CreditorReferenceID", CII), [creditor]
        )
        self.assertEqual(
            self.texts(tree, ".//ram:DirectDebitMandateID", CII), [mandate.name]
        )
        path = ".//ram:PayerPartyDebtorFinancialAccount/ram:IBANID"
        self.assertEqual(self.texts(tree, path, CII), [mandate.iban])
        self.assertEqual(
            self.texts(
                tree, ".//ram:SpecifiedTradeSettlementPaymentMeans/ram:TypeCode", CII
            ),
            ["59"],
        )

    def test_transfer_stays_a_transfer(self):
        move = self.invoice((100, "2026-10-01", "2026-10-31"))
        move.partner_bank_id = self.bank.bank_account_id
        tree = self.ubl(move)
        path = "cac:PaymentMeans/cbc:PaymentMeansCode"
        self.assertEqual(self.texts(tree, path, UBL), ["30"])
        self.assertFalse(tree.findall(".//cac:PaymentMandate", UBL))

    def test_reverse_charge_says_its_reason(self):
        """Category AE, VATEX-EU-AE."""
        self.env["subscription.service.taxes"].create({}).action_apply()
        france = self.env.ref("base.fr")
        self.business.write({"country_id": france.id, "vat": "FR40303265045"})
        self.subscribe("2026-10-01", partner_id=self.business.id)
        run = self.bill("2026-10-01")
        tree = self.ubl(run.move_ids)
        category = "cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/"
        self.assertEqual(self.texts(tree, f"{category}cbc:ID", UBL), ["AE"])
        self.assertEqual(
            self.texts(tree, f"{category}cbc:TaxExemptionReasonCode", UBL),
            ["VATEX-EU-AE"],
        )

    def test_credit_note_names_the_period_too(self):
        move = self.invoice((100, "2026-10-01", "2026-10-31"))
        refund = move._reverse_moves([{"invoice_date": "2026-10-20"}])
        refund.invoice_line_ids.write(
            {
                "subscription_date_start": "2026-10-20",
                "subscription_date_end": "2026-10-31",
            }
        )
        refund.action_post()
        tree = self.ubl(refund)
        path = "cac:CreditNoteLine/cac:InvoicePeriod/cbc:StartDate"
        self.assertEqual(self.texts(tree, path, UBL), ["2026-10-20"])

    def test_line_without_a_period_has_none(self):
        move = self.sell(("8400", 100, self.vat_19))
        tree = self.ubl(move)
        self.assertFalse(tree.findall(".//cac:InvoicePeriod", UBL))
        self.assertEqual(move._get_service_period(), (None, None))

    def documents(self):
        """What a company sends: several periods, a credit within, direct debit, reverse
        charge, a credit note."""
        yield self.invoice(
            (100, "2026-10-01", "2026-10-31"), (-20, "2026-09-16", "2026-09-30")
        )
        move = self.invoice((100, "2026-10-01", "2026-10-31"))
        refund = move._reverse_moves([{"invoice_date": "2026-10-20"}])
        refund.action_post()
        yield refund
        self.env["subscription.service.taxes"].create({}).action_apply()
        france = self._customer(
            "Client SARL",
            country_id=self.env.ref("base.fr").id,
            vat="FR40303265045",
            street="Rue 1",
            zip="75001",
            city="Paris",
            email="client@example.com",
            is_company=True,
        )
        self.subscribe("2026-10-01", partner_id=france.id)
        self.mandate(partner=self.business)
        self.subscribe("2026-10-01", partner_id=self.business.id)
        yield from self.bill("2026-10-01").move_ids

    def test_all_of_them_keep_the_rules_of_en_16931(self):
        """Schemas of UBL 2.1 and CII, and the rules of CEN and of Factur-X."""
        self.company.partner_id.bank_ids = self.bank.bank_account_id
        moves = list(self.documents())
        self.assertEqual(len(moves), 4)
        for kind, model in (
            ("ubl", "account.edi.xml.ubl_de"),
            ("cii", "account.edi.xml.cii"),
        ):
            documents = [self.env[model]._export_invoice(move)[0] for move in moves]
            for data in documents:
                self.assertEqual(schema_faults(data), [])
            self.assertEqual(rule_faults(kind, documents), [], kind)

    def test_a_broken_document_is_found(self):
        """The rules are tried: a negative price, and a node in the wrong place."""
        move = self.invoice((100, "2026-10-01", "2026-10-31"))
        data = self.env["account.edi.xml.ubl_de"]._export_invoice(move)[0]
        broken = data.replace(b">100.0</cbc:PriceAmount>", b">-100.0</cbc:PriceAmount>")
        self.assertNotEqual(broken, data)
        self.assertTrue([it for it in rule_faults("ubl", [broken]) if "BR-27" in it])
        broken = data.replace(b"cbc:StartDate", b"cbc:BeginDate")
        self.assertTrue(schema_faults(broken))
