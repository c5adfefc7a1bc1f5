"""A capture before it is done: how much, the credits it would use, and what is left then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from console.files.text import shown
from console.ledger.holds.preview import capture_preview
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import caption, label, restyle, row_of
from ui.kit.widgets.inputs import AmountEdit
from ui.screens.holds.credits import CreditRows

if TYPE_CHECKING:
    from console.errors import ConsoleError
    from console.ledger.holds.page import HoldRow
    from console.ledger.holds.preview import CapturePreview
    from ui.context import Context

PAUSE_MS: Final = 300
"""Only an amount that stands so long is asked for, and only a hold at which the keyboard stays so long."""

_AMOUNT_PX: Final = 120
_WHOLE: Final = "all of it; type less to capture a part, the rest is released"
_ASKING: Final = "Asking what it would use\N{HORIZONTAL ELLIPSIS}"
_ENDED: Final = "It has ended meanwhile; F5 reads the list again."


class CapturePart(QWidget):
    """An amount, all of it at first, and what the ledger says a capture of it would do.

    An answer of an amount before is dropped; what is shown is of what stands in the field, or is not there.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._row: HoldRow | None = None
        self.found: CapturePreview | None = None
        self.amount = AmountEdit(context.formats)
        self.amount.setFixedWidth(_AMOUNT_PX)
        self.amount.setAccessibleName("Amount to capture")
        self._hint = label(_WHOLE, tone="muted", wrap=True)
        self.credits = CreditRows(context)
        self._said = label(tone="muted", font=text_font(tabular=True), wrap=True, selectable=True)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self.amount.textChanged.connect(self._read)
        name = caption("Capture")
        name.setBuddy(self.amount)
        typed = row_of(self.amount, self._hint, spacing=8)
        typed.setStretch(1, 1)
        self._title = caption("Credits that a capture would use")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(name)
        layout.addLayout(typed)
        layout.addSpacing(6)
        layout.addWidget(self._title)
        layout.addWidget(self.credits)
        layout.addWidget(self._said)

    @property
    def words(self) -> str:
        """What is said under the credits."""
        return self._said.text()

    @property
    def hint(self) -> str:
        """What is said beside the amount."""
        return self._hint.text()

    @property
    def taking(self) -> int | None:
        """What is to be captured, in minor units; None for all of it, and while nothing else can be read."""
        amount = self.amount.amount
        whole = self._row is None or amount is None or amount >= self._row.amount
        return None if whole else amount

    def show_hold(self, row: HoldRow) -> None:
        """Show an active hold; one that is shown already keeps the amount typed."""
        same = self._row is not None and (self._row.id, self._row.amount) == (row.id, row.amount)
        self._row = row
        if same:
            self._soon()
            return
        self.amount.set_currency(row.currency)
        # Every digit of the one before is of another hold: it is asked for anew even where both are alike.
        self.amount.clear()
        self.amount.set_amount(row.amount)

    def forget(self) -> None:
        """Ask for nothing: no active hold is shown."""
        self._row = None
        self._drop()

    def _read(self) -> None:
        if self._row is None:
            return
        problem = self._problem(self._row)
        self._hint.setText(problem or _WHOLE)
        restyle(self._hint, tone="error" if problem else "muted")
        self._drop()
        if problem:
            self._show_nothing("")
        else:
            self._soon()

    def _problem(self, row: HoldRow) -> str:
        amount = self.amount.amount
        if amount is not None and amount > row.amount:
            return f"only {self._context.formats.money(row.amount, row.currency)} is held"
        if amount is not None and amount <= 0:
            return "a capture takes more than nothing"
        return self.amount.problem

    def _drop(self) -> None:
        self._pause.stop()
        self._context.worker.drop(self)
        self.found = None

    def _soon(self) -> None:
        if self.found is None:
            self._show_nothing(_ASKING)
        self._pause.start()

    def _ask(self) -> None:
        row = self._row
        if row is None:
            return
        database, reference, taking = self._context.database, row.reference, self.taking
        self._context.worker.run(
            lambda cancel: capture_preview(database, reference, taking, cancel=cancel),
            done=self._show, failed=self._fail, owner=self, replaces="preview",
        )  # fmt: skip

    def _show(self, found: CapturePreview | None) -> None:
        row = self._row
        if row is None:
            return
        self.found = found
        if found is None:
            self._show_nothing(_ENDED, "warning")
            return
        self._title.show()
        self.credits.show()
        self.credits.show_burns(found.burns, row.currency)
        self._say(f"{self._next(found, row)} {self._available(found, row)}".strip(), "muted")

    def _next(self, found: CapturePreview, row: HoldRow) -> str:
        one, formats = found.next_expiry, self._context.formats
        if one is None:
            return "Nothing that expires is left then."
        return (
            f"Next to expire then: {shown(one.source)}, {formats.amount(one.left, row.currency)}"
            f" at {formats.until(one.expires_at)}."
        )

    def _available(self, found: CapturePreview, row: HoldRow) -> str:
        formats = self._context.formats
        after = formats.money(found.available_after, row.currency)
        if found.available_after == found.available:
            return f"Available after: {after}, unchanged."
        return f"Available after: {after}, now {formats.amount(found.available, row.currency)}."

    def _fail(self, error: ConsoleError) -> None:
        self._show_nothing(f"Not read: {error} F5 asks again.", "error")

    def _show_nothing(self, words: str, tone: str = "muted") -> None:
        self._title.setVisible(tone == "muted")
        self.credits.setVisible(False)
        self._say(words, tone)

    def _say(self, words: str, tone: str) -> None:
        restyle(self._said, tone=tone)
        self._said.setText(words)
