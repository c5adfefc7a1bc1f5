"""Says that somebody else posts the batch that is shown, while it goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from console.ledger.batches.posting import posting_now
from ui.kit.days import short_moment
from ui.kit.renewal import Renewal
from ui.kit.widgets.basics import column_of, label

if TYPE_CHECKING:
    from console.ledger.batches.posting import PostingNow
    from ui.context import Context
    from ui.screens.batches.batch.work import BatchWork

ASKED_EVERY_MS: Final = 2_500


class BeingPosted(QWidget):
    """One line, there only while another desk posts; asked for while the page is seen and `watches`.

    ended: the posting that was told of is no longer going on, however it ended.
    """

    ended = Signal()

    def __init__(self, context: Context, batch_id: int, work: BatchWork) -> None:
        super().__init__()
        self._context = context
        self._batch_id = batch_id
        self._work = work
        self._told: PostingNow | None = None
        self.watches = False
        self._words = label(tone="warning", wrap=True)
        self.setLayout(column_of(self._words))
        self._words.hide()
        # Seen while the page is: of this line alone nothing is seen most of the time.
        self.renewal: Renewal | None = None

    @property
    def words(self) -> str:
        """What is said; nothing while nobody posts."""
        return self._words.text()

    def watch_on(self, page: QWidget) -> None:
        """Ask as long as a page is seen."""
        self.renewal = Renewal(page, ASKED_EVERY_MS)
        self.renewal.due.connect(self.look)

    def look(self) -> None:
        """Ask who posts it, unless it can no longer be posted or this desk is at it."""
        if not self.watches or self._work.pending:
            self._tell(None)
            return
        database, batch_id = self._context.database, self._batch_id
        self._context.worker.run(
            lambda cancel: posting_now(database, batch_id, cancel=cancel),
            done=self._tell,
            failed=lambda _error: None,
            owner=self,
            replaces="posting",
        )

    def _tell(self, found: PostingNow | None) -> None:
        before, self._told = self._told, found
        if found is None:
            words = ""
        else:
            since = short_moment(found.since, self._context.formats)
            words = f"Being posted by {found.operator} since {since}."
        self._words.setText(words)
        self._words.setVisible(bool(words))
        if before is not None and found is None and not self._work.pending:
            self.ended.emit()
