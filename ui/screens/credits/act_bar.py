"""What can be done to credits: choose all that match, extend, end, void, revive; each has its letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from console.ledger.credits.filter import CreditView
from console.ledger.credits.many import MOST_BY_FILTER, MOST_BY_NUMBER
from ui.acts.act import Subject
from ui.acts.bar import open_form
from ui.acts.catalogue import GRANT, REVERSAL
from ui.kit.commands import native
from ui.kit.widgets.basics import button
from ui.kit.widgets.buttons import allow
from ui.kit.widgets.flow import Flow
from ui.screens.credits import acts

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QPushButton

    from console.ledger.credits.listing import CreditTotals
    from console.money import Currency
    from ui.acts.act import Act
    from ui.context import Context
    from ui.screens.credits.selection import CreditSelection

_MORE = "\N{HORIZONTAL ELLIPSIS}"
_NOTHING = "choose credits first"


class ActBar(QWidget):
    """Acts on what is chosen on a page; its letters work wherever the keyboard is there, but in a field.

    done: an act was done or asked for, and what is shown is of before. all_wanted: all that match are to be
    chosen.
    """

    done = Signal()
    all_wanted = Signal()

    def __init__(self, context: Context, page: QWidget, selection: CreditSelection) -> None:
        super().__init__()
        self._context = context
        self._page = page
        self._selection = selection
        self._view = CreditView.OPEN
        self._totals: CreditTotals | None = None
        self._currency: Currency | None = None
        self.all_button = button("Select all", compact=True)
        self.extend_button = button(f"Extend{_MORE}", accent=True, compact=True)
        self.end_button = button(f"End{_MORE}", compact=True)
        self.void_button = button(f"Void{_MORE}", compact=True)
        self.revive_button = button(f"Revive{_MORE}", accent=True, compact=True)
        self.setLayout(Flow(*self._buttons, spacing=8))
        for made, key, run in (
            (self.all_button, acts.ALL_KEY, self.all_wanted.emit),
            (self.extend_button, acts.EXTEND_KEY, self.extend),
            (self.end_button, acts.END_KEY, self.end),
            (self.void_button, acts.VOID_KEY, self.void),
            (self.revive_button, acts.REVIVE_KEY, self.revive),
            (None, acts.GRANT_KEY, self.grant),
        ):
            self._listen(made, key, run)
        selection.changed.connect(self._look)
        self._look()

    def show_list(self, view: CreditView, currency: Currency | None, totals: CreditTotals | None) -> None:
        """Act on this list; totals: what it comes to, None while nobody knows."""
        self._view, self._currency, self._totals = view, currency, totals
        self._look()

    def extend(self) -> None:
        """Open the form of a later end for what is chosen."""
        self._open_many(acts.extend, "end")

    def end(self) -> None:
        """Open the form that ends what is chosen now."""
        self._open_many(acts.end, "end")

    def revive(self) -> None:
        """Open the form that brings back what is chosen."""
        self._open_many(acts.revive, "ended")

    def void(self) -> None:
        """Open the reversal of the grant of the one credit that is chosen, of all that is left of it."""
        rows = self._selection.rows
        (row,) = rows
        subject = Subject(row.username, row.currency, transaction=row.opened_by, left=row.remaining)
        open_form(self._context, REVERSAL, subject, self._page, then=self.done.emit)

    def grant(self) -> None:
        """Open the form of a grant, to the account of the row that is chosen, if one is."""
        rows = self._selection.rows
        own = rows[0].username if len(rows) == 1 else ""
        subject = Subject(username=own, currency=self._currency)
        open_form(self._context, GRANT, subject, self._page, then=self.done.emit)

    @property
    def grant_refusal(self) -> str:
        """Why nothing can be granted by hand; empty when it can."""
        return GRANT.refusal(self._context.session.rights, Subject())

    @property
    def _buttons(self) -> tuple[QPushButton, ...]:
        return (
            self.all_button, self.extend_button, self.end_button, self.void_button, self.revive_button,
        )  # fmt: skip

    def _open_many(self, make: Callable[..., Act], ended: str) -> None:
        chosen, currency = self._selection.selection, self._currency
        if chosen is None or currency is None:
            return
        formats = self._context.formats
        words, last = self._selection.ends(formats, ended)
        act = make(chosen, acts.Telling(chosen, currency, formats, words))
        subject = acts.subject_of(currency, last, formats.today())
        open_form(self._context, act, subject, self._page, then=self.done.emit)

    def _look(self) -> None:
        """Show the acts of the view, each with what keeps it from being done."""
        is_open, formats = self._view is CreditView.OPEN, self._context.formats
        for made in (self.extend_button, self.end_button, self.void_button):
            made.setVisible(is_open)
        self.revive_button.setVisible(not is_open)
        count = None if self._totals is None else self._totals.credits
        self.all_button.setText("Select all" if not count else f"Select all {formats.integer(count)}")
        self._allow(self.all_button, acts.ALL_KEY, self._no_all(count))
        refusal = self._no_many()
        for made, key in (
            (self.extend_button, acts.EXTEND_KEY), (self.end_button, acts.END_KEY),
            (self.revive_button, acts.REVIVE_KEY),
        ):  # fmt: skip
            self._allow(made, key, refusal)
        self._allow(self.void_button, acts.VOID_KEY, self._no_void())

    def _no_all(self, count: int | None) -> str:
        if count is None:
            return "they are being counted"
        if self._selection.everything:
            return "all that match are selected"
        return "" if count else "nothing matches"

    def _no_many(self) -> str:
        """Say why nothing can be done to what is chosen; the server decides anew."""
        refused, chosen = self.grant_refusal, self._selection.selection
        if refused or chosen is None:
            return refused or _NOTHING
        most = MOST_BY_NUMBER if chosen.lots is not None else MOST_BY_FILTER
        if chosen.count > most:
            return f"at most {self._context.formats.integer(most)} at once; choose fewer by a filter"
        return ""

    def _no_void(self) -> str:
        rows = self._selection.rows
        if self._selection.everything or len(rows) != 1:
            return "choose one credit" if len(rows) != 1 or self._selection.everything else ""
        return REVERSAL.refusal(self._context.session.rights, Subject())

    def _allow(self, made: QPushButton, key: str, refusal: str) -> None:
        allow(made, refusal)
        if not refusal:
            made.setToolTip(native(key))

    def _listen(self, made: QPushButton | None, key: str, run: Callable[[], None]) -> None:
        if made is not None:
            made.clicked.connect(lambda _checked: run())
        shortcut = QShortcut(QKeySequence(key), self._page)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(lambda: self._press(made, run))

    def _press(self, made: QPushButton | None, run: Callable[[], None]) -> None:
        """Do what a letter stands for, or say why not."""
        if made is not None and not made.isVisible():
            return
        refusal = self.grant_refusal if made is None else made.accessibleDescription()
        if refusal:
            what = "Grant" if made is None else made.text().rstrip(_MORE)
            self._context.notices.warn(f"{what}: {refusal}", key="act")
        else:
            run()
