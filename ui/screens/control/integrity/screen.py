"""Integrity: verify all of the ledger, see what was found, seal, and take the chain's head on paper."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QWidget
from typing_extensions import override

from console.ledger.audit.news import Topic
from console.ledger.audit.page import head
from console.ledger.audit.seals import seal
from ui.kit.commands import native
from ui.kit.days import moment_words
from ui.kit.keyed_write import AGAIN, KeyedWrite
from ui.kit.lists.list_part import ListPart
from ui.kit.renewal import Renewal
from ui.kit.table.row_menu import RowAction
from ui.kit.table.rows_model import RowsModel
from ui.kit.widgets.basics import TitleRow, button, label, restyle, row_of
from ui.kit.widgets.buttons import ActionButton, allow
from ui.kit.widgets.running import RunningStrip
from ui.routes import OpenIntegrity, OpenTransaction
from ui.screen import Screen
from ui.screens.control.integrity import words
from ui.screens.control.integrity.checks import COLUMNS, in_order, route_of
from ui.screens.control.integrity.finding import WIDTH, FindingPanel
from ui.screens.control.integrity.glance import Glance, glance
from ui.screens.control.integrity.tiles import IntegrityTiles
from ui.screens.control.integrity.verifying import CANCELLED, Verified, VerifyStrip, verified

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QResizeEvent

    from console.errors import ConsoleError
    from console.ledger.audit.seals import Sealing
    from console.ledger.audit.verify.check import Check, Head
    from console.ledger.audit.verify.remembered import LastVerify
    from ui.context import Context
    from ui.routes import Route

REFRESH_MS: Final = 30_000
"""How often the figures are read anew while they are seen: what is sealed meanwhile is told by the chain."""

_NARROW_PX: Final = 860
_LEAST_TABLE_PX: Final = 160
_NEVER: Final = ("Not verified here yet", "Verify now reads all of the ledger in one snapshot")
_SEAL: Final = ("seal",)


class Integrity(Screen):
    """Figures of what stands, the promises with what was found, and what can be done about it."""

    topics = frozenset({Topic.AUDIT, Topic.JOBS})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._glance: Glance | None = None
        self.last: LastVerify | None = None
        self.title = TitleRow("Integrity")
        self.deep = QCheckBox("Deep")
        self.deep.setToolTip("Compare what is under seal with its operations, too: takes longer")
        self.deep.setAccessibleName("Deep: compare what is under seal with its operations, too")
        self.verify_button = button("Verify now", accent=True)
        self.seal_button = ActionButton("Seal")
        self.paper_button = button("Head for paper\N{HORIZONTAL ELLIPSIS}")
        self.tiles = IntegrityTiles(context.formats)
        self.strip = VerifyStrip()
        self.sealing = RunningStrip(context.formats)
        self.outcome = label(wrap=True, selectable=True)
        self.record = label(wrap=True, selectable=True)
        self.stopped_button = button("", compact=True)
        self.remarks = label(tone="muted", wrap=True, selectable=True)
        self.model: RowsModel[Check] = RowsModel(COLUMNS, context.formats, parent=self)
        self.table = context.table("integrity", "What the ledger promises")
        self.table.setModel(self.model)
        self.list = ListPart(self.title, self.table)
        self.panel = FindingPanel(context)
        self.write = KeyedWrite(context.worker, self)
        self._verifying = QWidget(self)
        self._verifying.hide()
        self._stopped: int | None = None
        self._has_keyboard = False
        self.renewal = Renewal(self, REFRESH_MS)
        self._build()
        self._connect()
        self._judge()

    @override
    def refresh(self) -> None:
        self._look()

    @override
    def renew(self) -> None:
        self._look()

    @override
    def follow(self, route: Route) -> None:
        if isinstance(route, OpenIntegrity):
            self.verify_button.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def is_verifying(self) -> bool:
        """Whether a verify is under way."""
        return not self.strip.isHidden()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._leave_panel()
        else:
            super().keyPressEvent(event)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.list.width() < _NARROW_PX
        self.panel.setMinimumWidth(0 if narrow else WIDTH)
        self.panel.setMaximumWidth(self.width() if narrow else WIDTH)

    def _look(self) -> None:
        database, folder = self.context.database, self.context.paths.data
        self.context.worker.run(
            lambda cancel: glance(database, folder, cancel),
            done=self._show_glance, failed=self._miss, owner=self.tiles, replaces="glance",
        )  # fmt: skip

    def _show_glance(self, found: Glance) -> None:
        first = self._glance is None
        self._glance = found
        self.tiles.show_glance(found)
        objections = () if found.said is None else found.said.objections
        self.record.setText(found.trouble or "\n".join(objections))
        self.record.setVisible(bool(self.record.text()))
        restyle(self.record, tone="warning" if found.trouble else "error")
        if found.last is not None and (first or self.last != found.last) and not self.is_verifying:
            self._show_last(found.last)

    def _miss(self, error: ConsoleError) -> None:
        self.tiles.fail(str(error))
        self._say(f"Not read: {error} F5 asks again.", "error")

    def _verify(self) -> None:
        """Begin a verify; the button is greyed while one runs."""
        context, deep = self.context, self.deep.isChecked()
        operator = context.session.operator
        had = self.verify_button.hasFocus()
        self.strip.begin()
        if had:
            self.strip.cancel_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self._say("", "muted")
        self._judge()
        context.worker.run_reporting(
            lambda cancel, report: verified(
                context.database, context.paths.data, operator, deep=deep, cancel=cancel, report=report
            ),
            progress=self.strip.show_question,
            done=self._verified,
            failed=self._verify_failed,
            cancelled=self._verify_cancelled,
            owner=self._verifying,
        )

    def _verified(self, came: Verified) -> None:
        self._end_verify()
        self._show_last(came.last)
        self.tiles.show_last(came.last, self._glance)
        if came.trouble:
            self._say(f"{words.result(came.last, self.context.formats)} {came.trouble}", "warning")
        self._look()

    def _verify_failed(self, error: ConsoleError) -> None:
        self._end_verify()
        self._say(f"Not verified: {error}", "error")

    def _verify_cancelled(self) -> None:
        self._end_verify()
        self._say(CANCELLED, "muted")

    def _end_verify(self) -> None:
        had = self._has_keyboard or self.strip.cancel_button.hasFocus()
        self._has_keyboard = False
        self.strip.hide()
        self._judge()
        if had:
            self.verify_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _cancel(self) -> None:
        # Greyed it loses the keyboard, which goes back to what began it.
        self._has_keyboard = self.strip.cancel_button.hasFocus()
        self.strip.show_cancelling()
        self.context.worker.cancel(self._verifying)

    def _show_last(self, last: LastVerify) -> None:
        """Show every promise, the broken ones first and the first of them opened."""
        self.last = last
        formats = self.context.formats
        self.model.set_rows(in_order(last.checks))
        tone = "error" if not last.passed else "warning" if last.unread else "credit"
        self._say(f"{words.result(last, formats)} {words.covered(last, formats)}", tone)
        self.remarks.setText("\n".join(last.remarks))
        self.remarks.setVisible(bool(last.remarks))
        self.table.clearSelection()
        if last.findings:
            self.table.select_place(0)
        else:
            self.panel.show_check(None)

    def _seal(self) -> None:
        ledger = self.context.ledger
        self.write.write(
            _SEAL, "Sealing", lambda _key, cancel: seal(ledger, cancel=cancel), self._sealed,
            failed=self._seal_failed, cancelled=self._seal_cancelled,
        )  # fmt: skip

    def _show_busy(self, busy: str) -> None:
        self.sealing.show_busy(busy)
        self._judge()

    def _cancel_seal(self) -> None:
        self.sealing.show_cancelling()
        self.write.cancel()

    def _sealed(self, done: Sealing, _late: bool) -> None:  # noqa: FBT001 - told by position
        wrong = done.stopped_at
        self._say(words.sealed(done, self.context.formats), "credit" if wrong is None else "error")
        self._offer_stopped(None if wrong is None else wrong.transaction)
        self._look()

    def _seal_failed(self, error: ConsoleError) -> None:
        again = f" {AGAIN}" if self.write.in_doubt(_SEAL) else ""
        self._say(f"Not sealed: {error}{again}", "error")

    def _seal_cancelled(self) -> None:
        self._say("Cancelled. The ranges that were sealed by then stay sealed.", "muted")
        self._look()

    def _offer_stopped(self, transaction: int | None) -> None:
        self._stopped = transaction
        self.stopped_button.setText(f"Transaction {transaction}")
        self.stopped_button.setVisible(transaction is not None)

    def _open_stopped(self) -> None:
        if self._stopped is not None:
            self.context.navigator.go(OpenTransaction(self._stopped))

    def _paper(self) -> None:
        """Read the head now, and show the sheet."""
        database = self.context.database
        self.paper_button.setEnabled(False)
        self.context.worker.run(
            lambda cancel: head(database, cancel=cancel),
            done=self._show_paper, failed=self._paper_failed, owner=self, replaces="paper",
        )  # fmt: skip

    def _show_paper(self, found: Head) -> None:
        from ui.screens.control.integrity.paper import Sheet  # noqa: PLC0415 - seldom wanted, and not for nothing
        from ui.screens.control.integrity.paper_dialog import PaperDialog  # noqa: PLC0415 - the same

        self.paper_button.setEnabled(True)
        formats, session, now = self.context.formats, self.context.session, datetime.now(UTC)
        last = self.last
        verified_words = "none"
        if last is not None:
            how = words.result(last, formats)
            verified_words = f"{moment_words(formats, last.at)}, up to event {last.head:,}: {how}"
        name = f"{session.identity.name}, {session.identity.environment}"
        sheet = Sheet(name, found, now, moment_words(formats, now), session.operator, verified_words)
        dialog = PaperDialog(self, self.context.worker, sheet)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _paper_failed(self, error: ConsoleError) -> None:
        self.paper_button.setEnabled(True)
        self._say(f"The head is not read: {error}", "error")

    def _judge(self) -> None:
        """Let what may be done be done; the rest says why not."""
        running = "a verify is under way" if self.is_verifying else ""
        allow(self.verify_button, running)
        self.deep.setEnabled(not running)
        busy = "sealing" if self.write.busy else ""
        self.seal_button.judge(words.no_sealing(self.context.session.rights) or busy)

    def _say(self, said: str, tone: str) -> None:
        self.outcome.setText(said)
        self.outcome.setVisible(bool(said))
        restyle(self.outcome, tone=tone)
        self._offer_stopped(None)

    def _follow_selection(self) -> None:
        rows = self.table.selected_rows()
        if len(rows) == 1:
            self.panel.show_check(rows[0])

    def _activate(self, check: Check) -> None:
        self.panel.show_check(check)
        self.panel.focus_first()

    def _leave_panel(self) -> None:
        self.table.clearSelection()
        self.panel.show_check(None)
        self.table.setFocus()

    def _row_actions(self, check: Check) -> list[RowAction]:
        actions = [RowAction("Open", partial(self._activate, check), native("Return"))]
        way = None if check.passed else route_of(check)
        if way is not None:
            actions.append(RowAction(way[0], partial(self.context.navigator.go, way[1])))
        return actions

    def _connect(self) -> None:
        self.renewal.due.connect(self._look)
        self.verify_button.clicked.connect(self._verify)
        self.strip.cancel_button.clicked.connect(self._cancel)
        self.seal_button.clicked.connect(self._seal)
        self.paper_button.clicked.connect(self._paper)
        self.stopped_button.clicked.connect(self._open_stopped)
        self.write.busy_changed.connect(self._show_busy)
        self.sealing.cancel_button.clicked.connect(self._cancel_seal)
        self.table.selectionModel().selectionChanged.connect(self._follow_selection)
        self.table.activated_row.connect(self._activate)
        self.panel.closed.connect(self._leave_panel)

    def _build(self) -> None:
        for part in (self.deep, self.paper_button, self.seal_button, self.verify_button):
            self.title.add_action(part)
        self.table.set_empty_words(*_NEVER)
        self.table.setMinimumHeight(_LEAST_TABLE_PX)
        self.stopped_button.hide()
        self.outcome.hide()
        self.record.hide()
        self.remarks.hide()
        for head_part in (self.tiles, self.record, self.strip, self.sealing, self.outcome):
            self.list.add_head(head_part)
        self.list.add_head(row_of(self.stopped_button, None))
        self.list.add_right(self.panel, under_below_px=_NARROW_PX)
        self.page.addWidget(self.list, 1)
        self.page.addWidget(self.remarks)
        self.table.set_row_actions(self._row_actions)
        stops = (
            self.verify_button, self.deep, self.seal_button, self.paper_button, self.strip.cancel_button,
            self.sealing.cancel_button, self.stopped_button, self.table, *self.panel.in_order,
        )  # fmt: skip
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)
