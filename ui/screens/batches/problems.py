"""Everything that is wrong with the lines of a batch: counted by kind, listed, and exported."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from console.errors.problem import as_read
from console.files.exports import Column as FileColumn
from console.files.exports import Kind as FileKind
from console.files.exports import export_csv
from ui.kit.table.rows_model import RowsModel
from ui.kit.theme.tokens import GAP
from ui.kit.widgets.basics import label
from ui.kit.widgets.buttons import PairButton
from ui.kit.widgets.flow import Flow
from ui.screens.batches.columns import PROBLEMS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.errors.problem import Problem
    from console.files.exports import ExportResult
    from console.postgres.cancellation import Cancellation
    from ui.context import Context

_KINDS = {
    "user.unknown": "unknown account",
    "user.empty": "no account",
    "user.name": "not an account name",
    "account.frozen": "frozen account",
    "account.closed": "closed account",
    "party.same": "both parties the same",
    "amount.empty": "no amount",
    "amount.format": "not an amount",
    "amount.sign": "sign on the amount",
    "amount.zero": "amount of zero",
    "amount.decimals": "too many decimals",
    "amount.range": "amount too large",
    "reference.empty": "no reference",
    "reference.repeated": "repeated in the file",
    "reference.posted": "posted already",
    "funds.short": "money does not reach",
    "row.cells": "wrong number of cells",
    "direction.unknown": "unknown direction",
    "currency.other": "other currency",
    "currency.closed": "closed currency",
    "date.format": "not a date",
    "effective.range": "date out of range",
    "source.empty": "no source of the credit",
    "source.kind": "not a grant of credit",
    "expiry.past": "expiry past",
    "expiry.range": "expiry too late",
    "text.character": "invisible character",
    "text.length": "text too long",
    "column.missing": "missing column",
    "column.repeated": "repeated column",
}
_EXPORTED = (
    FileColumn("line", FileKind.INTEGER),
    FileColumn("column", FileKind.TEXT),
    FileColumn("value", FileKind.TEXT),
    FileColumn("problem", FileKind.TEXT),
    FileColumn("what to do", FileKind.TEXT),
)


def kind_words(code: str) -> str:
    """Return a problem's kind in a few words; an unforeseen code speaks for itself."""
    return _KINDS.get(code, code.replace(".", " ").replace("_", " "))


class ProblemsView(QWidget):
    """Chips with the count of each kind over the list; a chip pressed shows its kind only.

    An account that is shut is listed once; the chips count its lines, and an export has each of them.
    """

    shown_changed = Signal(object)

    def __init__(self, context: Context, name: str, *, ground: str = "page") -> None:
        super().__init__()
        self._context = context
        self._problems: tuple[Problem, ...] = ()
        self._chips: dict[str, PairButton] = {}
        self._row = QWidget()
        self._flow = Flow(spacing=8)
        self._row.setLayout(self._flow)
        self._kept = label(tone="muted", wrap=True)
        self.model: RowsModel[Problem] = RowsModel(PROBLEMS, context.formats, (), self)
        self.table = context.table(name, "Problems", ground=ground)
        self.table.set_empty_words("No problems")
        self.table.setModel(self.model)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP - 4)
        for part in (self._row, self._kept):
            layout.addWidget(part)
        layout.addWidget(self.table, 1)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All problems, whatever the chips leave out."""
        return self._problems

    @property
    def chips(self) -> dict[str, PairButton]:
        """The chips by their problem's code."""
        return self._chips

    def show_problems(self, problems: Sequence[Problem], total: int | None = None) -> None:
        """Show problems; `total` counts also those that were not kept."""
        self._problems = tuple(problems)
        while self._flow.count():
            self._flow.takeAt(0)
        for chip in self._chips.values():
            chip.deleteLater()
        self._chips = {}
        for code, count in Counter(problem.code for problem in problems).most_common():
            chip = PairButton(kind_words(code), self._context.formats.integer(count))
            chip.setCheckable(True)
            chip.toggled.connect(self._filter)
            self._chips[code] = chip
            self._flow.addWidget(chip)
        left_out = (len(problems) if total is None else total) - len(problems)
        self._kept.setVisible(left_out > 0)
        if left_out > 0:
            written = self._context.formats.integer
            self._kept.setText(
                f"The first {written(len(problems))} are listed and counted; {written(left_out)} more follow."
            )
        self._filter()

    def ask_export(self, name: str) -> None:
        """Ask where to and write all problems, also those the chips leave out."""
        dialog = QFileDialog(self, "Export problems", f"{name}.csv", "CSV files (*.csv)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.setObjectName("export problems")
        dialog.fileSelected.connect(lambda chosen: self.export(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def export(self, path: Path) -> None:
        """Write all problems as CSV."""
        rows = [
            (one.line, one.column, one.value, kind_words(one.code), one.message) for one in self._problems
        ]

        zone = self._context.formats.zone

        def work(cancellation: Cancellation) -> ExportResult:
            return export_csv(path, _EXPORTED, rows, zone=zone, cancel=cancellation)

        self._context.worker.run(
            work, done=self._exported, failed=self._context.notices.show_error, owner=self, replaces="export"
        )

    def _exported(self, result: ExportResult) -> None:
        count = self._context.formats.integer(result.rows)
        self._context.notices.confirm(
            f"{count} problems written to {result.path.name}, its SHA-256 beside it."
        )

    def _filter(self) -> None:
        chosen = {code for code, chip in self._chips.items() if chip.isChecked()}
        shown = [one for one in self._problems if not chosen or one.code in chosen]
        self.model.set_rows(as_read(shown))
        self.shown_changed.emit(len(shown))
