from .change_common import ChangeCommon


class EntitlementCommon(ChangeCommon):
    """Verbs for stories about what a contract may use (C7).

    The plan has single sign-on, 5 projects and 10 GB; a seat adds a user.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sso = cls._feature("sso", "on_off")
        cls.projects = cls._feature("projects", unit_name="projects")
        cls.storage = cls._feature("storage", unit_name="GB")
        cls.users = cls._feature("users", unit_name="users")
        cls._grant(cls.plan, cls.sso)
        cls._grant(cls.plan, cls.projects, 5)
        cls._grant(cls.plan, cls.storage, 10)
        cls._grant(cls.seats, cls.users, 1, is_per_unit=True)

    @classmethod
    def _feature(cls, code, kind="limit", **vals):
        return cls.env["subscription.feature"].create(
            {"name": code.capitalize(), "code": code, "kind": kind, **vals}
        )

    @classmethod
    def _grant(cls, source, feature, amount=0.0, **vals):
        """Granted by a plan, a variant or a component."""
        name = {
            "subscription.plan": "plan_id",
            "subscription.plan.variant": "variant_id",
            "subscription.component": "component_id",
        }[source._name]
        return cls.env["subscription.feature.grant"].create(
            {name: source.id, "feature_id": feature.id, "amount": amount, **vals}
        )

    def ask(self, contract, day):
        contracts = self.env["subscription.contract"].with_company(contract.company_id)
        return contracts.get_entitlements(contract.name, day)

    def granted(self, contract, day):
        """What is granted on a day: code -> limit, None for unlimited, True for on."""
        features = self.ask(contract, day)["features"]
        return {
            code: each["limit"] if each["kind"] == "limit" else True
            for code, each in features.items()
            if each["granted"]
        }

    def assertGranted(self, contract, *expected):
        """(day, code -> limit) pairs; what is not named is not granted."""
        for day, limits in expected:
            with self.subTest(day=day):
                self.assertEqual(self.granted(contract, day), limits)
