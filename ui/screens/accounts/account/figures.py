"""The key figures of an account: what may be spent first, then what it is made of."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from console.files.days import day_of, day_words, start_of
from console.ledger.credits.breakdown import EXPIRING_DAYS
from models.account import AccountStatus
from ui.kit.charts.balance_line import BalanceLine
from ui.kit.formats import MINUS
from ui.kit.theme.tokens import GAP, Tone
from ui.kit.widgets.basics import caption
from ui.kit.widgets.cards import Card, KeyFigure
from ui.kit.widgets.flow import Flow

if TYPE_CHECKING:
    from console.ledger.accounts.detail import Account
    from console.ledger.credits.breakdown import Credits
    from ui.context import Context

_NONE = "\N{EM DASH}"


class AccountFigures(QWidget):
    """Available, balance, on hold, the credit that expires soon, and the balance over the period."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._formats = context.formats
        self.available = KeyFigure("Available", large=True)
        self.balance = KeyFigure("Balance")
        self.on_hold = KeyFigure("On hold")
        self.expiring = KeyFigure(f"Credit that expires within {EXPIRING_DAYS} days")
        self.over_time = BalanceLine(context.theme)
        self._chart_name = caption()
        self._chart = Card(spacing=4)
        self._chart.body.setContentsMargins(15, 12, 15, 8)
        self._chart.body.addWidget(self._chart_name)
        self._chart.body.addWidget(self.over_time, 1)
        self.setLayout(
            Flow(
                self.available, self.balance, self.on_hold, self.expiring, self._chart,
                spacing=GAP, between_lines=GAP, fill=True,
            )
        )  # fmt: skip

    def show_account(self, account: Account) -> None:
        """Show an account's money."""
        found = account.credits
        self._show_available(found)
        self._set(self.balance, found, found.balance, self._balance_note(found))
        self.balance.set_figure_tone("error" if found.balance < 0 and found.available is not None else None)
        self._show_holds(found)
        self._set(self.expiring, found, found.expiring, self._expiry_note(found))
        self.expiring.set_figure_tone("warning" if found.expiring else "muted")
        self._show_over_time(account)

    def _show_over_time(self, account: Account) -> None:
        points, currency = account.over_time, account.credits.currency
        self._chart.setVisible(len(points) > 1)
        if not points:
            return
        first, last = points[0], points[-1]
        day = day_words(day_of(first.at, self._formats.zone))
        whole_day = first.at == start_of(day_of(first.at, account.zone), account.zone)
        since = day if whole_day else self._formats.timestamp(first.at)
        begins = f"at the beginning of {since}" if whole_day else f"before {since}"
        self._chart_name.setText(f"Balance over time, {currency.code}")
        spoken = partial(self._formats.spoken_amount, currency=currency)
        self.over_time.set_points(
            [(point.at.timestamp(), point.balance) for point in points],
            written=partial(self._formats.amount, currency=currency),
            ends=(since, "now"),
            spoken=f"Balance over time: {spoken(first.balance)} {begins}, {spoken(last.balance)} now",
        )

    def _show_available(self, found: Credits) -> None:
        if found.available is None:
            self.available.set(_NONE, "the ledger's own account is never short", spoken="not limited")
            return
        note = f"balance {MINUS} on hold"
        if found.dead:
            note += f" {MINUS} expired"
        if found.overdraft_limit:
            note += " + overdraft"
        barred = found.status is not AccountStatus.ACTIVE
        if barred:
            note = f"{found.status.value}: no money moves"
        elif found.transferable is not None and found.transferable != found.available:
            note += f"\na transfer may use {self._formats.money(max(0, found.transferable), found.currency)}"
        self._set(self.available, found, found.available, note)
        tone = "error" if found.available < 0 else "muted" if barred else None
        self.available.set_figure_tone(tone)

    def _show_holds(self, found: Credits) -> None:
        late = sum(hold.past_due for hold in found.holds)
        note = self._formats.count(len(found.holds), "hold") if found.holds else "no hold"
        chip = f"{self._formats.integer(late)} past due" if late else ""
        self._set(self.on_hold, found, found.reserved, note, chip=chip)
        self.on_hold.set_figure_tone(None if found.reserved else "muted")

    def _balance_note(self, found: Credits) -> str:
        if found.dead:
            return f"{self._formats.money(found.dead, found.currency)} of it expired, not yet swept"
        if found.overdraft_limit:
            return f"overdraft up to {self._formats.money(found.overdraft_limit, found.currency)}"
        return "no overdraft" if found.available is not None else ""

    def _expiry_note(self, found: Credits) -> str:
        if found.first_expiry is None:
            return "none"
        first = sum(lot.remaining for lot in found.lots if lot.expires_at == found.first_expiry)
        word = "all" if first == found.expiring else "the first"
        return f"{word} until {self._formats.until(found.first_expiry)}"

    def _set(self, figure: KeyFigure, found: Credits, minor: int, note: str, *, chip: str = "") -> None:
        figure.set(
            self._formats.money(minor, found.currency), note, chip=chip,
            tone=Tone.ERROR if chip else None, spoken=self._formats.spoken_amount(minor, found.currency),
        )  # fmt: skip
