from collections import defaultdict
from datetime import timedelta
from typing import NamedTuple

from odoo import api, models

from ...engine.escalation import OpenItem, escalate
from ...engine.money import ZERO, to_decimal
from ..collection.subscription_collection_attempt import OPEN_STATES

# What every open item of a debtor must be.
OPEN_LINES = [
    ("account_id.account_type", "=", "asset_receivable"),
    ("parent_state", "=", "posted"),
    ("reconciled", "=", False),
    ("amount_residual_currency", "!=", 0),
]
# So long after its day a planned try to collect still holds an item.
PATIENCE = timedelta(days=7)


class Key(NamedTuple):
    """Whom a case is about, and by what rules."""

    debtor: models.BaseModel
    currency: models.BaseModel
    policy: models.BaseModel


class SubscriptionDunningFacts(models.AbstractModel):
    """What debtors owe, how far each item has come, and what holds it: read for many
    debtors at once, decided by the engine (P3)."""

    _name = "subscription.dunning.facts"
    _description = "Facts of Dunning"

    @api.model
    def _find_debtors(self, company, day):
        """Commercial partners with something overdue.

        :param date day: today for the company
        """
        groups = self.env["account.move.line"]._read_group(
            [
                *OPEN_LINES,
                ("company_id", "=", company.id),
                ("amount_residual_currency", ">", 0),
                ("date_maturity", "<", day),
                ("no_followup", "=", False),
                ("partner_id", "!=", False),
            ],
            ["partner_id"],
        )
        partners = self.env["res.partner"].browse(it.id for (it,) in groups)
        return partners.commercial_partner_id

    @api.model
    def _gather(self, company, day, debtors):
        """Open items of debtors; what does not follow up is left out.

        :return: dict ``Key`` -> list of ``OpenItem``, whose keys are journal items
        """
        lines = self.env["account.move.line"].search_fetch(
            [
                *OPEN_LINES,
                ("company_id", "=", company.id),
                ("partner_id.commercial_partner_id", "in", debtors.ids),
                "|",
                ("amount_residual_currency", "<", 0),
                ("no_followup", "=", False),
            ],
            ["partner_id", "currency_id", "date_maturity", "date", "move_id"],
            order="date_maturity, id",
        )
        moves = lines.move_id
        moves.fetch(["subscription_claim_kind", "move_type"])
        policies = self._find_policies(company, lines)
        reached = self._find_reached(lines)
        held = self._find_held(company, day, lines)
        result = defaultdict(list)
        # A credit counts once: for the first policy under which something is open.
        first = {}
        for line in lines.sorted(lambda it: it.amount_residual_currency < 0):
            debtor = line.partner_id.commercial_partner_id
            owner, policy = (debtor, line.currency_id), policies[line]
            if line.amount_residual_currency < 0:
                key = first.get(owner)
            elif policy:
                key = Key(*owner, policy)
                first.setdefault(owner, key)
            else:
                key = None
            if key:
                result[key].append(self._as_item(line, key.policy, reached, held))
        return result

    def _as_item(self, line, policy, reached, held):
        days, day = reached.get(line, (None, None))
        levels = policy._get_levels() if days is not None else policy.level_ids[:0]
        return OpenItem(
            key=line,
            due=line.date_maturity or line.date,
            amount=to_decimal(line.amount_residual_currency),
            reached=len(levels.filtered(lambda it: it.days <= days)),
            reached_on=day,
            is_held=line in held,
            is_claim=bool(line.move_id.subscription_claim_kind),
        )

    # ----------------------------------------------------------------------
    # Policies, levels, holds
    # ----------------------------------------------------------------------

    def _find_policies(self, company, lines):
        """Policy by journal item: of its contract, else of the debtor, else of the
        company; none if nobody duns it."""
        chosen = {}
        groups = self.env["account.move.line"]._read_group(
            [
                ("move_id", "in", lines.move_id.ids),
                ("subscription_contract_id.dunning_policy_id", "!=", False),
            ],
            ["move_id", "subscription_contract_id"],
        )
        for move, contract in groups:
            chosen.setdefault(move, contract.dunning_policy_id)
        default = company.subscription_dunning_policy_id
        return {
            line: chosen.get(line.move_id)
            or line.partner_id.commercial_partner_id.with_company(
                company
            ).subscription_dunning_policy_id
            or default
            for line in lines
        }

    def _find_reached(self, lines):
        """(days of the last level, its day) by journal item; what a closed case was
        about begins anew on the day it was closed: (-1, that day)."""
        lines_of = self.env["subscription.dunning.step.line"]
        sent = [("move_line_id", "in", lines.ids), ("date_sent", "!=", False)]
        closed = lines_of._read_group(
            [*sent, ("step_id.case_id.state", "=", "closed")],
            ["move_line_id"],
            ["step_id:recordset"],
        )
        groups = lines_of._read_group(
            [*sent, ("step_id.case_id.state", "!=", "closed")],
            ["move_line_id"],
            ["days:max", "date_sent:max"],
        )
        return {
            line: (-1, max(steps.case_id.mapped("date_closed")))
            for line, steps in closed
        } | {line: (days, day) for line, days, day in groups}

    def _find_held(self, company, day, lines):
        """Items nobody may ask for now: blocked, promised, handed over, or money is
        under way for them."""
        moves = lines.move_id
        held = moves.browse(
            move.id
            for (move,) in self.env["subscription.collection.attempt"]._read_group(
                [
                    ("move_id", "in", moves.ids),
                    ("state", "in", OPEN_STATES),
                    "|",
                    ("state", "!=", "scheduled"),
                    ("date", ">=", day - PATIENCE),
                ],
                ["move_id"],
            )
        )
        held |= self._find_debited(day, moves)
        held |= moves.filtered(
            lambda it: any(tx._is_under_way() for tx in it.transaction_ids)
        )
        holds = self.env["subscription.dunning.hold"].search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "active"),
                (
                    "commercial_partner_id",
                    "in",
                    lines.partner_id.commercial_partner_id.ids,
                ),
            ]
        )
        held |= holds.move_id
        debtors = holds.filtered(lambda it: not it.move_id).commercial_partner_id
        debtors |= self._find_handed_over(company, lines)
        return lines.filtered(
            lambda it: it.move_id in held
            or it.partner_id.commercial_partner_id in debtors
        )

    def _find_debited(self, day, moves):
        """Invoices a mandate pays and no file of debits has asked for yet."""
        mandates = self.env["subscription.sepa.mandate"].search_count(
            [
                ("commercial_partner_id", "in", moves.commercial_partner_id.ids),
                ("state", "=", "active"),
            ],
            limit=1,
        )
        if not mandates:
            return moves.browse()
        billed = moves.filtered(
            lambda it: it.move_type == "out_invoice" and not it.subscription_attempt_ids
        )
        methods = billed._get_methods(day)
        return billed.filtered(lambda it: methods[it][0])

    def _find_handed_over(self, company, lines):
        cases = self.env["subscription.dunning.case"].search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", lines.partner_id.commercial_partner_id.ids),
                ("state", "=", "handed_over"),
            ]
        )
        return cases.partner_id

    # ----------------------------------------------------------------------
    # Decisions
    # ----------------------------------------------------------------------

    @api.model
    def _decide(self, company, day, facts):
        """What is to be sent.

        :param dict facts: as ``_gather`` gives them
        :return: dict ``Key`` -> ``Escalation``; only where there is one
        """
        minimum = company.subscription_collect_minimum
        result = {}
        for key, items in facts.items():

            def convert(amount, key=key):
                if not amount or key.currency == company.currency_id:
                    return amount or ZERO
                return company.currency_id._convert(amount, key.currency, company, day)

            levels = key.policy._as_levels(convert)
            found = escalate(items, levels, day, to_decimal(convert(minimum)))
            if found:
                result[key] = found
        return result
