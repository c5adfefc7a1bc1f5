"""What an order would do, asked from the ledger itself and rolled back, a moment after the last change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from console.ledger.acts.rehearsal import rehearse

if TYPE_CHECKING:
    from console.errors import ConsoleError
    from console.ledger.acts.rehearsal import Rehearsal
    from console.ledger.approvals.commands import Order
    from ui.context import Context

PAUSE_MS: Final = 300


class Foresight(QObject):
    """Knows what the order of now would do, or why nobody does; emits `changed` when that is another.

    An answer of an order before is dropped. found: what it would do. error: why there is no answer.
    """

    changed = Signal()

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._order: Order | None = None
        self.found: Rehearsal | None = None
        self.error: ConsoleError | None = None
        self._soon = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._soon.timeout.connect(self._ask)

    @property
    def waits(self) -> bool:
        """Whether an answer is on its way."""
        return self._order is not None and self.found is None and self.error is None

    def look(self, order: Order | None) -> None:
        """Ask for an order soon, unless it is the one asked for already; None asks for nothing."""
        if order == self._order:
            return
        self._order = order
        self._forget()
        if order is not None:
            self._soon.start()

    def again(self) -> None:
        """Ask for the same order now: the ledger may have changed."""
        self._forget()
        if self._order is not None:
            self._ask()

    def _forget(self) -> None:
        self._soon.stop()
        self._context.worker.drop(self)
        self.found = self.error = None
        self.changed.emit()

    def _ask(self) -> None:
        database, order = self._context.database, self._order
        if order is None:
            return
        self._context.worker.run(
            lambda cancel: rehearse(database, order, cancel=cancel),
            done=self._take, failed=self._miss, owner=self, replaces="preview",
        )  # fmt: skip

    def _take(self, found: Rehearsal) -> None:
        self.found = found
        self.changed.emit()

    def _miss(self, error: ConsoleError) -> None:
        self.error = error
        self.changed.emit()
