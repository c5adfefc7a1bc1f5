"""A file on its way to a draft: how far it is, and what is said when it cannot be used."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from console.errors import FileRefusedError, LinesRefusedError, LoadedBeforeError, UsageError
from console.files.lines.terms import Terms
from console.ledger.batches import commands
from ui.kit.keyed_write import LATE
from ui.kit.theme.fonts import text_font
from ui.kit.theme.tokens import GAP, Tone
from ui.kit.widgets.basics import TitleRow, button, label, restyle, row_of
from ui.kit.widgets.cards import Card

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from console.errors import ConsoleError
    from console.files.mappings.mapping import Mapping
    from console.ledger.batches.commands import LoadedBatch
    from console.ledger.books.currencies import Books
    from console.postgres.cancellation import Cancellation
    from ui.context import Context

_STEPS = 1_000


@dataclass(frozen=True, slots=True)
class LoadOrder:
    """What is loaded, and how it is read; `again` also when the same was loaded before."""

    path: Path
    mapping: Mapping
    name: str
    again: bool = False


def _terms(books: Books, mapping: Mapping) -> Terms:
    """Return what the amounts of one draft mean; raises UsageError where nobody has said which of several."""
    if mapping.currency is not None:
        return Terms(books.currency(mapping.currency), books.zone)
    choice = books.open_currencies
    if len(choice) != 1:
        raise UsageError("This ledger has several currencies: choose that of the batch in the mapping.")
    return Terms(choice[0], books.zone)


class BatchLoading(QWidget):
    """Loads one file in the background; ends in one of its signals, or says here what is wrong."""

    loaded = Signal(object)
    refused = Signal(object, object)
    abandoned = Signal()
    mapping_wanted = Signal(object)
    file_wanted = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._order: LoadOrder | None = None
        self._cancellation: Cancellation | None = None
        self._run = QObject(self)
        self._title = TitleRow("Loading")
        self._heading = label(font=text_font(15, weight=text_font().Weight.DemiBold), wrap=True)
        self._words = label(tone="muted", font=text_font(tabular=True), wrap=True, selectable=True)
        self.bar = QProgressBar(textVisible=False, minimum=0, maximum=_STEPS)
        self.bar.setAccessibleName("Progress of loading")
        self.cancel_button = button("Cancel")
        self.again_button = button("Load again", accent=True)
        self.mapping_button = button("Change mapping…")
        self.file_button = button("Choose another file…")
        self.back_button = button("Back to the list")
        self._build()

    @property
    def order(self) -> LoadOrder | None:
        """What was loaded last."""
        return self._order

    @property
    def words(self) -> str:
        """What is said under the heading."""
        return self._words.text()

    def start(self, order: LoadOrder) -> None:
        """Load a file; a wrong line anywhere means that nothing is written."""
        self._order = order
        context = self._context
        self._title.set_title(f"Loading {order.path.name}")
        self._title.chip.set("", Tone.NEUTRAL)
        self._heading.setText("Reading the file")
        self._words.setText("")
        self.bar.setRange(0, _STEPS)
        self.bar.setValue(0)
        self._show(running=True)

        books = context.session.books

        def work(
            cancellation: Cancellation, report: Callable[[tuple[int, int]], None]
        ) -> tuple[LoadedBatch, ...]:
            def advance(done: int, total: int) -> None:
                report((done, total))

            if order.mapping.each_currency:
                return commands.load_each(
                    context.ledger, order.path, order.mapping, books, name=order.name,
                    again=order.again, cancel=cancellation, progress=advance,
                )  # fmt: skip
            made = commands.load(
                context.ledger, order.path, order.mapping, _terms(books, order.mapping), name=order.name,
                again=order.again, cancel=cancellation, progress=advance,
            )  # fmt: skip
            return (made,)

        self._cancellation = context.worker.run_reporting(
            work, progress=self._advance, done=self._loaded, failed=self._failed,
            cancelled=self._cancelled, owner=self._run, replaces="load",
        )  # fmt: skip

    def cancel(self) -> None:
        """Cancel the load, also on the server."""
        self._heading.setText("Cancelling")
        self.cancel_button.setEnabled(False)
        self._context.worker.cancel(self._run)

    def _advance(self, progress: tuple[int, int]) -> None:
        done, total = progress
        if done >= total:
            self.bar.setRange(0, 0)
            self._heading.setText("Checking all lines against the ledger")
            self._words.setText(f"{self._context.formats.size(total)} read.")
            return
        self.bar.setValue(done * _STEPS // max(total, 1))
        self._words.setText(f"{self._context.formats.size(done)} of {self._context.formats.size(total)}")

    def _failed(self, error: ConsoleError) -> None:
        if isinstance(error, LinesRefusedError):
            self.refused.emit(self._order, error)
            return
        file, before = isinstance(error, FileRefusedError), isinstance(error, LoadedBeforeError)
        self._title.chip.set("refused" if file else "not loaded", Tone.ERROR)
        self._heading.setText(
            "This file cannot be used. Nothing was written." if file else "The file was not loaded."
        )
        self._words.setText(str(error))
        self._show(running=False)
        if before and self._order is not None:
            self._order = replace(self._order, again=True)
        self.again_button.setText("Load it all the same" if before else "Load again")
        for part, first in ((self.again_button, not before), (self.back_button, before)):
            restyle(part, accent=first)
        (self.back_button if before else self.again_button).setFocus()

    def _loaded(self, loaded: tuple[LoadedBatch, ...]) -> None:
        if self._cancellation is not None and self._cancellation.cancelled:
            self._context.notices.inform(f"{LATE} The draft had been written.")
        self.loaded.emit(loaded)

    def _cancelled(self) -> None:
        self._context.notices.inform("Loading was cancelled. Nothing was written.")
        self.abandoned.emit()

    def _show(self, *, running: bool) -> None:
        self.bar.setVisible(running)
        self.cancel_button.setVisible(running)
        self.cancel_button.setEnabled(True)
        for part in (self.again_button, self.mapping_button, self.file_button, self.back_button):
            part.setVisible(not running)

    def _build(self) -> None:
        card = Card(spacing=12)
        for part in (self._heading, self.bar, self._words):
            card.body.addWidget(part)
        buttons = (self.cancel_button, self.again_button, self.mapping_button, self.file_button)
        card.body.addLayout(row_of(*buttons, self.back_button, None))
        self.cancel_button.clicked.connect(self.cancel)
        self.again_button.clicked.connect(self._again)
        self.mapping_button.clicked.connect(lambda: self.mapping_wanted.emit(self._order))
        self.file_button.clicked.connect(self.file_wanted)
        self.back_button.clicked.connect(self.abandoned)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self._title)
        layout.addWidget(card)
        layout.addStretch(1)

    def _again(self) -> None:
        if self._order is not None:
            self.start(self._order)
