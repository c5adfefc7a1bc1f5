"""The title of the transactions: which of them are shown, of how many, and an exact count on request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from console.ledger.transactions.page import TransactionFilter, about, count
from ui.kit.widgets.basics import TitleRow
from ui.kit.widgets.buttons import PairButton

if TYPE_CHECKING:
    from console.errors import ConsoleError
    from console.postgres.cancellation import Cancellation
    from ui.context import Context
    from ui.kit.table.paged_model import PagedModel

_TO = "\N{EN DASH}"
_NOT_COUNTED = "transactions.count"
_WAIT = "\N{HORIZONTAL ELLIPSIS}"


class TransactionTitle(TitleRow):
    """Follows a model that holds a window of the list, and knows the place of its first row."""

    def __init__(self, context: Context, model: PagedModel[Any]) -> None:
        super().__init__("Transactions")
        self._context = context
        self._model = model
        self._wanted = TransactionFilter()
        self._before: int | None = 0  # rows before the first held; None when nobody counted them
        self._about: int | None = None
        self._exact: int | None = None
        self._counting_now = False
        self._counting = QObject(self)  # what is cancelled when only the count is
        self.words = ""
        self.count_button = PairButton("Count exactly")
        self.count_button.clicked.connect(self._toggle_count)
        self.add_beside(self.count_button)
        model.modelReset.connect(self._reset)
        model.shifted.connect(self._shift)
        model.state_changed.connect(self._show)
        self._show()

    def estimate(self) -> None:
        """Ask the server's statistics about how many there are."""
        database = self._context.database
        self._context.worker.run(
            lambda cancel: about(database, cancel=cancel),
            done=self._take_about,
            failed=self._forget_about,
            owner=self,
            replaces="about",
        )

    def set_wanted(self, wanted: TransactionFilter) -> None:
        """Forget the exact count of another filter."""
        if wanted != self._wanted:
            self._wanted = wanted
            self._exact = None
            self._stop_counting()
        self._show()

    def forget_count(self) -> None:
        """Forget what was counted: the list is loaded anew."""
        self._exact = None
        self._show()

    @property
    def total(self) -> str:
        """How many the whole list has: `60,000`, `about 60,000`; empty when nobody knows."""
        return self._total().removeprefix(" of ")

    def _toggle_count(self) -> None:
        if self._counting_now:
            self._stop_counting()
            return
        database, wanted = self._context.database, self._wanted

        def work(cancel: Cancellation) -> int:
            return count(database, wanted, cancel=cancel)

        self._set_counting(on=True)
        self._context.worker.run(
            work, done=self._take_exact, failed=self._fail, cancelled=self._stopped,
            owner=self._counting, replaces="count",
        )  # fmt: skip

    def _stop_counting(self) -> None:
        # Nobody waits for it: what it came to may be the count of another filter.
        self._context.worker.drop(self._counting)
        self._stopped()

    def _stopped(self) -> None:
        self._set_counting(on=False)

    def _set_counting(self, *, on: bool) -> None:
        self._counting_now = on
        self.count_button.set_pair(f"Counting{_WAIT}" if on else "Count exactly", "Cancel" if on else "")

    def _take_exact(self, found: int) -> None:
        self._exact = found
        self._context.notices.withdraw(_NOT_COUNTED)
        self._stopped()
        self._show()

    def _fail(self, error: ConsoleError) -> None:
        self._stopped()
        self._context.notices.fail(f"Not counted: {error}", key=_NOT_COUNTED)

    def _take_about(self, found: int) -> None:
        self._about = found or None  # a table that was never analysed says 0
        self._show()

    def _forget_about(self, _error: ConsoleError) -> None:
        # The list itself says why the server does not answer; without an estimate the title is still true.
        self._about = None

    def _reset(self) -> None:
        self._before = None if self._model.more_before else 0

    def _shift(self, rows: int) -> None:
        if not self._model.more_before:
            self._before = 0
        elif self._before is not None:
            # Rows that came above move the first one up, rows that went move it down.
            self._before -= rows
        self._show()

    def _show(self) -> None:
        held = self._model.rowCount()
        complete = not (self._model.more_before or self._model.more_after)
        self.count_button.setVisible(bool(held) and not complete)
        self.words = self._position(held, complete=complete) if held else ""
        self.set_subtitle(self.words)

    def _position(self, held: int, *, complete: bool) -> str:
        write = self._context.formats.integer
        before = self._before
        if before is None and self._exact is not None and not self._model.more_after:
            before = max(0, self._exact - held)
        if complete:
            return f"1{_TO}{write(held)} of {write(held)}"
        total = self._total()
        if before is not None:
            return f"{write(before + 1)}{_TO}{write(before + held)}{total or ', more follow'}"
        if not self._model.more_after:
            return f"the last {write(held)}{total}"
        return f"{write(held)} shown{total}"

    def _total(self) -> str:
        formats = self._context.formats
        if self._exact is not None:
            return f" of {formats.integer(self._exact)}"
        # The statistics are of the whole table, and may lag behind what is already shown.
        held = (self._before or 0) + self._model.rowCount()
        if self._wanted == TransactionFilter() and self._about is not None and self._about >= held:
            return f" of about {formats.about(self._about)}"
        return ""
