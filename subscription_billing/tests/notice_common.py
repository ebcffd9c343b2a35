from .change_common import ChangeCommon

KEYS = (
    "plan",
    "variant",
    "day",
    "cancel_by",
    "end",
    "what",
    "next_invoice",
    "trial_end",
    "after_trial",
    "after_term",
    "price",
    "total_now",
    "taxes",
    "term",
    "notice",
    "value_old",
    "value_new",
    "received",
    "kind",
    "reason",
    "company",
)


class NoticeCommon(ChangeCommon):
    """Verbs for stories about e-mails. The templates are the test's own and say all
    the facts as ``key=text``, so that wording may change."""

    confirms_orders = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.email = "ada@example.com"
        cls.customer.is_company = True
        cls.customer.tz = "Europe/Berlin"
        cls.templates = {
            code: cls._template(code)
            for code, _label in cls.env["subscription.notice"]._fields["code"].selection
        }
        for code in cls.templates:
            cls._use(code, cls.templates[code])
        cls.reason = cls.env.ref("subscription_billing.subscription_end_reason_price")

    @classmethod
    def _template(cls, code, prefix=""):
        facts = f"(ctx.get('notice') or object._get_notice_facts('{code}'))"
        rows = "".join(f"<p>{key}=<t t-out=\"{facts}['{key}']\"/>;</p>" for key in KEYS)
        lines = (
            f'<p t-foreach="{facts}[\'lines\']" t-as="row">line=<t t-out="'
            "' | '.join((row['name'], row['quantity'], row['price'], row['per']))"
            '"/>;</p>'
        )
        return cls.env["mail.template"].create(
            {
                "name": f"Test: {code}",
                "model_id": cls.env["ir.model"]._get_id("subscription.contract"),
                "subject": f"{prefix}{code}",
                "lang": "{{ object.partner_id.lang }}",
                "partner_to": "{{ object.partner_id.id }}",
                "body_html": f"<div>{rows}{lines}</div>",
            }
        )

    @classmethod
    def _use(cls, code, template, company=None):
        company = company or cls.company
        notices = cls.env["subscription.notice"].sudo()
        row = notices.search([("company_id", "=", company.id), ("code", "=", code)])
        vals = {"company_id": company.id, "code": code, "template_id": template.id}
        if not row:
            return notices.create(vals)
        row.template_id = template
        return row

    def mails(self, contracts):
        domain = [("model", "=", contracts._name), ("res_id", "in", contracts.ids)]
        return self.env["mail.mail"].sudo().search(domain, order="id")

    def assertMails(self, contracts, *codes):
        """These e-mails and no others, in the order they were sent in."""
        self.assertEqual(self.mails(contracts).mapped("subject"), list(codes))

    def assertTold(self, contracts, **expected):
        """What the latest e-mail says."""
        body = self.mails(contracts)[-1].body_html.replace("\N{NO-BREAK SPACE}", " ")
        for key, text in expected.items():
            self.assertIn(f"{key}={text};", body)

    def end(self, contract, today, **vals):
        vals = {"end_reason_id": self.reason.id, "timing": "now", **vals}
        return self.change(contract, "end", False, today, **vals)
