from odoo import api, fields, models
from odoo.tools import SQL, format_date, formatLang

from ..sentences import said


class SubscriptionUsageNotice(models.Model):
    """An alert that went out: once per alert, contract line and period."""

    _name = "subscription.usage.notice"
    _description = "Usage Notice"
    _order = "id desc"
    _rec_name = "line_id"

    alert_id = fields.Many2one(
        "subscription.usage.alert", required=True, ondelete="cascade"
    )
    line_id = fields.Many2one(
        "subscription.contract.line", required=True, index=True, ondelete="cascade"
    )
    contract_id = fields.Many2one(related="line_id.contract_id", store=True, index=True)
    company_id = fields.Many2one(related="contract_id.company_id", store=True)
    partner_id = fields.Many2one(related="contract_id.partner_id", string="Customer")
    user_id = fields.Many2one(related="contract_id.user_id")
    currency_id = fields.Many2one(related="contract_id.currency_id")
    unit_name = fields.Char(related="line_id.component_id.meter_id.unit_name")
    basis = fields.Selection(related="alert_id.basis")
    date_start = fields.Date("Period From", required=True)
    date_end = fields.Date("Period To", required=True)
    quantity = fields.Float("Used", digits=(24, 8))
    quota = fields.Float("Free Quantity", digits=(24, 8))
    amount = fields.Monetary("Cost So Far")
    percent = fields.Float("Quota Used (%)", compute="_compute_percent")
    # For mail templates, in their language.
    quantity_text = fields.Char("Used, as Text", compute="_compute_texts")
    quota_text = fields.Char("Free Quantity, as Text", compute="_compute_texts")

    _once = models.Constraint(
        "UNIQUE (alert_id, line_id, date_start)",
        "This alert went out for this line and period already.",
    )

    @api.depends("quantity", "quota")
    def _compute_percent(self):
        for notice in self:
            quota = notice.quota
            notice.percent = 100 * notice.quantity / quota if quota else 0.0

    @api.depends_context("lang")
    @api.depends("quantity", "quota", "unit_name")
    def _compute_texts(self):
        explaining = self.env["subscription.explaining"]
        for notice in self:
            unit = notice.unit_name or ""
            for name in ("quantity", "quota"):
                number = explaining._format_quotient(notice.env, notice[name])
                notice[f"{name}_text"] = f"{number} {unit}".strip()

    @api.model
    def _claim(self, vals_list):
        """Create the notices that are not there yet.

        SQL, because the ORM cannot leave out what exists. Of two workers that send
        the same alert at once one waits here, and its batch starts anew.

        :param list vals_list: vals of notices with all stored columns
        :return: the notices created
        """
        if not vals_list:
            return self.browse()
        self.env["subscription.contract.line"].flush_model()
        self.env["subscription.usage.alert"].flush_model()
        cr = self.env.cr
        columns = sorted(vals_list[0])
        names = SQL(", ").join(SQL.identifier(name) for name in columns)
        rows = SQL(", ").join(
            SQL("(%s, %s, %s)", self.env.uid, cr.now(), _as_row(vals, columns))
            for vals in vals_list
        )
        found = self.env.execute_query(
            SQL(
                "INSERT INTO subscription_usage_notice (create_uid, create_date, %s)"
                " VALUES %s ON CONFLICT (alert_id, line_id, date_start) DO NOTHING"
                " RETURNING id",
                names,
                rows,
            )
        )
        return self.browse(sorted(id_ for (id_,) in found))

    def _deliver(self):
        """Log, mail and activity, as each alert wants them. Mails are only queued."""
        for notice in self:
            text = said(notice.env).each(notice._write_text)
            notice._log(text)
            if notice.alert_id.mail_template_id:
                notice._queue_mail()
            if notice.alert_id.has_activity:
                notice.contract_id.activity_schedule(
                    "mail.mail_activity_data_todo",
                    summary=said(notice.env)._("Usage alert"),
                    note=said(notice.env).html(text),
                    user_id=notice.contract_id._get_responsible().id,
                )

    def _write_text(self, env):
        """What was reached, in the language of ``env``."""
        self = self.with_context(lang=env.lang)
        facts = {
            "component": self.line_id.name,
            "quantity": self.quantity_text,
            "quota": self.quota_text,
            "amount": formatLang(self.env, self.amount, currency_obj=self.currency_id),
            "start": format_date(self.env, self.date_start),
            "end": format_date(self.env, self.date_end),
            "percent": formatLang(self.env, self.percent, digits=0),
        }
        if self.basis == "quota":
            return self.env._(
                "%(component)s: %(quantity)s used from %(start)s to %(end)s, "
                "%(percent)s %% of the free quantity of %(quota)s",
                **facts,
            )
        return self.env._(
            "%(component)s: %(quantity)s used from %(start)s to %(end)s, %(amount)s "
            "so far",
            **facts,
        )

    def _log(self, text):
        log = self.env["subscription.event"]
        log._log("usage_alert", self.contract_id, text, date_effective=self.date_start)

    def _queue_mail(self):
        """Put the mail into the queue and the chatter of the contract."""
        self.ensure_one()
        contract, template = self.contract_id, self.alert_id.mail_template_id
        if not self.partner_id.email:
            self._log(
                said(self.env)._(
                    "No usage mail sent: %s has no e-mail", self.partner_id.name
                )
            )
            return
        names = ("subject", "body_html", "email_from", "reply_to")
        vals = template._generate_template(self.ids, names)[self.id]
        contract.message_post(
            subject=vals["subject"],
            body=vals["body_html"],
            email_from=vals.get("email_from"),
            reply_to=vals.get("reply_to"),
            partner_ids=self.partner_id.ids,
            subtype_xmlid="mail.mt_comment",
            email_layout_xmlid="mail.mail_notification_light",
            force_send=False,
        )


def _as_row(vals, columns):
    return SQL(", ").join(SQL("%s", vals[name]) for name in columns)
