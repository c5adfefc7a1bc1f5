"""The form of an act: fill in, see both sides, give the reason, and do it with Ctrl+Enter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from console.errors import OutcomeUnknownError, RefusedError
from ui.acts.act import Way
from ui.acts.blanks import Blanks
from ui.acts.foresight import Foresight
from ui.acts.outcome.came_to import Wanted, carry_out, customers_of
from ui.acts.outcome.done import DonePage
from ui.acts.outcome.settling import settle_now
from ui.acts.preview import Preview, checkers
from ui.kit.commands import native
from ui.kit.keyed_write import KeyedWrite
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import button, column_of, label, scrolling
from ui.kit.widgets.buttons import WhyNot, deed_row
from ui.kit.widgets.placing import fit_dialog
from ui.kit.widgets.running import Outcome, RunningStrip

if TYPE_CHECKING:
    from uuid import UUID

    from PySide6.QtGui import QShowEvent

    from console.errors import ConsoleError
    from console.postgres.cancellation import Cancellation
    from ui.acts.act import Act, Subject
    from ui.acts.outcome.came_to import CameTo
    from ui.context import Context

KEYS: Final = ("Ctrl+Return", "Ctrl+Enter")
"""What does it; Enter alone never does."""

_WIDTH: Final = 720
_END_HEIGHT: Final = 190
_LAID_OUT_MS: Final = 30
# At 150 % a window of an odd height is a pixel lower than it was asked to be.
_ROUNDED_PX: Final = 2
_THE_ACT: Final = ("act",)
_LOOKING: Final = "preview"
_ASK_AGAIN: Final = "Ask again"
_UNKNOWN: Final = "Ask again: it is done once, whatever became of it."


class ActForm(QDialog):
    """Emits `ended` with what came of it; closed before anybody knew, it has the outbox settle it."""

    ended = Signal(object)

    def __init__(self, context: Context, act: Act, subject: Subject, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._act = act
        self._subject = subject
        self._page = parent
        self._way = act.way(context.session.rights)
        self.setWindowTitle(act.title)
        self.blanks = Blanks(context, act, subject)
        self.foresight = Foresight(context, self)
        self.preview = Preview(context, asks=self._way is Way.ASK)
        self._follows = label(act.follows(subject), tone="muted", wrap=True)
        self._follows.setVisible(bool(self._follows.text()))
        self.outcome = Outcome()
        self.running = RunningStrip(context.formats)
        self.close_button = button("Cancel")
        self.deed_button = button(act.title, accent=not act.danger, danger=act.danger)
        # Neither Enter nor Space on it: a click, or the keys that do it from anywhere in the form.
        self.deed_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._why = WhyNot(self.deed_button)
        self.end = DonePage(context)
        self._pages = QStackedWidget()
        self._one = KeyedWrite(context.worker, self)
        self._growing = QTimer(self, singleShot=True, interval=_LAID_OUT_MS)
        self._growing.timeout.connect(self._grow)
        self._build()
        self._connect()
        self._fill_in()
        self.blanks.focus_first()

    @property
    def reason(self) -> str:
        """Why it cannot be done now; empty when it can."""
        return self._why_not()

    @property
    def is_done(self) -> bool:
        """Whether it was done or asked for, and there is nothing left but to read it."""
        return self._pages.currentWidget() is self.end

    @override
    def showEvent(self, arg__1: QShowEvent) -> None:
        super().showEvent(arg__1)
        if arg__1.spontaneous():
            return
        # Only now, in the window's style; the area scrolls where the window has less room than all of it.
        hidden = self._inside.sizeHint().height() - self._area.sizeHint().height()
        fit_dialog(self, QSize(_WIDTH, self.sizeHint().height() + hidden))

    @override
    def reject(self) -> None:
        if self._one.busy:
            self.running.show_cancelling()
            self._one.cancel()
            return
        if self._one.in_doubt(_THE_ACT):
            settle_now(self._context, self._page.window())
        super().reject()

    def _fill_in(self) -> None:
        """Ask what the order as it is filled in now would do."""
        whole = not self.blanks.problem
        self.foresight.look(self._act.order(self.blanks.values(_LOOKING)) if whole else None)
        self._look()

    def _do(self) -> None:
        if self._why_not() or self.is_done:
            return
        ledger, wanted = self._context.ledger, self._wanted()

        def call(key: UUID, cancel: Cancellation) -> CameTo:
            return carry_out(ledger, wanted, key, cancel)

        self.outcome.say("")
        words = self._act.busy if wanted.way is Way.DO else "Asking for it"
        self._one.write(_THE_ACT, words, call, self._show_end, failed=self._failed, cancelled=self._cancelled)

    def _wanted(self) -> Wanted:
        values, found = self.blanks.values(), self.foresight.found
        needs = found is not None and found.approvals > 0
        way = Way.ASK if needs else self._way
        own = self.blanks.written.get("username") or self._subject.username
        return Wanted(
            self._act.order(values),
            values,
            self._said(self._act.said),
            way,
            customers_of(found, own),
            self._act.tells,
        )

    def _show_end(self, came_to: CameTo, late: bool) -> None:  # noqa: FBT001 - told by position
        self._pages.setCurrentWidget(self.end)
        self.end.show_end(came_to, late=late)
        self.resize(self.width(), min(self.height(), _END_HEIGHT))
        self.ended.emit(came_to)

    def _failed(self, error: ConsoleError) -> None:
        self._take_keyboard()
        if self._one.in_doubt(_THE_ACT):
            words = str(error) if isinstance(error, OutcomeUnknownError) else f"Unconfirmed still. {error}"
            self.outcome.say(f"{words} {_UNKNOWN}", "warning")
        else:
            self.outcome.say(str(error), "error")
            if isinstance(error, RefusedError):
                # What the preview said was true of another moment.
                self.foresight.again()
        self._look()

    def _cancelled(self) -> None:
        self._take_keyboard()
        if self._one.in_doubt(_THE_ACT):
            self.outcome.say(f"Unconfirmed: asking was cancelled. {_UNKNOWN}", "warning")
        else:
            self.outcome.say("Cancelled. Nothing was changed.", "muted")
            self.foresight.again()
        self._look()

    def _take_keyboard(self) -> None:
        """Go on in the form: what was greyed under way has lost the keyboard."""
        self._look()
        self.blanks.reason.setFocus()

    def _show_busy(self, words: str) -> None:
        self.running.show_busy(words)
        self._look()

    def _show_foresight(self) -> None:
        found = self.foresight.found
        if found is not None and found.sides and self._act.has_currency:
            self.blanks.correct_currency(found.sides[0].currency)
        told = () if found is None or found.refusal is not None else self._act.tells(found.outcome)
        self.preview.show_foresight(self.foresight, told)
        # Once the preview has laid out what it shows.
        self._growing.start()
        self._look()

    def _grow(self) -> None:
        """Take the height that the preview needs now, as far as there is room; it is never given back."""
        missing = self._area.verticalScrollBar().maximum()
        if missing > 0 and self.isVisible():
            before = self.height()
            fit_dialog(self, QSize(self.width(), before + missing + _ROUNDED_PX))
            self.move(self.x(), max(0, self.y() - (self.height() - before) // 2))

    def _why_not(self) -> str:
        if self._one.busy:
            return "wait until this has ended"
        if self._one.in_doubt(_THE_ACT):
            return ""
        return self.blanks.problem or self._unseen() or self.blanks.unsaid

    def _unseen(self) -> str:
        """Say why nobody knows that the ledger would do it."""
        found = self.foresight.found
        if found is None:
            return "the preview has no answer" if self.foresight.error else "the preview is on its way"
        if found.refusal is not None:
            return "the ledger would refuse it"
        if found.approvals and not found.is_allowed and not self._act.asked:
            return "a rule asks for a checker, and nobody can be asked for many at once"
        return ""

    def _look(self) -> None:
        in_doubt = self._one.in_doubt(_THE_ACT)
        self.blanks.setEnabled(not in_doubt and not self._one.busy)
        self.deed_button.setText(_ASK_AGAIN if in_doubt else self._deed())
        self._why.explain(
            self._why_not(), otherwise=f"{native(KEYS[0])} does it.", quiet=bool(self._one.busy)
        )

    def _deed(self) -> str:
        found = self.foresight.found
        if self._way is Way.ASK:
            return "Ask for it"
        if found is not None and found.approvals and not found.is_allowed:
            return f"Submit for approval ({checkers(found.approvals)})"
        return self._act.title if self.blanks.problem else self._said(self._act.deed)

    def _said(self, template: str) -> str:
        """Fill a sentence of the act's with what is filled in, and what the ledger found of it."""
        written, found = self.blanks.written, self.foresight.found
        moved = None if found is None else found.outcome.get("amount")
        if "amount" in written and self.blanks.edits["amount"].value is None and moved is not None:
            written["amount"] = self._context.formats.money(moved, self.blanks.values(_LOOKING).currency)
        many = None if found is None else found.outcome.get("count")
        written["credits"] = "credits" if many is None else self._context.formats.count(many, "credit")
        return template.format_map(written)

    def _connect(self) -> None:
        self.blanks.changed.connect(self._fill_in)
        self.blanks.told.connect(self._look)
        self.foresight.changed.connect(self._show_foresight)
        self.preview.again_button.clicked.connect(self.foresight.again)
        self._one.busy_changed.connect(self._show_busy)
        self.running.cancel_button.clicked.connect(self.reject)
        self.close_button.clicked.connect(self.reject)
        self.deed_button.clicked.connect(self._do)
        self.end.closed.connect(self.accept)
        for key in KEYS:
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(self._do)

    def _build(self) -> None:
        title = self._act.title if self._way is Way.DO else f"Ask for {self._act.noun}"
        heading = label(title, font=text_font(15, weight=text_font().Weight.DemiBold))
        self._inside = QWidget()
        self._inside.setLayout(column_of(self.blanks, self._follows, self.preview, None, spacing=12))
        self._area = scrolling(self._inside, ground="surface")
        foot = deed_row(self._why, self.close_button, self.deed_button)
        page = QWidget()
        page.setLayout(column_of(heading, self._area, self.outcome, self.running, foot, spacing=12))
        for one in (page, self.end):
            self._pages.addWidget(one)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.addWidget(self._pages)
