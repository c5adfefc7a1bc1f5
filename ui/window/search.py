"""What free text in the palette leads to: only what the ledger has of that name."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from console.ledger.search import named
from ui.kit.commands import Match
from ui.routes import OpenBalance, OpenBatch, OpenReference, OpenUserTransactions

if TYPE_CHECKING:
    from console.errors import ConsoleError
    from console.ledger.search import Named
    from console.postgres.cancellation import Cancellation
    from ui.context import Context
    from ui.routes import Route

DEBOUNCE_MS = 300


class Search(QObject):
    """Asks the database what a text names, once the operator has paused; each question cancels the last.

    `found` carries the text and its matches, `failed` the text and why nobody knows.
    """

    found = Signal(str, object)
    failed = Signal(str, str)

    def __init__(self, context: Context) -> None:
        super().__init__(context.commands)
        self._context = context
        self._text = ""
        self._pause = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._pause.timeout.connect(self._ask)

    def look_for(self, text: str, *, now: bool = False) -> None:
        """Look for a text after a pause, or at once; an empty text looks for nothing any more."""
        self._text = text
        self._pause.stop()
        self._context.worker.drop(self)
        if text and now:
            self._ask()
        elif text:
            self._pause.start()

    def _ask(self) -> None:
        database, text = self._context.database, self._text

        def work(cancel: Cancellation) -> Named:
            return named(database, text, cancel=cancel)

        def fail(error: ConsoleError) -> None:
            self.failed.emit(text, str(error))

        self._context.worker.run(
            work, done=partial(self._take, text), failed=fail, owner=self, replaces="named"
        )

    def _take(self, text: str, there: Named) -> None:
        matches: list[Match] = []
        if there.username is not None:
            name = there.username
            matches += [
                self._match(f"Transactions of {name}", "user", OpenUserTransactions(name)),
                self._match(f"Balance of {name}", "user", OpenBalance(name)),
            ]
        if there.reference is not None:
            matches.append(
                self._match(
                    f"Transaction with reference {there.reference}",
                    "reference",
                    OpenReference(there.reference),
                )
            )
        if there.batch is not None:
            matches.append(
                self._match(f"Batch {there.batch}", there.batch_name or "", OpenBatch(there.batch))
            )
        self.found.emit(text, matches)

    def _match(self, title: str, detail: str, route: Route) -> Match:
        return Match(title, detail, "", "", partial(self._context.navigator.go, route))
