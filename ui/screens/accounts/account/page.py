"""One account: who it is, what it may spend, and what stands behind its balance."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from console.errors import CancelledError, UsageError
from console.ledger.accounts.answer import answer
from console.ledger.accounts.whole_life import whole_life
from console.money import NumberStyle
from ui.acts.act import Subject
from ui.acts.bar import ActBar
from ui.kit.formats import MINUS
from ui.kit.table.view import LedgerTable
from ui.kit.theme.fonts import text_font
from ui.kit.theme.tokens import GAP, ROW_HEIGHT
from ui.kit.widgets.basics import button, column_of, label, restyle, row_of, scrolling
from ui.routes import OpenUserTransactions
from ui.screens.accounts.account.equation import EquationCard
from ui.screens.accounts.account.figures import AccountFigures
from ui.screens.accounts.account.head import AccountHead
from ui.screens.accounts.account.reading import Reading, Wanted, read
from ui.screens.accounts.account.tabs import STATEMENT_TAB, AccountTabs

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QKeyEvent

    from console.errors import ConsoleError
    from console.ledger.accounts.equation import Equation, Term
    from console.ledger.credits.uses import LotUse
    from console.postgres.cancellation import Cancellation
    from ui.context import Context
    from ui.routes import OpenCredit, OpenHold


class AccountPage(QWidget):
    """A page for one account and no other, in one of its currencies at a time."""

    back_wanted = Signal()

    def __init__(self, context: Context, username: str, currency: str = "") -> None:
        """Without a currency, the page begins with the first that the account has; `reload` reads it."""
        super().__init__()
        self.username = username
        self._context = context
        self._currency = currency
        self._reading: Reading | None = None
        self._wants_start = False
        self._place: OpenHold | OpenCredit | None = None
        self.head = AccountHead(context, username)
        self.acts = ActBar(
            context,
            self,
            row=lambda: self.tabs.statement.reversal_subject,
            holds=lambda: self.tabs.chosen_holds,
        )
        self.figures = AccountFigures(context)
        self.equation = EquationCard(context)
        self.tabs = AccountTabs(context, username)
        self._trouble = label(font=text_font(tabular=True), wrap=True, selectable=True)
        self.retry_button = button("Try again")
        self._body = QWidget()
        self._scroll = scrolling(self._body)
        self._build()
        self._connect()
        self.setAccessibleName(f"Account {username}")

    @property
    def reading(self) -> Reading | None:
        """What is shown; None until the account was first read."""
        return self._reading

    @property
    def currency(self) -> str:
        """The code of the currency shown or asked for; empty until the first is known."""
        return self._currency

    @property
    def subject(self) -> Subject:
        """What acts are done on here: the account, in the currency shown."""
        if self._reading is None:
            return Subject(self.username)
        found = self._reading.account.credits
        return Subject(self.username, found.currency, found.status)

    @property
    def trouble(self) -> str:
        """Why the account could not be read, now or again."""
        return self._trouble.text()

    @property
    def pending(self) -> bool:
        """Whether something is being written, or ended without an answer."""
        return self.tabs.notes.pending or self.head.follow.pending

    def reload(self) -> None:
        """Read the account as it is now; the reading before this one is cancelled."""
        database = self._context.database
        known = self._context.session.currencies
        if self._reading is not None:
            known = self._reading.currencies
        elif len(known) > 1:
            known = ()
        wanted = Wanted(self.username, self.equation.period, self.equation.movements, self._currency, known)
        self._context.worker.drop(self.equation)
        self.equation.show_adding()
        if self._reading is None:
            self._say("")
            self.head.title.set_subtitle("Reading\N{HORIZONTAL ELLIPSIS}")
        self._context.worker.run(
            lambda cancel: read(database, wanted, cancel),
            done=self._show,
            failed=self._fail,
            cancelled=lambda: self._fail(CancelledError()),
            owner=self,
            replaces="account",
        )

    def focus_start(self) -> None:
        """Put the keyboard where reading begins, as soon as that is shown."""
        self._wants_start = self._reading is None
        if self._wants_start:
            self.head.back_button.setFocus()
        elif not self.equation.focus_term():
            self.tabs.table.setFocus()

    def go_to(self, place: OpenHold | OpenCredit) -> None:
        """Show one of the account's holds or credits, as soon as the account is read."""
        self._wants_start = False
        self._place = place

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            if not self.equation.terms.let_go():
                self.back_wanted.emit()
        else:
            super().keyPressEvent(event)

    def _show(self, reading: Reading) -> None:
        self._reading = reading
        self._currency = reading.account.credits.currency.code
        self._say("")
        self.head.title.set_subtitle("")
        self.head.show_reading(reading)
        self.acts.show_subject(self.subject)
        self.figures.show_account(reading.account)
        self.tabs.show_account(reading.account)
        self.setAccessibleName(
            f"Account {self.username}, {reading.account.credits.status.value}, {self._currency}"
        )
        self._body.show()
        self.equation.show_equation(reading.account.equation, reading.at)
        self._list(self.equation.term)
        place, self._place = self._place, None
        if place is None:
            self._start_once()
        else:
            self.tabs.go_to(place)

    def _fail(self, error: ConsoleError) -> None:
        self._place = None
        self.head.title.set_subtitle("")
        if self._reading is None:
            unknown = isinstance(error, UsageError)
            self._say(str(error), "error", again=not unknown)
            self._body.hide()
            return
        # What is shown stays, with the moment it is of; another currency was not reached.
        self._currency = self._reading.account.credits.currency.code
        self.head.show_reading(self._reading)
        self.equation.show_failure()
        at = self._context.formats.timestamp(self._reading.at)
        self._say(f"Not read again: {error} What is shown is of {at}.", "warning", again=True)

    def _start_once(self) -> None:
        """Begin where the operator asked to, unless they have gone elsewhere meanwhile."""
        wanted, self._wants_start = self._wants_start, False
        if wanted and self.head.back_button.hasFocus():
            self.focus_start()

    def _filter(self, term: Term | None) -> None:
        """Show the rows of a term that was pressed; of all when it was let go."""
        if term is not None:
            self.tabs.show_tab(STATEMENT_TAB)
        self._list(term)

    def _go_to_rows(self) -> None:
        self.tabs.show_tab(STATEMENT_TAB)
        self.tabs.statement.focus_rows()

    def _list(self, term: Term | None) -> None:
        """List the rows of a term, all of them without one; whichever tab is shown stays."""
        self.tabs.statement.show_term(term, self.equation.counted)

    def _show_movement(self, use: LotUse) -> None:
        """Show a movement among all there are: a term would list it only by chance."""
        self.equation.terms.let_go()
        self.tabs.show_movement(use)

    def _add_up_all(self) -> None:
        """Add up a whole life in pieces; the card's own, so that it is cancelled without the rest."""
        database, username, currency = self._context.database, self.username, self._currency
        card = self.equation

        def work(cancel: Cancellation, report: Callable[[tuple[int, int]], None]) -> Equation:
            return whole_life(
                database,
                username,
                currency,
                progress=lambda done, about: report((done, about)),
                cancel=cancel,
            )

        self._context.worker.run_reporting(
            work,
            progress=lambda far: card.show_progress(*far),
            done=self._show_whole,
            failed=lambda error: card.show_unfinished(f"not added up: {error}", "error"),
            cancelled=lambda: card.show_unfinished("cancelled; the newest movements are shown"),
            owner=card,
            replaces="whole life",
        )

    def _show_whole(self, found: Equation) -> None:
        self.equation.show_equation(found, datetime.now(UTC))
        self._list(self.equation.term)

    def _choose(self, code: str) -> None:
        if code != self._currency:
            self._currency = code
            self.equation.forget_row()
            self.reload()

    def _keep_in_view(self, table: LedgerTable, _row: object) -> None:
        """Let a low page follow the keyboard's row: the table itself scrolls only within its own height."""
        if table.hasFocus():
            row = table.visualRect(table.currentIndex()).center()
            place = table.viewport().mapTo(self._body, row)
            self._scroll.ensureVisible(0, place.y(), 0, ROW_HEIGHT)

    def _say(self, words: str, tone: str = "error", *, again: bool = False) -> None:
        restyle(self._trouble, tone=tone)
        self._trouble.setText(words)
        self._trouble.setVisible(bool(words))
        self.retry_button.setVisible(again)

    def _copy_answer(self) -> None:
        if self._reading is None:
            return
        formats = self._context.formats
        style = NumberStyle(formats.decimal, formats.grouping, MINUS)
        QGuiApplication.clipboard().setText(answer(self._reading.account, style))
        self._context.notices.inform("Answer copied: three sentences for the customer.", key="copied")

    def _show_transactions(self) -> None:
        self._context.navigator.go(OpenUserTransactions(self.username))

    def _connect(self) -> None:
        self.head.back_button.clicked.connect(self.back_wanted)
        self.head.transactions_button.clicked.connect(self._show_transactions)
        self.head.answer_button.clicked.connect(self._copy_answer)
        self.head.currency_wanted.connect(self._choose)
        self.retry_button.clicked.connect(self.reload)
        self.equation.period_wanted.connect(self.reload)
        self.equation.whole_wanted.connect(self._add_up_all)
        self.equation.cancel_wanted.connect(lambda: self._context.worker.cancel(self.equation))
        self.equation.term_chosen.connect(self._filter)
        self.equation.rows_wanted.connect(self._go_to_rows)
        self.tabs.statement.all_wanted.connect(self.equation.terms.let_go)
        self.tabs.statement.explain_wanted.connect(self.equation.explain_since)
        self.tabs.credits.movement_wanted.connect(self._show_movement)
        self.tabs.notes.changed.connect(self.reload)
        self.tabs.statement.reversed.connect(self.reload)
        self.acts.done.connect(self.reload)
        self.tabs.hold_act_wanted.connect(self.acts.act_on_holds)
        self.head.follow.changed.connect(self.reload)
        for table in self.tabs.findChildren(LedgerTable):
            table.current_row_changed.connect(partial(self._keep_in_view, table))

    def _build(self) -> None:
        whole = column_of(self.figures, self.equation, self.tabs, spacing=GAP)
        whole.setStretchFactor(self.tabs, 1)
        self._body.setLayout(whole)
        # Where the window is low the page scrolls; figures are never squeezed.
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self.head)
        layout.addWidget(self.acts)
        trouble = row_of(self._trouble, self.retry_button)
        trouble.setStretch(0, 1)
        layout.addLayout(trouble)
        layout.addWidget(self._scroll, 1)
        self._say("")
        self._body.hide()
