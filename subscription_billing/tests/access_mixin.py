"""The table of who may do what, held against what the rights are."""

from odoo.exceptions import AccessError, MissingError, UserError
from odoo.service.model import get_public_method

from .access_table import GROUP, KINDS, OPERATIONS, rows


class AccessTableMixin:
    """Of one addon: who may do what is written in one table, and everything else is
    refused. A class that uses it makes one record of most kinds."""

    table = ""
    methods = ""
    arguments = {}
    # Methods a usage key is for, that check the identity first, that read nothing,
    # that work without records.
    of_a_key = asks = opens = of_the_company = frozenset()
    allow_inherited_tests_method = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company()["company"]
        cls.kinds = {
            kind: cls._client(kind, groups, cls.company)
            for kind, groups in KINDS.items()
        }
        everything = f"{GROUP}manager,account.group_account_manager"
        cls.foreign = cls._client("foreign", everything, cls.other)

    @classmethod
    def _client(cls, kind, groups, company):
        vals = {"partner_id": cls.business.id} if kind == "customer" else {}
        return cls._clerk(f"table_{kind}", groups, company=company, **vals)

    def own_models(self):
        for name, model in self.registry.items():
            is_own = model._original_module == self.module
            if is_own and name.startswith("subscription."):
                yield name, self.env[name]

    def test_the_table_is_what_the_rights_are(self):
        actual = {
            name: [
                "".join(
                    letter
                    for letter, operation in OPERATIONS.items()
                    if model.with_user(user).has_access(operation)
                )
                or "-"
                for user in self.kinds.values()
            ]
            for name, model in self.own_models()
            if not model._abstract
        }
        self.assertEqual(actual, dict(rows(self.table)))

    def get_methods(self):
        found = {}
        for name, cells in rows(self.methods):
            found.setdefault(name, []).extend(cells)
        return found

    def test_the_methods_are_those_of_the_table(self):
        """What is not listed cannot be called, or belongs to Odoo."""
        odoos = set(dir(self.registry["base"])) | set(dir(self.registry["mail.thread"]))
        odoos |= set(dir(self.registry["mail.activity.mixin"]))
        odoos |= set(dir(self.registry["portal.mixin"]))
        actual = {}
        for name, model in self.own_models():
            for method in sorted(set(dir(type(model))) - odoos):
                is_method = callable(getattr(type(model), method, None))
                if (
                    is_method
                    and method.isidentifier()
                    and self.is_public(model, method)
                ):
                    actual.setdefault(name, []).append(method)
        self.assertEqual(
            actual, {name: sorted(cells) for name, cells in self.get_methods().items()}
        )

    def is_public(self, model, method):
        try:
            return bool(get_public_method(model, method))
        except (AccessError, AttributeError):
            return False  # or a field

    def call(self, record, method):
        """Call it as a client does; nothing of it stays."""
        call = get_public_method(record, method)
        with self.env.cr.savepoint() as savepoint:
            try:
                return call(record, *self.arguments.get(method, ()))
            finally:
                savepoint.rollback()
                self.env.invalidate_all()

    def get_calls(self):
        for name, methods in self.get_methods().items():
            model = self.env[name]
            record = model
            if not model._abstract and not model._transient:
                record = model.sudo().search([], limit=1).sudo(False)
                record = record or model.browse(2**31 - 1)
            elif model._transient:
                record = model.browse(2**31 - 1)
            for method in methods:
                yield record, method

    def get_taken(self, users, context, left_out=lambda method, kind: False):
        """What was not refused: {(model, method): kinds}."""
        self.make_records()
        taken = {}
        for record, method in self.get_calls():
            for kind, user in users.items():
                if method in self.opens or left_out(method, kind):
                    continue
                try:
                    self.call(record.with_user(user).with_context(**context), method)
                except (AccessError, MissingError):
                    continue
                except UserError as error:
                    # Only what is asked of the own company may answer in words.
                    if method in self.asks:
                        continue
                    kind = f"{kind}: {error}"
                taken.setdefault((record._name, method), []).append(kind)
        return taken

    def test_who_has_no_right_calls_nothing(self):
        kinds = ("public", "customer", "stranger", "employee", "key")
        users = {kind: self.kinds[kind] for kind in kinds}
        taken = self.get_taken(
            users, {}, lambda method, kind: kind == "key" and method in self.of_a_key
        )
        self.assertEqual(taken, {})

    def test_another_company_calls_nothing_on_ours(self):
        taken = self.get_taken(
            {"foreign": self.foreign},
            {},
            lambda method, kind: method in self.of_the_company,
        )
        self.assertEqual(taken, {})

    def test_a_company_the_caller_does_not_belong_to(self):
        """In the context: each method refuses."""
        context = {"allowed_company_ids": self.company.ids}
        self.assertEqual(self.get_taken({"foreign": self.foreign}, context), {})
