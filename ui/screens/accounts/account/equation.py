"""Why the balance is what it is: an opening, what moved since by its kind, and what nothing explains."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QFrame, QVBoxLayout, QWidget

from console.ledger.accounts.detail import OPENING_MOVEMENTS
from console.ledger.accounts.equation import MOST_MOVEMENTS, WHOLE_LIFE, Period, Term
from console.ledger.accounts.periods import USUAL, offered
from ui.kit.formats import plain_tip
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import bring_into_view, button, label, line, restyle
from ui.kit.widgets.buttons import stop_while_checked
from ui.kit.widgets.cards import Equation, EquationPart, heading_label
from ui.kit.widgets.flow import Flow

if TYPE_CHECKING:
    from datetime import datetime

    from PySide6.QtWidgets import QPushButton

    from console.ledger.accounts.equation import Equation as Found
    from ui.context import Context

_SINCE_ROW = "since this row"
_ALL = "Add up all"


class EquationCard(QFrame):
    """Periods to choose from over the terms, each of which opens its rows.

    period_wanted: another period was chosen. term_chosen: a Term, or None when it was let go. rows_wanted:
    the keyboard is to go from the terms down to the rows.
    whole_wanted: a whole life of more movements than one sum takes is to be added up; cancel_wanted ends it.
    """

    period_wanted = Signal()
    whole_wanted = Signal()
    cancel_wanted = Signal()
    term_chosen = Signal(object)
    rows_wanted = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._formats = context.formats
        self._zone = context.session.books.zone
        self._since_row: Period | None = None
        self.setProperty("card", True)
        self._why = heading_label("Why")
        self._group = QButtonGroup(self)
        self.periods: dict[str, QPushButton] = {}
        for name in (*(period.name for period in offered(self._zone)), _SINCE_ROW):
            made = button(f"{name[:1].upper()}{name[1:]}", compact=True)
            stop_while_checked(made)
            made.clicked.connect(self._choose)
            self._group.addButton(made)
            self.periods[name] = made
        self.periods[USUAL].setChecked(True)
        self.periods[_SINCE_ROW].hide()
        self._note = label(tone="muted", font=text_font(tabular=True), selectable=True)
        self.whole_button = button(_ALL, compact=True)
        self.whole_button.hide()
        self.whole_button.clicked.connect(self._want_whole)
        self._chosen = False
        self._counted = WHOLE_LIFE
        self._shown = self.periods[USUAL]
        self.terms = Equation()
        self.terms.chosen.connect(lambda key: self.term_chosen.emit(Term(key) if key else None))
        # A button takes the arrow for itself otherwise, as another Tab.
        down = QShortcut(QKeySequence(Qt.Key.Key_Down), self.terms)
        down.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        down.activated.connect(self.rows_wanted)
        self._build()

    @property
    def note(self) -> str:
        """What is said of the sum: of how many movements, when, and whether it is equal."""
        return self._note.text()

    @property
    def heading(self) -> str:
        """The question, with the amount that it is about."""
        return self._why.text()

    @property
    def period(self) -> Period:
        """The period that is chosen, as it is now."""
        if self.periods[_SINCE_ROW].isChecked() and self._since_row is not None:
            return self._since_row
        chosen = next(name for name, made in self.periods.items() if made.isChecked())
        return next(period for period in offered(self._zone) if period.name == chosen)

    @property
    def movements(self) -> int:
        """How many movements of the period are added up at most: more once somebody has chosen one."""
        return MOST_MOVEMENTS if self._chosen else OPENING_MOVEMENTS

    @property
    def counted(self) -> Period:
        """The period of exactly the movements that were added up."""
        return self._counted

    @property
    def term(self) -> Term | None:
        """The term that is pressed."""
        return Term(self.terms.key) if self.terms.key else None

    def explain_since(self, period: Period) -> None:
        """Offer and choose the period that begins with one movement."""
        self._since_row = period
        made = self.periods[_SINCE_ROW]
        made.setToolTip(plain_tip(period.name))
        made.show()
        made.setChecked(True)
        self._choose()

    def _choose(self) -> None:
        self._chosen = True
        self.period_wanted.emit()

    def forget_row(self) -> None:
        """Take back the period that began with a movement: the account's other currencies have not that."""
        if self.periods[_SINCE_ROW].isChecked():
            self.periods[USUAL].setChecked(True)
        self.periods[_SINCE_ROW].hide()

    def show_adding(self) -> None:
        """Say that a sum is under way."""
        self._say("adding up\N{HORIZONTAL ELLIPSIS}")

    def show_progress(self, done: int, about: int) -> None:
        """Say how far the sum of a whole life is."""
        self.whole_button.setText("Cancel")
        written = self._formats.integer
        self._say(f"adding up, {written(done)} of about {written(about)} movements")

    def show_unfinished(self, words: str, tone: str = "muted") -> None:
        """Say why a whole life was not added up; what is shown stays."""
        self.whole_button.setText(_ALL)
        self._say(words, tone)

    def _want_whole(self) -> None:
        if self.whole_button.text() == _ALL:
            self.whole_button.setText("Cancel")
            self.show_adding()
            self.whole_wanted.emit()
        else:
            self.cancel_wanted.emit()

    def show_failure(self) -> None:
        """Go back to the period whose sum is shown: the one asked for was not added up."""
        self._shown.setChecked(True)
        self._say("not added up again", "warning")

    def _say(self, words: str, tone: str = "muted") -> None:
        self._note.setText(words)
        restyle(self._note, tone=tone)

    def show_equation(self, found: Found, at: datetime) -> None:
        """Show an equation that was read at a moment."""
        amount = partial(self._formats.amount, currency=found.currency)
        spoken = partial(self._formats.spoken_amount, currency=found.currency)
        self._counted = found.counted
        self._shown = next(made for made in self.periods.values() if made.isChecked())
        self._why.setText(f"Why {self._formats.money(found.balance, found.currency)}")
        parts = [
            EquationPart(
                "Opening", amount(found.opening), spoken=spoken(found.opening), tip=self._since(found)
            )
        ]
        for term, minor, count in found.terms:
            movements = self._formats.count(count, "movement")
            parts.append(
                EquationPart(
                    f"{term[:1].upper()}{term[1:]}", amount(minor, signed=True), term.value,
                    "credit" if minor > 0 else None, f"{spoken(minor)}, {movements}", movements,
                )
            )  # fmt: skip
        left = found.unexplained
        parts += [
            EquationPart(
                "Unexplained", amount(left, signed=bool(left)), tone="error" if left else "credit",
                spoken=spoken(left),
            ),
            EquationPart("= Balance", amount(found.balance), spoken=spoken(found.balance)),
        ]  # fmt: skip
        self.terms.set_parts(parts)
        self.whole_button.setText(_ALL)
        self.whole_button.setVisible(found.cut and self._shown is self.periods[WHOLE_LIFE.name])
        self._order_keys()
        self._say(self._recomputed(found, at), "error" if left else "muted")

    def focus_term(self) -> bool:
        """Put the keyboard on the first term, False where nothing moved."""
        first = next(iter(self.terms.buttons.values()), None)
        if first is None:
            return False
        first.setFocus()
        bring_into_view(first)
        return True

    def _order_keys(self) -> None:
        """Let the Tab key come from the periods to the terms, which may have been made anew."""
        before: QWidget = self.periods[_SINCE_ROW]
        for term in self.terms.buttons.values():
            QWidget.setTabOrder(before, term)
            before = term

    def _since(self, found: Found) -> str:
        if found.since is None:
            return "before the first movement"
        return f"the balance before {self._formats.timestamp(found.since)}"

    def _recomputed(self, found: Found, at: datetime) -> str:
        count = self._formats.count(found.movements, "movement")
        if found.cut and found.since is not None:
            count = f"the newest {count}, since {self._formats.timestamp(found.since)[:16]},"
        elif self._shown is self.periods[_SINCE_ROW] and found.since is not None:
            count += f" since {self._formats.timestamp(found.since)}"
        verdict = "not equal" if found.unexplained else "equal"
        more = f"; press {self._shown.text()} for more" if found.cut and not self._chosen else ""
        return f"recomputed from {count} at {self._formats.timestamp(at)[11:16]}: {verdict}{more}"

    def _build(self) -> None:
        head = QWidget()
        for words in (self._why, self._note):
            # Of one height with the buttons, so that all stand on one line.
            words.setFixedHeight(self.periods[USUAL].sizeHint().height())
        flow = Flow(
            self._why, *self.periods.values(), self._note, self.whole_button, spacing=8, between_lines=6
        )
        flow.setContentsMargins(0, 0, 0, 0)
        inside = QVBoxLayout(head)
        inside.setContentsMargins(14, 9, 14, 9)
        inside.addLayout(flow)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        for part in (head, line(), self.terms):
            layout.addWidget(part)
