from odoo import api, models

from .subscription_dunning_facts import Key
from .subscription_dunning_step import WAITING_STATES

# So many debtors or letters are worked on at once.
BATCH = 200
# That something was made is no news.
QUIETLY = {"mail_create_nolog": True, "mail_create_nosubscribe": True}


class SubscriptionDunning(models.AbstractModel):
    """From open items to letters: cases are looked at, steps proposed, those that are
    approved sent (P3, X5, X6)."""

    _name = "subscription.dunning"
    _description = "Dunning"

    @api.model
    def _cron_dun(self):
        """Dun in each company what is overdue today by its clock."""
        for company in self.env["res.company"].search([]):
            self._dun(company, company._get_collection_date())

    def _dun(self, company, day):
        """Dun in a company, committing step by step; one debtor that fails does not
        stop the others.

        :param date day: today for the company
        """
        dunning = self.sudo().with_company(company)
        dunning._look_at_cases(company, day)
        dunning._propose_all(company, day)
        if company.subscription_dunning_is_automatic:
            dunning._approve_all(company)
        dunning._send_approved(company, day)

    def _look_at_cases(self, company, day):
        """Holds that are over, cases that are paid."""
        runs = self.env["subscription.billing.run"]
        own = ("company_id", "=", company.id)
        holds = self.env["subscription.dunning.hold"]
        holds.search([own, ("state", "=", "active")])._look_at(day)
        runs._work_once(
            self.env["subscription.dunning.case"],
            [own, ("state", "!=", "closed")],
            lambda part: part._look_at(day),
            lambda part, error: part._note_not_looked_at(error),
            limit=BATCH,
        )

    def _propose_all(self, company, day):
        debtors = self.env["subscription.dunning.facts"]._find_debtors(company, day)
        debtors |= (
            self.env["subscription.dunning.step"]
            .search([("company_id", "=", company.id), ("state", "in", WAITING_STATES)])
            .partner_id
        )
        self.env["subscription.billing.run"]._work_once(
            debtors,
            [("id", "in", debtors.ids)],
            lambda part: self._propose(company, day, part),
            lambda part, error: part._note_not_dunned(company, error),
            limit=BATCH,
        )

    def _propose(self, company, day, debtors):
        """Propose a step for each of the debtors that is to get one; proposals that are
        not right any more are brought up to date or taken away.

        :return: ``subscription.dunning.step``
        """
        service = self.env["subscription.dunning.facts"]
        steps = self.env["subscription.dunning.step"]
        facts = service._gather(company, day, debtors)
        found = service._decide(company, day, facts)
        cases = self._find_cases(company, debtors)
        waiting = steps.search(
            [("case_id.partner_id", "in", debtors.ids), ("state", "in", WAITING_STATES)]
        ).grouped("case_id")
        for key, case in cases.items():
            if key not in found and case in waiting:
                waiting[case].filtered(lambda it: it.state != "approved").unlink()
        self._change_policies(cases, facts)
        new = [key for key in found if key not in cases]
        cases.update(self._open_cases(company, day, new))
        vals_list = []
        for key, escalation in found.items():
            case = cases[key]
            step = waiting.get(case, steps)
            if step and (
                step.state == "approved" or step._is_same(escalation, key.policy)
            ):
                continue
            vals = steps._prepare(escalation, facts[key], key.policy, day)
            if step:
                step.write({**vals, "state": "proposed", "message": False})
                step._reckon(day)
            else:
                vals_list.append({**vals, "case_id": case.id})
        created = steps.with_context(**QUIETLY).create(vals_list)
        for step in created:
            step._reckon(day)
        return created

    def _find_cases(self, company, debtors):
        cases = self.env["subscription.dunning.case"].search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", debtors.ids),
                ("state", "!=", "closed"),
            ]
        )
        return {Key(it.partner_id, it.currency_id, it.policy_id): it for it in cases}

    def _change_policies(self, cases, facts):
        """A case goes on by the policy its items have now.

        :param dict cases: open ones by ``Key``; is brought up to date
        """
        for key in [key for key in cases if key not in facts]:
            for other in facts:
                same = other.debtor == key.debtor and other.currency == key.currency
                if same and other not in cases:
                    cases[key].policy_id = other.policy
                    cases[other] = cases.pop(key)
                    break

    def _open_cases(self, company, day, keys):
        """:return: dict ``Key`` -> new case"""
        cases = self.env["subscription.dunning.case"].with_context(**QUIETLY)
        cases = cases.create(
            [
                {
                    "company_id": company.id,
                    "partner_id": key.debtor.id,
                    "currency_id": key.currency.id,
                    "policy_id": key.policy.id,
                    "date_open": day,
                }
                for key in keys
            ]
        )
        return dict(zip(keys, cases, strict=True))

    def _approve_all(self, company):
        """Nobody looks at proposals; those that failed wait for somebody."""
        steps = self.env["subscription.dunning.step"]
        steps.search(
            [("company_id", "=", company.id), ("state", "=", "proposed")]
        ).state = "approved"
        self.env["ir.cron"]._commit_progress(0)

    def _send_approved(self, company, day):
        self.env["subscription.billing.run"]._work_once(
            self.env["subscription.dunning.step"],
            [("company_id", "=", company.id), ("state", "=", "approved")],
            lambda part: part._send(day),
            lambda part, error: part._note_failed(error),
            limit=BATCH,
        )

    @api.model
    def action_propose(self):
        """Propose what is to be sent in the companies at hand, and show it."""
        self.env["subscription.dunning.case"].check_access("write")
        for company in self.env.companies:
            dunning = self.sudo().with_company(company)
            day = company._get_collection_date()
            debtors = dunning.env["subscription.dunning.facts"]._find_debtors(
                company, day
            )
            dunning._propose(company, day, debtors)
        return self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.subscription_dunning_step_action"
        )
