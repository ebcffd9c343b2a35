import json

from odoo.tests import HttpCase, new_test_user, tagged

from ..common import SubscriptionCommon

# Opens every view of every action, then every record, and fails on what the browser
# or the web client complains about.
CODE = """
(async () => {
    const action = odoo.__WOWL_DEBUG__.root.env.services.action;
    const check = (what) => {
        const dialog = document.querySelector(".o_error_dialog");
        if (dialog) {
            throw new Error(`${what}: ${dialog.innerText}`);
        }
    };
    for (const {id, views} of %(actions)s) {
        for (const viewType of views) {
            await action.doAction(id, {viewType, clearBreadcrumbs: true});
            await new Promise((resolve) => setTimeout(resolve, 150));
            check(`action ${id} ${viewType}`);
        }
    }
    for (const [res_model, res_id] of %(records)s) {
        await action.doAction({
            type: "ir.actions.act_window",
            res_model,
            res_id,
            views: [[false, "form"]],
        });
        for (const tab of document.querySelectorAll(".o_form_view .nav-link")) {
            tab.click();
            await new Promise((resolve) => setTimeout(resolve, 150));
        }
        check(`${res_model} ${res_id}`);
    }
    console.log("test successful");
})();
"""


@tagged("post_install", "-at_install")
class TestBrowser(SubscriptionCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The test company has cash basis taxes; the settings insist on the option.
        cls.company.tax_exigibility = True
        groups = (
            "subscription_billing.subscription_billing_group_manager",
            "account.group_account_manager",
            "base.group_system",
        )
        cls.clerk = new_test_user(
            cls.env,
            login="sub_browser",
            groups=",".join(groups),
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
            tour_enabled=False,
        )

    def _get_actions(self):
        data = self.env["ir.model.data"].search(
            [
                ("module", "=", "subscription_billing"),
                ("model", "=", "ir.actions.act_window"),
            ]
        )
        actions = self.env["ir.actions.act_window"].browse(data.mapped("res_id"))
        return [
            {"id": action.id, "views": self._get_multi_views(action)}
            for action in actions
            if action.target != "new"
        ]

    @staticmethod
    def _get_multi_views(action):
        """All but the form, which needs a record; the settings have nothing else."""
        views = action.view_mode.split(",")
        return [view for view in views if view != "form"] or views

    def _open(self, actions, records):
        self.browser_js(
            "/odoo/subscription-contracts",
            CODE
            % {
                "actions": json.dumps(actions),
                "records": json.dumps(
                    [[record._name, record.id] for record in records]
                ),
            },
            ready="!!document.querySelector('.o_list_view, .o_view_nocontent')",
            login="sub_browser",
            timeout=180,
        )

    def test_every_action_opens_empty(self):
        self._open(self._get_actions(), [])

    def test_every_action_and_record_opens(self):
        contract = self.subscribe("2025-01-31", quantities={self.seats: 3})
        parked = self.subscribe("2025-01-31")
        parked.partner_id = self._customer("Nowhere Ltd", country_id=False)
        draft = self.draft("2025-01-31")
        run = self.bill("2025-04-01")
        self.assertEqual(run.failure_count, 1)
        records = (
            *(contract, parked, draft, run, contract.charge_ids[:1]),
            *(contract.event_ids[:1], self.plan, self.monthly, self.base),
            *(self.base.price_ids, self.product_a.product_tmpl_id),
            *(self.customer, run.move_ids),
        )
        self._open(self._get_actions(), records)
