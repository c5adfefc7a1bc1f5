"""What an administrator changes of rules, limits, allowances and currencies: a dialog, a reason, one key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.ledger.approvals.rules import commands as rules
from console.ledger.approvals.rules.allowances import Allowance, allowance_set
from console.ledger.approvals.rules.controls import dual_control_turned
from console.ledger.approvals.rules.terms import terms_set
from console.ledger.approvals.rules.words import checkers, kind_words
from console.ledger.books import commands as books
from ui.acts.deeds.deed import Deed, open_deed
from ui.screens.control.rules.forms import CurrencyForm, HolderForm, RuleForm, TermsForm
from ui.screens.control.rules.words import limit_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtWidgets import QWidget

    from console.ledger.approvals.rules.allowances import AllowanceRow
    from console.ledger.approvals.rules.controls import Change
    from console.ledger.approvals.rules.in_force import LimitRow, RuleRow
    from console.ledger.approvals.rules.terms import Terms
    from console.money import Currency
    from ui.acts.deeds.deed import Call, DeedDialog, DeedForm
    from ui.context import Context
    from ui.screens.control.rules.columns import CurrencyRow

_DUAL_ON = (
    "What gives rights (a rule loosened, a limit raised, an operator or role added, a password, an overdraft)"
    " is then a request that another administrator decides on; what takes away is done at once. Tiers count"
    " the day's sum of an operator, of all kinds together. Another administrator decides on this too."
)
_DUAL_OFF = (
    "One administrator then changes rules, limits and operators alone. Another administrator decides on this."
)
_AT_ONCE = "It holds from the next operation on, for everybody."


class RuleDeeds:
    """Opens the dialogs over a page; `then` follows what was done."""

    def __init__(self, context: Context, page: QWidget, *, then: Callable[[], None]) -> None:
        self._context = context
        self._page = page
        self._then = then
        self.currencies: Sequence[Currency] = context.session.currencies
        self.holders: Sequence[str] = ()

    def set_rule(self, row: RuleRow | None = None) -> DeedDialog:
        """Set a rule, or how many a rule that is there asks for."""
        context, form = self._context, RuleForm(self._context.formats, self.currencies, row)

        def order(reason: str) -> Change:
            kind, currency, amount, count = form.chosen
            return rules.rule_set(kind, currency.code, amount, count, reason=reason)

        def said(_done: object) -> str:
            kind, currency, amount, count = form.chosen
            money = context.formats.money(amount, currency)
            return f"A {kind_words(kind)} needs {checkers(count)} from {money} on."

        title = "Add a rule" if row is None else "Change a rule"
        words = f"From an amount on others must agree; the highest amount that is reached counts. {_AT_ONCE}"
        return self._open(Deed(title, words, "Set", "Setting", order, said), form)

    def take_rule(self, row: RuleRow) -> DeedDialog:
        """Take a rule away."""
        context = self._context
        money = context.formats.money(row.from_amount, row.currency)

        def order(reason: str) -> Change:
            return rules.rule_set(row.kind, row.currency.code, row.from_amount, 0, reason=reason)

        what = f"{kind_words(row.kind)} from {money} on"
        return self._take(
            "Take a rule away", f"Nobody is asked any more by the rule for {what}.", order, what
        )

    def set_limit(self, row: LimitRow | None = None) -> DeedDialog:
        """Set a limit, or other amounts of one that is there."""
        context = self._context
        form = HolderForm(context.formats, self.currencies, self.holders, row, allowance=False)

        def order(reason: str) -> Change:
            holder, kind, currency, once, day = form.chosen
            return rules.limit_set(
                holder, kind, currency.code, per_operation=once, per_day=day, reason=reason
            )

        title = "Add a limit" if row is None else "Change a limit"
        words = f"Nobody whom it holds moves more, approved or not. An empty amount is no limit. {_AT_ONCE}"
        return self._open(
            Deed(
                title, words, "Set", "Setting", order, lambda _done: f"The limit of {form.chosen[0]} is set."
            ),
            form,
        )

    def take_limit(self, row: LimitRow) -> DeedDialog:
        """Take a limit away."""

        def order(reason: str) -> Change:
            code = row.currency.code
            return rules.limit_set(
                row.holder, row.kind, code, per_operation=None, per_day=None, reason=reason
            )

        what = f"the limit {limit_name(row)}"
        return self._take("Take a limit away", f"Nothing is refused any more by {what}.", order, what)

    def set_allowance(self, row: AllowanceRow | None = None) -> DeedDialog:
        """Set an allowance, or other amounts of one that is there."""
        context = self._context
        form = HolderForm(context.formats, self.currencies, self.holders, row, allowance=True)

        def order(reason: str) -> Change:
            holder, kind, currency, once, day = form.chosen
            return allowance_set(Allowance(holder, kind, currency.code, once, day), reason=reason)

        title = "Add an allowance" if row is None else "Change an allowance"
        words = f"Up to these amounts it passes without a checker, for each whom it holds. {_AT_ONCE}"
        return self._open(
            Deed(
                title, words, "Set", "Setting", order, lambda _: f"The allowance of {form.chosen[0]} is set."
            ),
            form,
        )

    def take_allowance(self, row: AllowanceRow) -> DeedDialog:
        """Take an allowance away."""

        def order(reason: str) -> Change:
            return allowance_set(
                Allowance(row.holder, row.kind, row.currency.code, None, None), reason=reason
            )

        what = f"the allowance {limit_name(row)}"
        return self._take("Take an allowance away", f"Nothing passes any more by {what}.", order, what)

    def set_terms(self, row: Terms) -> DeedDialog:
        """Set how long requests of a currency wait, and from which amount on their checkers type it."""
        form, code = TermsForm(self._context.formats, row), row.currency.code

        def order(reason: str) -> Change:
            days, typed_from = form.chosen
            return terms_set(code, typed_from, days, reason=reason)

        words = "Requests that were submitted before keep the end that they have."
        deed = Deed(
            f"Change the terms of {code}", words, "Set", "Setting", order,
            lambda _done: f"The terms of {code} are set.",
        )  # fmt: skip
        return self._open(deed, form)

    def turn_dual_control(self, *, on: bool) -> DeedDialog:
        """Ask another administrator to turn dual control on or off; nobody does it alone."""
        deed = Deed(
            f"Turn dual control {'on' if on else 'off'}",
            _DUAL_ON if on else _DUAL_OFF, "Submit", "Submitting",
            lambda reason: dual_control_turned(on=on, reason=reason), lambda _done: "", submits=True,
        )  # fmt: skip
        return self._open(deed)

    def add_currency(self) -> DeedDialog:
        """Add a currency; that it was added stands in the audit, without a reason."""
        context, form = self._context, CurrencyForm(self.currencies)

        def order(_reason: str) -> Call:
            wanted = form.chosen
            return lambda _key, cancel: books.add(context.ledger, wanted, cancel=cancel)

        words = (
            "It comes with its five accounts of the ledger's own, and is there for ever; it can be closed."
        )
        deed = Deed(
            "Add a currency", words, "Add", "Adding", order,
            lambda _done: f"The ledger has {form.chosen.code} with {form.chosen.exponent} decimals. "
            "Open the ledger again to use it.",
            reason=False,
        )  # fmt: skip
        return self._open(deed, form)

    def correct_currency(self, row: CurrencyRow) -> DeedDialog:
        """Give a currency that nothing is in other decimals."""
        context, form = self._context, CurrencyForm(self.currencies, row.currency)

        def order(reason: str) -> Call:
            wanted = form.chosen
            return lambda key, cancel: books.correct(
                context.ledger, wanted.code, wanted.exponent, reason=reason, key=key, cancel=cancel
            )

        deed = Deed(
            f"Correct the decimals of {row.currency.code}",
            "Only while nothing is in it: afterwards they are part of every amount.",
            "Correct", "Correcting", order,
            lambda _done: f"{form.chosen.code} has {form.chosen.exponent} decimals. Open the ledger again.",
        )  # fmt: skip
        return self._open(deed, form)

    def turn_currency(self, row: CurrencyRow) -> DeedDialog:
        """Close an open currency, or open a closed one again."""
        context, code = self._context, row.currency.code
        closes = row.closed_at is None

        def order(reason: str) -> Call:
            turn = books.close if closes else books.reopen
            return lambda key, cancel: turn(context.ledger, code, reason=reason, key=key, cancel=cancel)

        words = (
            "Nothing is posted in it until it is opened again; refused while anybody holds anything in it."
            if closes
            else "Each account in it has the status of its person again."
        )
        verb, busy = ("Close", "Closing") if closes else ("Reopen", "Opening")
        deed = Deed(
            f"{verb} {code}", words, verb, busy, order,
            lambda _done: f"{code} is {'closed' if closes else 'open again'}.", danger=closes,
        )  # fmt: skip
        return self._open(deed)

    def _take(self, title: str, words: str, order: Callable[[str], Change], what: str) -> DeedDialog:
        said = f"Taken away: {what}."
        deed = Deed(
            title, f"{words} {_AT_ONCE}", "Take away", "Taking away", order, lambda _: said, danger=True
        )
        return self._open(deed)

    def _open(self, deed: Deed, form: DeedForm | None = None) -> DeedDialog:
        return open_deed(self._context, deed, self._page, form, then=self._then)
