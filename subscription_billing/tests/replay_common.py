from collections import defaultdict

from odoo.fields import Command

from .change_common import ChangeCommon


class ReplayCommon(ChangeCommon):
    """Stories about changes that are entered in another order than they take effect.
    Fees are whole cents a day in months of 29, 30 and 31 days; 2024 is a leap year."""

    FEE = 269.70

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.base.price_ids.amount = cls.FEE
        cls.seats.price_ids.amount = 2 * cls.FEE
        cls.phone = cls._component("phone", "Phone", kind="on_off", is_required=False)
        cls._price(cls.phone, 3 * cls.FEE)
        cls.group = cls.env["subscription.plan.group"].create({"name": "Plans"})
        cls.plan.group_id = cls.group
        cls.pro = cls.env["subscription.plan"].create(
            {"name": "Pro", "code": "pro", "group_id": cls.group.id}
        )
        vals = {"plan_id": cls.pro.id}
        cls.pro_base = cls._component("base", "Pro base fee", kind="base", **vals)
        cls.pro_seats = cls._component(
            "seats", "Pro seats", kind="quantity", is_required=False, **vals
        )
        cls._price(cls.pro_base, 10 * cls.FEE)
        cls._price(cls.pro_seats, 4 * cls.FEE, model="per_unit")
        cls.pro_monthly = cls._variant("pro", **vals)
        cls.reason = cls.env.ref("subscription_billing.subscription_end_reason_price")

    def sell(self, *components, on="2024-01-01", **vals):
        """A monthly contract with two seats, and one of each other component."""
        booked = {self.base: 1, self.seats: 2, **dict.fromkeys(components, 1)}
        vals["line_ids"] = [
            Command.create({"component_id": component.id, "quantity": quantity})
            for component, quantity in booked.items()
        ]
        return self.subscribe(on, **vals)

    def first_line(self, contract, component):
        lines = contract.line_ids.filtered(lambda it: it.component_id == component)
        return lines.sorted("id")[:1]

    def set_seats(self, contract, quantity, on, today):
        line = self.first_line(contract, self.seats)
        vals = {"line_id": line.id, "quantity": quantity}
        return self.change(contract, "quantity", on, today, **vals)

    def set_price(self, contract, price, on, today):
        line = self.first_line(contract, self.seats)
        vals = {"has_price_override": True, "price_override": price}
        return self.change(contract, "price", on, today, line_id=line.id, **vals)

    def end_add_on(self, contract, component, on, today):
        line = self.first_line(contract, component)
        return self.change(contract, "unbook", on, today, line_id=line.id)

    def upgrade(self, contract, on, today):
        vals = {"variant_id": self.pro_monthly.id}
        return self.change(contract, "variant", on, today, **vals)

    def end(self, contract, last, today):
        return self.change(
            contract,
            "end",
            False,
            today,
            timing="now",
            end_method="extraordinary",
            end_reason_id=self.reason.id,
            date_last=last,
        )

    def take_end_back(self, contract, today):
        return self.change(contract, "undo_end", False, today, timing="now")

    def announce(self, contract, on, today, percent=100, **vals):
        """A price change for one contract."""
        with self.on_day(today):
            change = self.env["subscription.price.change"].create(
                {
                    "date": on,
                    "starts": "date",
                    "percent": percent,
                    "contract_ids": contract.ids,
                    **vals,
                }
            )
            change.action_preview()
            self.assertFalse(change.action_apply(), "the preview was renewed")
        return change

    def advance_to(self, contract, on):
        """Let the clock reach the day, month by month."""
        for month in range(2, self.day(on).month + 1):
            first = self.day(f"2024-{month:02d}-01")
            if first <= self.day(on):
                self.advance(str(first), contract)
        self.advance(on, contract)

    def months(self, contract, until="2024-08"):
        """What each month of service costs, in units of the base fee."""
        amounts = defaultdict(float)
        for charge in contract.charge_ids.filtered(lambda it: not it.is_void):
            amounts[str(charge.whole_date_start)[:7]] += charge.amount
        return {
            month: round(amount / self.FEE, 6)
            for month, amount in sorted(amounts.items())
            if month < until and round(amount, 2)
        }
