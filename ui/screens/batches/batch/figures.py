"""The four key figures of a batch, side by side where the width allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QGridLayout, QWidget
from typing_extensions import override

from models.batch import BatchStatus
from ui.kit.days import short_moment
from ui.kit.theme.tokens import GAP, Tone
from ui.kit.widgets.cards import KeyFigure

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QResizeEvent

    from ui.kit.formats import Formats
    from ui.screens.batches.state import BatchState

_NOT_YET = "\N{EM DASH}"


class BatchFigures(QWidget):
    """Lines, total, accounts, and what the dry run, the checkers or the posting said."""

    def __init__(self) -> None:
        super().__init__()
        self.lines = KeyFigure("Lines")
        self.total = KeyFigure("Total")
        self.accounts = KeyFigure("Accounts")
        self.rehearsal = KeyFigure("Dry run, rolled back")
        self.approvals = KeyFigure("Approvals")
        self.posting = KeyFigure("Posting, committed")
        self._all = (
            self.lines, self.total, self.accounts, self.rehearsal, self.approvals, self.posting
        )  # fmt: skip
        self._placed: tuple[int, list[KeyFigure]] = (0, [])
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GAP)
        self._shown: list[KeyFigure] = [self.lines, self.total]
        for figure in self._all:
            figure.setParent(self)
            figure.hide()

    @override
    def minimumSizeHint(self) -> QSize:
        # One figure must fit, the others go below it: a figure is never cut.
        widest = max((figure.minimumSizeHint().width() for figure in self._shown), default=0)
        return QSize(widest, super().minimumSizeHint().height())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place(self._fitting(event.size().width()))

    def show_state(
        self, state: BatchState, formats: Formats, *, lines_expected: int | None, total_expected: int | None
    ) -> None:
        """Show a batch beside what the operator expects of it."""
        row = state.row
        chip, tone = _compared(row.lines, lines_expected, formats.integer)
        self.lines.set(formats.integer(row.lines), chip=chip, tone=tone)
        money = row.currency
        chip, tone = _compared(row.total, total_expected, lambda minor: formats.money(minor, money))
        self.total.set(
            formats.money(row.total, money),
            chip=chip,
            tone=tone,
            spoken=formats.spoken_amount(row.total, money),
        )
        self._show_accounts(state, formats)
        self._show_rehearsal(state, formats)
        self._show_approvals(state, formats)
        self._show_posting(state, formats)
        self._shown = [self.lines, self.total]
        if state.checked is not None:
            self._shown.append(self.accounts)
        if state.row.status in {BatchStatus.SUBMITTED, BatchStatus.REJECTED}:
            self._shown.append(self.approvals)
        else:
            self._shown.append(self.rehearsal if state.open else self.posting)
        self._place(self._fitting(self.width()))

    def _show_accounts(self, state: BatchState, formats: Formats) -> None:
        if state.checked is None:
            return
        summary = state.checked.check.summary
        note, chip = "all are there", ""
        if state.posted is not None:
            note = f"{formats.integer(state.posted.opened)} opened"
        elif summary.missing:
            word = "to open" if state.row.create_missing else "unknown"
            note, chip = "", f"{formats.integer(summary.missing)} {word}"
        tone = Tone.ACCENT if state.row.create_missing else Tone.ERROR
        self.accounts.set(formats.integer(summary.accounts), note, chip=chip, tone=tone)

    def _show_rehearsal(self, state: BatchState, formats: Formats) -> None:
        rehearsed = state.rehearsed
        if rehearsed is None:
            self.rehearsal.set(_NOT_YET, "not run yet", spoken="not run yet")
            self.rehearsal.set_figure_tone("muted")
            return
        note = ""
        if rehearsed.cost is not None:
            statements = formats.count(rehearsed.cost.statements, "statement")
            note = f"{statements} \N{MIDDLE DOT} {formats.duration(rehearsed.cost.ms)}"
        self.rehearsal.set(f"{formats.integer(len(rehearsed.problems))} refused", note)
        self.rehearsal.set_figure_tone("error" if rehearsed.run is None else None)

    def _show_approvals(self, state: BatchState, formats: Formats) -> None:
        asked = state.request
        if asked is not None:
            given, required = formats.integer(len(asked.approvals)), formats.integer(asked.required)
            note = f"since {short_moment(asked.created_at, formats)}" if asked.open else asked.status
            self.approvals.set(f"{given} of {required}", note)

    def _show_posting(self, state: BatchState, formats: Formats) -> None:
        if state.open or state.row.posted_at is None:
            self.posting.set(state.row.status.value)
            return
        when = short_moment(state.row.posted_at, formats)
        cost = state.posting_cost
        if cost is None:
            self.posting.set(when, f"by {state.row.posted_by}")
        else:
            self.posting.set(formats.duration(cost.ms), formats.count(cost.statements, "statement"))

    def _fitting(self, width: int) -> int:
        shown = self._shown
        widest = max((figure.minimumSizeHint().width() for figure in shown), default=0)
        together = sum(figure.minimumSizeHint().width() for figure in shown) + GAP * (len(shown) - 1)
        if together <= width:
            return len(shown)
        return 2 if 2 * widest + GAP <= width else 1

    def _place(self, columns: int) -> None:
        if (columns, self._shown) == self._placed:
            return
        self._placed = (columns, self._shown)
        while self._grid.count():
            self._grid.takeAt(0)
        for at in range(self._grid.columnCount()):
            self._grid.setColumnStretch(at, 0)
        for figure in self._all:
            figure.setVisible(figure in self._shown)
        for at, figure in enumerate(self._shown):
            self._grid.addWidget(figure, at // columns, at % columns)
            self._grid.setColumnStretch(at % columns, 1)
        self.updateGeometry()


def _compared(found: int, expected: int | None, written: Callable[[int], str]) -> tuple[str, Tone]:
    """Return the chip that says whether a control total matches; none without one."""
    if expected is None:
        return "", Tone.NEUTRAL
    if found == expected:
        return "control total matches", Tone.CREDIT
    return f"expected {written(expected)}", Tone.ERROR
